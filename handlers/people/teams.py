"""Which user group in Slack stands for a team on GitHub, and who of the team is asked."""

import re

from sqlalchemy import Connection

from blocks import people as blocks
from bot.context import Context
from bot.errors import Permanent, UserError
from bot.filters.people import slack_id
from bot.filters.words import shown, unknown
from bot.ledger.worker import Finish
from bot.models import Job
from bot.reviews.routing import Mode
from handlers.feature import CommandCall, Reply
from handlers.people import anew
from handlers.people.telling import tell
from storage import groups

_TEAM = re.compile(r"@?([a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}/[a-z\d][\w.-]{0,99})", re.IGNORECASE | re.ASCII)
_EXAMPLE = "`/patchforge people team acme/backend @backend`"
_OFF = "off"


async def team(context: Context, call: CommandCall, rest: str) -> Reply:
    """Set or forget the user group and the routing of one team."""
    words = rest.split()
    if len(words) < 2:
        raise UserError(f"Name a team and its user group in Slack, like {_EXAMPLE}; `off` forgets it.")
    found, now = _TEAM.fullmatch(words[0]), context.clock.now()
    if found is None:
        raise UserError(f"{shown(words[0])} is no team; write it as `owner/team`, like {_EXAMPLE}.")
    name = found[1].lower()
    if words[1].lower() == _OFF:

        def forget(connection: Connection) -> Reply:
            was = groups.remove(connection, name)
            anew.show(connection, team=name, now=now)
            return blocks.team_unset(name, was=was)

        return await context.database.write(forget)
    usergroup = await _usergroup(context, words[1])
    mode = _mode(" ".join(words[2:]))

    def record(connection: Connection) -> Reply:
        groups.put(connection, name, usergroup=usergroup, routing=mode, user=call.user, now=now)
        anew.show(connection, team=name, now=now)
        return blocks.team_set(blocks.GroupLine(name, usergroup, mode))

    return await context.database.write(record)


async def teams(context: Context, _call: CommandCall, _rest: str) -> Reply:
    """List the teams with their user groups, and say which of these Slack no longer has."""
    known = await context.database.read(groups.every)
    alive = {str(one["id"]) for one in await context.slack.user_groups()} if known else set()
    return blocks.teams(
        [
            blocks.GroupLine(
                one.team, one.usergroup, one.routing, gone=bool(one.usergroup) and one.usergroup not in alive
            )
            for one in known
        ]
    )


async def sweep(context: Context, job: Job) -> Finish:
    """Let go of the user groups that Slack no longer has, and tell whoever had chosen them."""
    del job
    known = await context.database.read(groups.every)
    chosen = {one.usergroup for one in known if one.usergroup}
    if not chosen:
        return Finish({"groups": 0})
    lost, now = chosen - {str(one["id"]) for one in await context.slack.user_groups()}, context.clock.now()

    def record(connection: Connection) -> None:
        for one in groups.gone(connection, lost):
            anew.show(connection, team=one.team, now=now)
            if one.set_by:
                tell(connection, one.set_by, blocks.group_gone(one.team), why=f"group:{one.team}", now=now)

    return Finish({"lost": sorted(lost)}, record)


async def _usergroup(context: Context, word: str) -> str:
    """Return the id of the user group that a word names, by mention or by its handle; raises UserError."""
    try:
        alive = await context.slack.user_groups()
    except Permanent as error:
        raise UserError(f"Slack does not tell me of its user groups: {error.code}.") from None
    handles = {str(one["handle"]).lower(): str(one["id"]) for one in alive}
    mentioned = slack_id(word.partition("|")[0].rstrip(">") + ">") if word.startswith("<!") else ""
    if mentioned in handles.values():
        return mentioned
    handle = word.removeprefix("@").lower()
    if handle in handles:
        return handles[handle]
    raise unknown("user group", mentioned or handle, handles)


def _mode(word: str) -> Mode:
    """Return the routing that is named; the whole group if none is."""
    known = {mode.replace("_", "-"): mode for mode in Mode}
    name = word.lower().replace("_", "-").replace(" ", "-") or str(Mode.WHOLE)
    if name not in known:
        raise unknown("routing", word, known)
    return known[name]
