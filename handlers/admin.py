"""How PatchForge is doing, and what a channel decides for itself."""

from sqlalchemy import Connection, RowMapping

from blocks import admin as blocks
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.health import look
from bot.reviews.around import owner_problems
from bot.subscriptions import listening
from handlers.feature import Command, CommandCall, Feature, Reply
from storage import channels, jobs, missed, subscriptions

_SWITCH = {"on": True, "off": False}


async def _status(context: Context, call: CommandCall) -> Reply:
    now = context.clock.now()
    try:
        may_read_all = await is_admin(context, call.user)
    except (Permanent, RetryLater):
        may_read_all = False

    def why(row: RowMapping) -> str:
        """Give the reason: it may name a private repository or an address, which not everybody may know."""
        mine = row["lane"] == call.channel
        return (row["error"] or "") if mine or may_read_all else "an admin of this workspace can see why"

    def read(connection: Connection) -> blocks.Status:
        report = look(connection, now=now)
        here = subscriptions.of_channel(connection, call.channel)
        followed = listening.repos_of(connection, here)
        hidden = missed.denied(connection)
        return blocks.Status(
            problems=report.problems,
            waiting=report.waiting,
            last_delivery=report.last_delivery,
            stopped=tuple(
                blocks.Stopped(row["kind"], row["lane"], why(row), row["finished_at"])
                for row in jobs.stopped(connection, limit=100)
            ),
            stopped_in_all=report.parked + report.failed,
            followed=len(here),
            channel=call.channel,
            model=context.settings.model,
            github=context.github is not None,
            mail=context.mailer is not None,
            unwatched=tuple(name for name in hidden if may_read_all or name in {"app", *followed}),
            lost=missed.given_up(connection),
            owners=tuple(owner_problems(connection, followed)),
        )

    return blocks.status(await context.database.read(read))


async def _settings(context: Context, call: CommandCall) -> Reply:
    words = call.text.lower().split()
    if not words:
        allowed = await context.database.read(lambda found: channels.self_approval(found, call.channel))
        return blocks.settings(call.channel, self_approval=allowed)
    if words[0] != "self-approval" or len(words) != 2 or words[1] not in _SWITCH:
        raise UserError(
            "There is one setting: type `/patchforge settings self-approval on`, or `off` at the end."
        )
    await require_owner(context, call)
    allowed, now = _SWITCH[words[1]], context.clock.now()

    def record(connection: Connection) -> Reply:
        channels.set_self_approval(connection, call.channel, allowed=allowed, user=call.user, now=now)
        return blocks.settings(call.channel, self_approval=allowed)

    return await context.database.write(record)


async def require_owner(context: Context, call: CommandCall) -> None:
    """Raise UserError unless the person made the channel or is an admin of the workspace."""
    try:
        channel = await context.slack.channel(call.channel)
    except Permanent:
        raise UserError("I cannot see this channel; invite me first, with `/invite @PatchForge`.") from None
    if channel.get("creator") == call.user:
        return
    if not await is_admin(context, call.user):
        raise UserError(
            "Only the person who made this channel or a workspace admin can change this; ask one of them."
        )


async def is_admin(context: Context, user: str) -> bool:
    """Tell whether the person is an admin of the workspace; raises Permanent and RetryLater."""
    found = await context.slack.user(user)
    return bool(found.get("is_admin") or found.get("is_owner"))


FEATURE = Feature(
    name="admin",
    commands=(
        Command(
            "status",
            "status",
            "Show whether everything works, and what could not be delivered.",
            _status,
        ),
        Command(
            "settings",
            "settings [self-approval on|off]",
            "Show or change what this channel allows.",
            _settings,
            "`self-approval on` lets authors approve the release notes of their own changes in this channel. "
            "It is off unless the channel's creator or a workspace admin turns it on.",
        ),
    ),
)
