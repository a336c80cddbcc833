"""`/patchforge people …`: who is linked, linking others, teams, and a list to import. For admins."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from sqlalchemy import Connection

from blocks import people as blocks
from bot.context import Context
from bot.errors import Permanent, UserError
from bot.filters.people import slack_id
from bot.filters.words import shown, unknown
from bot.people.logins import parse_login
from handlers.feature import CommandCall, Reply
from handlers.people import anew, importing, teams
from handlers.people.rights import require_admin
from handlers.people.telling import tell
from storage import people, profiles, subscriptions

_SEEN_DAYS = 30

Run = Callable[[Context, CommandCall, str], Awaitable[Reply]]


async def run(context: Context, call: CommandCall) -> Reply:
    """Do what an admin asks; anybody else is told whom to ask."""
    await require_admin(context, call.user)
    word, _, rest = call.text.strip().partition(" ")
    name = word.lower()
    if name and name not in _RUN:
        raise unknown("word", word, _RUN)
    return await _RUN[name or "list"](context, call, rest.strip())


async def _list(context: Context, _call: CommandCall, _rest: str) -> Reply:
    since = context.clock.now() - timedelta(days=_SEEN_DAYS)

    def look(connection: Connection) -> blocks.Overview:
        every = people.every(connection)
        known = profiles.several(connection, [one.slack_user for one in every])
        lines = [
            blocks.PersonLine(
                one.slack_user, one.login, one.proof, one.linked_by, left=known[one.slack_user].deleted
            )
            for one in every
        ]
        followed = set(subscriptions.repos(connection))
        linked = {one.login.lower() for one in every}
        seen = people.seen_lately(connection, followed, since=since)
        unlinked = [(login, count) for login, count in seen if login.lower() not in linked]
        return blocks.Overview(lines, unlinked, _SEEN_DAYS)

    return blocks.overview(await context.database.read(look))


async def _link(context: Context, call: CommandCall, rest: str) -> Reply:
    words = rest.split()
    if len(words) != 2:
        raise UserError(
            "Name somebody in Slack and their login, like `/patchforge people link @mona octocat`."
        )
    who, login, now = _member(words[0]), parse_login(words[1]), context.clock.now()
    await _require_member(context, who)

    def record(connection: Connection) -> Reply:
        before = people.login_of(connection, who)
        done = people.link(connection, who, login, now=now, proof=people.ADMIN, by=call.user)
        if done.taken_by:
            holder = people.of_user(connection, done.taken_by)
            assert holder is not None  # noqa: S101 - it was found in this transaction
            raise UserError(blocks.held(login, holder.slack_user, holder.proof))
        if done.kept:
            raise UserError(blocks.kept(who, done.kept))
        if done.lost_by:
            tell(connection, done.lost_by, blocks.displaced(login, who), why="displaced", now=now)
        if who != call.user:
            tell(connection, who, blocks.told_by_admin(login, call.user), why="linked", now=now)
        anew.show(connection, logins=[before, login], now=now, actor=who)
        return blocks.linked_by_admin(who, login, lost_by=done.lost_by)

    return await context.database.write(record)


async def _unlink(context: Context, call: CommandCall, rest: str) -> Reply:
    who, now = _member(rest), context.clock.now()

    def record(connection: Connection) -> Reply:
        before = people.login_of(connection, who)
        was = people.unlink(connection, who)
        if was and who != call.user:
            tell(connection, who, blocks.told_by_admin(None, call.user), why="unlinked", now=now)
        anew.show(connection, logins=[before], now=now, actor=who)
        return blocks.linked_by_admin(who, None, was=was)

    return await context.database.write(record)


async def _require_member(context: Context, who: str) -> None:
    """Raise UserError for those whom Slack does not know, who left, and who are no people."""
    try:
        found = await context.slack.user(who)
    except Permanent:
        raise UserError("Slack does not know that person; pick them from the list that `@` opens.") from None
    if found.get("deleted"):
        raise UserError("That person has left this workspace; a link would lead nowhere.")
    if found.get("is_bot"):
        raise UserError("That is an app; only people are linked.")


def _member(word: str) -> str:
    """Return the Slack user that a word names; raises UserError."""
    found = slack_id(word.partition("|")[0].rstrip(">") + ">") if word.startswith("<@") else ""
    if not found:
        raise UserError(f"{shown(word)} is nobody in Slack; pick somebody from the list that `@` opens.")
    return found


_RUN: Mapping[str, Run] = {
    "list": _list,
    "link": _link,
    "unlink": _unlink,
    "import": importing.ask,
    "team": teams.team,
    "teams": teams.teams,
}
