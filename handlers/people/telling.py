"""Direct messages that tell one person of something that happened to them, each once."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job, SlackMessage
from storage import jobs, profiles

# Slack says these of people who cannot be written to: gone, or never ours.
_OUT_OF_REACH = {"user_not_found", "user_disabled", "cannot_dm_bot", "channel_not_found", "users_not_found"}


def tell(
    connection: Connection, slack_user: str, message: SlackMessage, *, why: str, now: datetime, part: int = 0
) -> None:
    """Ask for a direct message; `why` and `part` tell it from others to the same person."""
    jobs.enqueue(
        connection,
        "people.tell",
        f"tell:{slack_user}:{why}:{now.timestamp():.6f}:{part}"[:200],
        ordering=f"tell:{slack_user}",
        payload={"user": slack_user, "message": asdict(message)},
        now=now,
        priority=jobs.PERSON,
    )


async def direct_channel(context: Context, slack_user: str) -> str:
    """Return the channel in which the bot writes to this person alone; it is asked for once."""
    known = await context.database.read(lambda connection: profiles.get(connection, slack_user).dm_channel)
    if known:
        return known
    opened = await context.slack.open_direct(slack_user)
    await context.database.write(
        lambda connection: profiles.choose(connection, slack_user, dm_channel=opened)
    )
    return opened


async def send(context: Context, job: Job) -> Finish:
    """Write to the person, unless an earlier attempt did, or they cannot be written to."""
    try:
        channel = await direct_channel(context, job.payload["user"])
        found = await context.slack.find(channel, job.key) if job.suspect else None
        ts = found or await context.slack.post(channel, SlackMessage(**job.payload["message"]), key=job.key)
    except Permanent as error:
        if error.code not in _OUT_OF_REACH:
            raise
        return Finish({"skipped": error.code})
    return Finish({"told": True, "ts": ts})
