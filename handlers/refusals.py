"""A channel that does not take the bot's messages: whoever subscribed it is told, once per reason."""

from sqlalchemy import Connection

from blocks.refusals import refused
from bot.context import Context
from bot.ledger.policy import USUAL
from bot.ledger.worker import Finish
from bot.models import Job, Pull, Subscription
from bot.subscriptions import listening
from handlers.feature import Feature
from handlers.people.telling import tell
from storage import facts


async def _tell(context: Context, job: Job) -> Finish:
    """Ask for a direct message to the subscriber."""
    channel, code = job.payload["channel"], job.payload["code"]

    def look(connection: Connection) -> tuple[Pull | None, Subscription | None]:
        pull = facts.pull(connection, job.payload["pull_id"])
        return pull, listening.in_channel(connection, channel, pull.repo) if pull else None

    pull, subscription = await context.database.read(look)
    if pull is None or subscription is None:
        return Finish({"skipped": "nobody subscribed any more"})
    user, message, now = subscription.created_by, refused(channel, code, pull), context.clock.now()
    return Finish({"told": user}, lambda connection: tell(connection, user, message, why=job.key, now=now))


FEATURE = Feature(name="refusals", jobs={"slack.refused": _tell}, policies={"slack.refused": USUAL})
