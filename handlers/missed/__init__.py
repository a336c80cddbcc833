"""What was missed: deliveries are asked for again, merges compared, and silent repositories read."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.config import Settings
from bot.context import Context
from bot.ledger.worker import Finish
from bot.missed.rules import KEPT, Patience
from bot.models import Job
from handlers.feature import Feature, Schedule
from handlers.missed import merges, polling, redelivering
from storage import jobs, missed, subscriptions

# For so long a repository that hides its webhooks is believed to have one.
SILENCE = timedelta(hours=1)


def feature(
    *,
    every: timedelta = timedelta(minutes=10),
    poll_every: timedelta | Callable[[Settings], timedelta] = lambda settings: timedelta(
        seconds=settings.poll_interval_seconds
    ),
    patience: Patience | None = None,
    silence: timedelta = SILENCE,
) -> Feature:
    """Build the feature; `silence` is how long no delivery may come before a repository is polled."""
    patience = patience or Patience()

    async def app(context: Context, job: Job) -> Finish:
        return await redelivering.of_app(context, job, patience)

    async def repo(context: Context, job: Job) -> Finish:
        finish = await redelivering.of_repo(context, job, patience)
        await merges.compare(context, job.payload["repo"])
        return finish

    async def poll(context: Context, _job: Job) -> Finish:
        return await polling.ask(context, silence)

    return Feature(
        name="missed",
        jobs={
            "missed.sweep": _sweep,
            "missed.app": app,
            "missed.repo": repo,
            "missed.poll": poll,
            "missed.changes": polling.changes,
            "missed.read": polling.read,
        },
        schedules=(Schedule("missed.sweep", every, at_start=True), Schedule("missed.poll", poll_every)),
    )


async def _sweep(context: Context, _job: Job) -> Finish:
    """Ask for each webhook and each followed repository to be looked at."""
    github = context.github
    if github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now = context.clock.now()

    def ask(connection: Connection) -> None:
        repos = subscriptions.repos(connection)
        missed.forget(connection, keep=repos, before=now - KEPT)
        if github.is_app:
            jobs.enqueue(
                connection, "missed.app", "missed:app", now=now, priority=jobs.HOUSEKEEPING, again=True
            )
        for repo in repos:
            jobs.enqueue(
                connection,
                "missed.repo",
                f"missed:{repo}"[:200],
                payload={"repo": repo},
                now=now,
                priority=jobs.HOUSEKEEPING,
                again=True,
            )

    return Finish(work=ask)


FEATURE = feature()
