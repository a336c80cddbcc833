"""Who is who, as organisations' files say that an admin trusts; what people proved prevails."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.configuration.load import read_accepted
from bot.context import Context
from bot.ledger.worker import Finish
from bot.models import Job
from storage import configurations, jobs, people, permissions
from storage.configurations import Kept
from storage.people import FILE
from storage.permissions import Permission

Wanted = Mapping[str, tuple[str, str]]
"""The member, by id or address, and the admin who trusts the file, by login in lower case."""


def trusted(connection: Connection) -> Sequence[tuple[Kept, Permission]]:
    """Return the organisations' files in force that may say who is who, the first trusted at first."""
    found = configurations.organisations(connection)
    return [(found[one.source], one) for one in permissions.trusting(connection) if one.source in found]


def wanted(files: Sequence[tuple[Kept, Permission]]) -> Wanted:
    """Return who is who by these files; takes a while."""
    found: dict[str, tuple[str, str]] = {}
    for kept, permission in reversed(files):
        made = read_accepted(kept.text or "").configuration
        if made is not None:
            found |= {login: (member, permission.allowed_by) for login, member in made.people.items()}
    return found


def link_all(connection: Connection, asked: Wanted, *, now: datetime) -> None:
    """Link whom the files name, and end the links by file that none asks for any more."""
    standing = {one.login.lower(): one for one in people.every(connection)}
    for login, one in standing.items():
        member, _ = asked.get(login, ("", ""))
        if one.proof == FILE and member != one.slack_user and "@" not in member:
            people.unlink(connection, one.slack_user)
    for login, (member, by) in asked.items():
        known = standing.get(login)
        if known is not None and (known.proof != FILE or known.slack_user == member):
            continue
        if "@" not in member:
            _link(connection, login, member, by, now)
            continue
        # Whoever is not there yet is looked for once a day.
        again = "" if known else f":{now:%Y-%m-%d}"
        digest = hashlib.sha256(f"{login} {member}".encode()).hexdigest()[:32]
        jobs.enqueue(
            connection,
            "configuration.person",
            f"configuration-person:{digest}{again}",
            payload={"login": login, "address": member, "by": by},
            now=now,
            priority=jobs.HOUSEKEEPING,
        )


async def look_up(context: Context, job: Job) -> Finish:
    """Link the member who has an address that a file names."""
    login, address, now = job.payload["login"], job.payload["address"], context.clock.now()
    member = await context.slack.user_with_email(address)
    if member is None or member.get("deleted") or member.get("is_bot"):
        return Finish({"skipped": "nobody has this address"})
    user, by = str(member["id"]), job.payload["by"]
    return Finish({"user": user}, lambda connection: _link(connection, login, user, by, now))


def _link(connection: Connection, login: str, slack_user: str, by: str, now: datetime) -> None:
    """Link the two, unless another link of either prevails or a file gave the person a login already."""
    holder, mine = people.of_login(connection, login), people.of_user(connection, slack_user)
    if mine is not None and mine.login.lower() != login.lower():
        return
    if holder is not None and holder.proof == FILE and holder.slack_user != slack_user:
        people.unlink(connection, holder.slack_user)
    people.link(connection, slack_user, login, now=now, proof=FILE, by=by)
