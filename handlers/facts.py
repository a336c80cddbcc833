"""Facts that only GitHub can tell: a pull request whose events left doubt is fetched and read again."""

import secrets

import msgspec
from sqlalchemy import Connection

from bot.context import Context
from bot.errors import RetryLater
from bot.facts.pulls import REFRESHED
from bot.inbox.receiver import Delivery, as_row
from bot.ledger.policy import GUARDED, REFRESH
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.feature import Feature
from storage import deliveries, facts
from storage.database import DELIVERIES, announce

# How often to look whether a pull request is known by now, and after how many seconds at first.
_PATIENCE = 12
_FIRST_LOOK = 0.25


async def _refresh(context: Context, job: Job) -> Finish:
    """Fetch the pull request and put it into the inbox, as if GitHub had sent it."""
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    repo_id, number = job.payload["repo_id"], job.payload["number"]
    repo = await context.database.read(lambda connection: facts.repository_name(connection, repo_id))
    repo = repo or job.payload.get("repo")
    if repo is None:
        return Finish({"skipped": "the repository is unknown"})
    pull = await context.github.pull(repo, number)
    event = {"action": REFRESHED, "pull_request": pull, "repository": pull["base"]["repo"]}
    delivery = Delivery(
        # A job's id may come again once the ledger has forgotten the first that bore it.
        guid=f"refresh-{secrets.token_hex(8)}",
        event="pull_request",
        action=REFRESHED,
        repo=repo,
        body=msgspec.json.encode(event),
        state="new",
        received_at=context.clock.now(),
    )

    def record(connection: Connection) -> None:
        deliveries.insert_new(connection, [as_row(delivery)])
        announce(connection, DELIVERIES)

    return Finish({"updated_at": pull["updated_at"]}, record)


async def _again(context: Context, job: Job) -> Finish:
    """Process a delivery once more that came before all was known that it takes.

    What it waits for comes before it in its ordering; a pull request comes by a delivery of its own.
    """
    delivery_id, number = job.payload["delivery_id"], job.payload.get("number")

    def is_unknown(connection: Connection) -> bool:
        return number is not None and facts.pull_id(connection, job.payload["repo_id"], number) is None

    if await context.database.read(is_unknown):
        if job.attempts >= _PATIENCE:
            return Finish({"skipped": "its pull request stayed unknown"})
        raise RetryLater("its pull request is not known yet", after=min(_FIRST_LOOK * 2**job.attempts, 60))
    now = context.clock.now()

    def record(connection: Connection) -> None:
        deliveries.again(connection, delivery_id, now=now)

    return Finish(work=record)


FEATURE = Feature(
    name="facts",
    jobs={"pull.refresh": _refresh, "delivery.again": _again},
    policies={"pull.refresh": REFRESH, "delivery.again": GUARDED},
)
