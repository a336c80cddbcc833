"""Subscribers who left the channels that get a repository's notes: looked at once a day."""

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.mails.sight import channels_with_notes
from storage import addresses, jobs

SWEEP, LOOK = "mails.sweep", "mails.look"


async def sweep(context: Context, job: Job) -> Finish:
    """Ask for every subscriber to be looked at."""
    del job
    now = context.clock.now()

    def record(connection: Connection) -> None:
        for user in addresses.subscribers(connection):
            jobs.enqueue(
                connection,
                LOOK,
                f"{LOOK}:{user}",
                payload={"user": user},
                now=now,
                priority=jobs.HOUSEKEEPING,
                again=True,
            )

    return Finish({}, record)


async def look(context: Context, job: Job) -> Finish:
    """End a person's subscriptions to what they can no longer see in Slack."""
    user = job.payload["user"]
    try:
        theirs = set(await context.slack.channels_of(user))
    except Permanent:
        theirs = set()
    ended: list[str] = []

    def record(connection: Connection) -> None:
        for repo, wanted in addresses.choices(connection, user).items():
            if wanted and not channels_with_notes(connection, repo) & theirs:
                addresses.unchoose(connection, user, repo)
                ended.append(repo)

    await context.database.write(record)
    return Finish({"ended": ended})
