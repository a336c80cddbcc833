"""Muting a card's thread in its channel; the card itself shows that and stays current."""

from sqlalchemy import Connection

from blocks import ids
from bot.context import Context
from handlers.feature import Click, Reply
from storage import jobs, messages


async def mute(context: Context, click: Click) -> Reply:
    """Let the thread be silent from now on."""
    return await _set_muted(context, click, click.user)


async def unmute(context: Context, click: Click) -> Reply:
    """Let the thread speak again."""
    return await _set_muted(context, click, None)


async def _set_muted(context: Context, click: Click, user: str | None) -> Reply:
    message_id, now = ids.decode(ids.CardRef, click.value).message_id, context.clock.now()

    def record(connection: Connection) -> None:
        row = messages.get(connection, message_id)
        if row is not None and row["channel"] == click.channel:
            messages.mute(connection, message_id, user)
            messages.mark_stale(connection, row, now=now, priority=jobs.PERSON)

    await context.database.write(record)
    return None
