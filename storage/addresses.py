"""Registered addresses: whose they are, whether they are confirmed, and what their owners want by e-mail.

Plain functions of a connection that never commit. An owner is a Slack user, or, for a team list, `owner/name`
or `owner/*` in lower case. Nothing but the question whether it is right goes to one that nobody confirmed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, and_, delete, func, select, update

from bot.models import Recipient, Why
from storage import people
from storage.people import SAID
from storage.sql import insert
from storage.tables import addresses, mail_choices, profiles

ALL = "*"
# So many questions go out in a day about one owner's address, and so many strangers may name the same one.
QUESTIONS, STRANGERS, _LATELY = 3, 3, timedelta(days=1)
# What a registered address mends about a contributor who could not be reached.
_MENDED = ("address", "no e-mail")


@dataclass(frozen=True, slots=True)
class Address:
    """One registered address; `asked_at` names the latest question, `mailed_at` is when it went out."""

    owner: str
    address: str
    set_by: str
    asked_at: datetime
    asked: int
    mailed_at: datetime | None
    verified_at: datetime | None


def get(connection: Connection, owner: str) -> Address | None:
    """Return the owner's address."""
    row = connection.execute(select(addresses).where(addresses.c.owner == owner)).mappings().first()
    return _address(row) if row else None


def register(connection: Connection, owner: str, address: str, *, by: str, now: datetime) -> Address | None:
    """Register an address that is to be confirmed; None where too many questions were asked of late."""
    before, since = get(connection, owner), now - _LATELY
    asked = before.asked if before and before.asked_at > since else 0
    others = select(func.count()).where(
        addresses.c.address == address,
        addresses.c.owner != owner,
        addresses.c.verified_at.is_(None),
        addresses.c.asked_at > since,
    )
    if asked >= QUESTIONS or connection.execute(others).scalar_one() >= STRANGERS:
        return None
    values = {"address": address, "set_by": by, "asked_at": now, "asked": asked + 1}
    values |= {"mailed_at": None, "verified_at": None}
    connection.execute(
        insert(connection, addresses)
        .values(owner=owner, **values)
        .on_conflict_do_update(index_elements=[addresses.c.owner], set_=values)
    )
    return get(connection, owner)


def mailed(connection: Connection, asked: Address, at: datetime | None) -> bool:
    """Record that the question goes out now, or with None that it did not; False if there is another."""
    changed = connection.execute(
        update(addresses)
        .where(
            addresses.c.owner == asked.owner,
            addresses.c.asked_at == asked.asked_at,
            addresses.c.mailed_at.is_(None) if at else addresses.c.verified_at.is_(None),
        )
        .values(mailed_at=at)
    )
    return bool(changed.rowcount)


def verify(connection: Connection, owner: str, asked_at: datetime, *, now: datetime) -> bool:
    """Confirm the address that this question was about; False if it is confirmed, or there is another."""
    changed = connection.execute(
        update(addresses)
        .where(
            addresses.c.owner == owner,
            addresses.c.asked_at == asked_at,
            addresses.c.verified_at.is_(None),
        )
        .values(verified_at=now)
    )
    return bool(changed.rowcount)


def forget(connection: Connection, owner: str) -> bool:
    """Forget an owner's address; False if there was none."""
    return bool(connection.execute(delete(addresses).where(addresses.c.owner == owner)).rowcount)


def choose(connection: Connection, slack_user: str, repo: str, *, wanted: bool) -> None:
    """Record whether a person wants a repository's notes; of ALL, it replaces all that was chosen before."""
    if repo == ALL:
        connection.execute(delete(mail_choices).where(mail_choices.c.slack_user == slack_user))
    connection.execute(
        insert(connection, mail_choices)
        .values(slack_user=slack_user, repo=repo, wanted=wanted)
        .on_conflict_do_update(
            index_elements=[mail_choices.c.slack_user, mail_choices.c.repo], set_={"wanted": wanted}
        )
    )


def unchoose(connection: Connection, slack_user: str, repo: str) -> None:
    """Forget what a person chose about a repository."""
    connection.execute(
        delete(mail_choices).where(mail_choices.c.slack_user == slack_user, mail_choices.c.repo == repo)
    )


def choices(connection: Connection, slack_user: str) -> dict[str, bool]:
    """Return what a person chose, by repository."""
    query = (
        select(mail_choices.c.repo, mail_choices.c.wanted)
        .where(mail_choices.c.slack_user == slack_user)
        .order_by(mail_choices.c.repo)
    )
    return {row.repo: row.wanted for row in connection.execute(query)}


def subscribers(connection: Connection) -> list[str]:
    """Return the people who want some repository's notes."""
    query = select(mail_choices.c.slack_user).where(mail_choices.c.wanted).distinct()
    return list(connection.execute(query.order_by(mail_choices.c.slack_user)).scalars())


def audience(connection: Connection, repo: str, contributors: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return whom a note of the repository goes to: its contributors, who subscribed, and the team lists.

    A contributor who confirmed an address gets it there, and none if they turned that off: both only where
    more than their word says that the login is theirs. Nobody is in it twice.
    """
    repo = repo.lower()
    found: dict[str, Recipient] = {}
    chosen = _chosen(connection, repo, contributors)
    for number, person in enumerate([*chosen, *_subscribed(connection, repo), *_teams(connection, repo)]):
        found.setdefault(person.address.lower() or f"\0{number}", person)
    return tuple(found.values())


def _chosen(connection: Connection, repo: str, people_: Iterable[Recipient]) -> list[Recipient]:
    found = list(people_)
    users = people.slack_users(connection, [one.login for one in found if one.login], unless_proof=SAID)
    registered = _verified(connection, list(users.values()))
    made: list[Recipient] = []
    for one in found:
        user = users.get(one.login or "")
        mine = registered.get(user or "")
        if mine and (one.skipped is None or any(word in one.skipped for word in _MENDED)):
            one = replace(one, address=mine, skipped=None)  # noqa: PLW2901 - the same person, elsewhere
        if user and one.skipped is None and not _wants(choices(connection, user), repo):
            one = replace(one, skipped="turned off by themselves")  # noqa: PLW2901 - as above
        made.append(one)
    return made


def _wants(chosen: dict[str, bool], repo: str) -> bool:
    return chosen.get(repo, chosen.get(ALL, True))


def _subscribed(connection: Connection, repo: str) -> list[Recipient]:
    query = (
        select(addresses.c.address)
        .join(mail_choices, mail_choices.c.slack_user == addresses.c.owner)
        .outerjoin(profiles, and_(profiles.c.slack_user == addresses.c.owner, profiles.c.deleted))
        .where(
            mail_choices.c.repo == repo,
            mail_choices.c.wanted,
            addresses.c.verified_at.is_not(None),
            profiles.c.slack_user.is_(None),
        )
        .order_by(addresses.c.owner)
    )
    found = connection.execute(query).scalars()
    return [Recipient("A subscriber", None, address, why=Why.SUBSCRIBER) for address in found]


def _teams(connection: Connection, repo: str) -> list[Recipient]:
    names = [repo, f"{repo.partition('/')[0]}/*"]
    found = connection.execute(
        select(addresses.c.address).where(addresses.c.owner.in_(names), addresses.c.verified_at.is_not(None))
    ).scalars()
    return [Recipient("Team list", None, address, why=Why.TEAM) for address in found]


def _verified(connection: Connection, owners: list[str]) -> dict[str, str]:
    if not owners:
        return {}
    query = select(addresses.c.owner, addresses.c.address).where(
        addresses.c.owner.in_(owners), addresses.c.verified_at.is_not(None)
    )
    return {row.owner: row.address for row in connection.execute(query)}


def _address(row: RowMapping) -> Address:
    return Address(**row)
