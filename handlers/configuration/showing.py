"""Show what files put in force, and let a channel allow a file to speak for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from blocks import configuration as blocks
from bot.configuration.effective import Effective, LeftOut
from bot.configuration.merge import merge
from bot.configuration.request import Act, ConfigRequest, parse_config
from bot.configuration.words import faulty_in_words, in_words
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from handlers.admin import is_admin, require_owner
from handlers.configuration.knowing import Known, known, linked
from handlers.configuration.putting import withdraw
from handlers.configuration.telling import faulty
from handlers.feature import CommandCall, Reply
from storage import configurations, groups, people, permissions, subscriptions
from storage.configurations import Kept, organisation_of
from storage.people import Person
from storage.permissions import PEOPLE

# In seconds; Slack takes the answer to a command for three only.
_SLACK_WITHIN = 1.2


@dataclass(frozen=True, slots=True)
class _Look:
    """What the database tells for one answer: the owner's side, its two files as seen last, who is known.

    `grouped` are the teams that have a user group.
    """

    known: Known
    seen: tuple[Kept, ...]
    people: Sequence[Person]
    grouped: frozenset[str]


async def config(context: Context, call: CommandCall) -> Reply:
    """Answer `/patchforge config`."""
    asked = parse_config(call.text)
    if asked.act is Act.EXPLAIN:
        allowed = await context.database.read(
            lambda connection: permissions.of_channel(connection, call.channel)
        )
        return blocks.explained(call.channel, allowed)
    if asked.act is Act.SHOW:
        return await _show(context, call, asked.source)
    return await _allow(context, call, asked)


async def _allow(context: Context, call: CommandCall, asked: ConfigRequest) -> Reply:
    """Give a permission or take it back."""
    await _require_right(context, call, asked)
    source, now = asked.source, context.clock.now()
    channel = PEOPLE if asked.people else call.channel

    def record(connection: Connection) -> Reply:
        if asked.act is Act.ALLOW:
            permissions.allow(connection, channel, source, user=call.user, now=now)
            for one in dict.fromkeys((organisation_of(source), source)):
                configurations.ask_reading(connection, one, now=now)
            configurations.ask_application(connection, source, now=now)
            return blocks.allowed(call.channel, source, people=asked.people)
        was = permissions.disallow(connection, channel, source)
        if not asked.people:
            withdraw(connection, channel, source, now=now)
        configurations.ask_application(connection, source, now=now)
        return blocks.disallowed(call.channel, source, people=asked.people, was=was)

    return await context.database.write(record)


async def _require_right(context: Context, call: CommandCall, asked: ConfigRequest) -> None:
    if not asked.people:
        if call.channel.startswith("D"):
            raise UserError(
                "Type this in the channel that the file is to speak for, not in a direct message."
            )
        await require_owner(context, call)
        return
    if not await is_admin(context, call.user):
        raise UserError("Only an admin of this workspace can let a file say who is who; ask one of them.")


async def _show(context: Context, call: CommandCall, source: str) -> Reply:
    """Show what is in force for a repository, to those who may know of it."""
    everything = await _sees_everything(context, call.user)
    look = await context.database.read(lambda connection: _look(connection, call, source, everything))
    channels = await _channels(context)
    effective = await asyncio.to_thread(_effective, look, source, channels)
    if not everything:
        effective = _of_channel(effective, call.channel)
    web = context.settings.github_web_url
    wrong = [faulty_in_words(*faulty(kept, web)) for kept in look.seen if kept.problems]
    return blocks.in_force(in_words(effective, web), wrong)


def _effective(look: _Look, source: str, channels: Sequence[tuple[str, str]]) -> Effective:
    """Work out what is in force; takes a while."""
    files, whole = look.known.files(), organisation_of(source)
    organisation, own = files.get(whole), files.get(source) if source != whole else None
    workspace = look.known.workspace(channels, linked(look.people, organisation), source)
    effective = merge(source, organisation, own, workspace)
    gone = [
        LeftOut(
            f"teams.{team}.usergroup",
            f"Slack has no user group `{one.value}`; make it, or mend it.",
            one.source,
        )
        for team, one in effective.usergroups.items()
        if one.value.startswith("@") and team not in look.grouped
    ]
    logins = {one.login.lower() for one in look.people}
    gone += [
        LeftOut(f"people.{login}", "Nobody in Slack is known by this address.", one.source)
        for login, one in effective.people.items()
        if "@" in one.value and login not in logins
    ]
    return replace(effective, left_out=(*effective.left_out, *gone))


def _look(connection: Connection, call: CommandCall, source: str, everything: bool) -> _Look:
    owner, whole = source.partition("/")[0], organisation_of(source)
    if not everything:
        heard = {one.repo for one in subscriptions.of_channel(connection, call.channel)}
        heard |= set(permissions.of_channel(connection, call.channel))
        if not heard & {source, whole}:
            raise UserError(
                f"This channel neither follows `{source}` nor lets its file speak for it; ask in one that "
                "does, or ask an admin of the workspace."
            )
    seen = (configurations.get(connection, one) for one in dict.fromkeys((whole, source)))
    return _Look(
        known(connection, owner),
        tuple(kept for kept in seen if kept),
        people.every(connection),
        frozenset(one.team for one in groups.every(connection) if one.usergroup),
    )


def _of_channel(effective: Effective, channel: str) -> Effective:
    """Return what concerns one channel: of others only those who are in them may know."""
    return replace(
        effective,
        subscriptions=tuple(one for one in effective.subscriptions if one.value.channel == channel),
        reminders=tuple(one for one in effective.reminders if one.value.channel == channel),
    )


async def _sees_everything(context: Context, user: str) -> bool:
    try:
        return await is_admin(context, user)
    except (Permanent, RetryLater):
        return False


async def _channels(context: Context) -> Sequence[tuple[str, str]]:
    """Return the channels that the bot is in; raises UserError if Slack does not tell soon enough."""
    try:
        async with asyncio.timeout(_SLACK_WITHIN):
            return await context.slack.own_channels()
    except (TimeoutError, RetryLater, Permanent):
        raise UserError("Slack did not tell me my channels just now; please try again.") from None
