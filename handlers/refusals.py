"""A channel that does not take the bot's messages: whoever subscribed it is told, once per reason."""

from sqlalchemy import Connection

from blocks.refusals import refused
from bot.context import Context
from bot.ledger.worker import Finish
from bot.models import Job, Pull, Subscription
from handlers.feature import Feature
from storage import facts, subscriptions


async def _tell(context: Context, job: Job) -> Finish:
    """Send the subscriber a direct message; an attempt whose fate is unknown is repeated."""
    channel, code = job.payload["channel"], job.payload["code"]

    def look(connection: Connection) -> tuple[Pull | None, Subscription | None]:
        pull = facts.pull(connection, job.payload["pull_id"])
        found = subscriptions.of_repo(connection, pull.repo) if pull else []
        return pull, next((one for one in found if one.channel == channel), None)

    pull, subscription = await context.database.read(look)
    if pull is None or subscription is None:
        return Finish({"skipped": "nobody subscribed any more"})
    ts = await context.slack.post(subscription.created_by, refused(channel, code, pull), key=job.key)
    return Finish({"told": subscription.created_by, "ts": ts})


FEATURE = Feature(name="refusals", jobs={"slack.refused": _tell})
