"""A list of people that an admin pastes: looked through first, taken in whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from blocks import ids
from blocks import people as blocks
from bot.context import Context
from bot.errors import PatchForgeError, UserError
from bot.people.lists import Row, parse_list
from handlers.feature import Click, CommandCall, FieldErrors, Reply, Submission
from handlers.people import anew
from handlers.people.rights import require_admin
from handlers.people.telling import tell
from storage import people


@dataclass(frozen=True, slots=True)
class _Checked:
    """A list whose people were looked up: login by Slack user, and what is wrong with which line."""

    people: Mapping[str, tuple[str, int]]
    wrong: Mapping[int, str]


async def ask(context: Context, call: CommandCall, _rest: str) -> Reply:
    """Open the form for the list."""
    await context.slack.open_view(call.trigger_id, blocks.import_modal())
    return None


async def check(context: Context, click: Click) -> Reply:
    """Show in the form what the list would change; nothing is changed yet."""
    if click.view is None:
        return None
    await require_admin(context, click.user)
    checked = await _check(context, str(click.view.values.get(ids.FIELD_LIST) or ""))
    preview = await context.database.read(lambda connection: _count(connection, checked))
    await context.slack.update_view(click.view.id, blocks.import_modal(preview), shown=click.view.hash)
    return None


async def take(context: Context, submission: Submission) -> Reply | FieldErrors:
    """Link everybody in the list, or nobody if a line is wrong."""
    await require_admin(context, submission.user)
    checked = await _check(context, str(submission.values.get(ids.FIELD_LIST) or ""))
    now = context.clock.now()

    def record(connection: Connection) -> Reply | FieldErrors:
        counted = _count(connection, checked)
        if counted.wrong:
            return FieldErrors({ids.FIELD_LIST: blocks.wrong_lines(counted.wrong)})
        before = {user: people.login_of(connection, user) for user in checked.people}
        for user, (login, _line) in checked.people.items():
            if (before[user] or "").lower() != login.lower():
                people.unlink(connection, user)  # first of all: two may have swapped theirs
        for user, (login, _line) in checked.people.items():
            is_news = (before[user] or "").lower() != login.lower()
            _link(connection, user, login, submission.user, now, is_news=is_news)
        changed = {*before.values(), *(login for login, _line in checked.people.values())}
        anew.show(connection, logins=changed, now=now, actor=submission.user)
        return blocks.imported(counted)

    return await context.database.write(record)


def _link(connection: Connection, user: str, login: str, admin: str, now: datetime, *, is_news: bool) -> None:
    done = people.link(connection, user, login, now=now, proof=people.ADMIN, by=admin)
    if done.lost_by:
        tell(connection, done.lost_by, blocks.displaced(login, user), why="displaced", now=now)
    if is_news and user != admin:
        tell(connection, user, blocks.told_by_admin(login, admin), why="linked", now=now)


async def _check(context: Context, text: str) -> _Checked:
    """Read the list and look up whom it names; raises UserError while Slack does not answer."""
    listed = parse_list(text)
    wrong = dict(listed.wrong)
    if not listed.rows and not wrong:
        raise UserError("The list is empty: one person to a line, such as `octocat,mona@example.org`.")
    try:
        members = await context.slack.users()
    except PatchForgeError:
        raise UserError(
            "Slack does not tell me who is here; nothing was changed. Please try again."
        ) from None
    found: dict[str, tuple[str, int]] = {}
    for row in listed.rows:
        who = _find(row, members)
        if who is None:
            wrong.setdefault(row.line, f"nobody here has {row.address or row.member}")
        elif who in found:
            wrong.setdefault(row.line, f"is the same person as line {found[who][1]}")
        else:
            found[who] = (row.login, row.line)
    return _Checked(found, wrong)


def _find(row: Row, members: list[Mapping[str, Any]]) -> str | None:
    """Return the member whom a line names; those who left and apps are nobody."""
    for one in members:
        address = str((one.get("profile") or {}).get("email") or "").lower()
        meant = one["id"] == row.member if row.member else address == row.address
        if meant and not one.get("deleted") and not one.get("is_bot"):
            return str(one["id"])
    return None


def _count(connection: Connection, checked: _Checked) -> blocks.Imported:
    """Tell what the list would change, with the lines that stronger proofs stand against."""
    wrong, new, changed, same = dict(checked.wrong), 0, 0, 0
    strong = {people.GITHUB, people.ADMIN}
    for user, (login, line) in checked.people.items():
        mine, holder = people.of_user(connection, user), people.of_login(connection, login)
        # Who has another login in this very list gives theirs up.
        stays = holder is not None and holder.slack_user != user and holder.slack_user not in checked.people
        if holder is not None and stays and holder.proof in strong:
            wrong.setdefault(line, f"{login} is linked to somebody else already, by a proof as good")
        elif mine is not None and mine.login.lower() != login.lower() and mine.proof == people.GITHUB:
            wrong.setdefault(line, f"this person has proven to be {mine.login}")
        new += mine is None
        same += mine is not None and mine.login.lower() == login.lower()
        changed += mine is not None and mine.login.lower() != login.lower()
    return blocks.Imported(new, changed, same, wrong)
