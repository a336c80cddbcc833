"""What was missed: deliveries are asked for again, merges compared, and silent repositories read."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.config import Settings
from bot.context import Context
from bot.ledger.policy import GUARDED, TICK
from bot.ledger.worker import Finish
from bot.missed.rules import KEPT, Patience
from bot.models import Job
from bot.subscriptions import listening
from handlers.feature import Feature, Schedule
from handlers.missed import merges, polling, redelivering
from handlers.missed.asking import ask_for
from storage import jobs, missed

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
        # What was missed stays so until it is found: the next sweep asks again for what gave up.
        policies={
            "missed.sweep": TICK,
            "missed.app": GUARDED,
            "missed.repo": GUARDED,
            "missed.poll": TICK,
            "missed.changes": GUARDED,
            "missed.read": GUARDED,
        },
        schedules=(Schedule("missed.sweep", every, at_start=True), Schedule("missed.poll", poll_every)),
    )


async def _sweep(context: Context, _job: Job) -> Finish:
    """Ask for each webhook and each followed repository to be looked at."""
    github = context.github
    if github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now, repos = context.clock.now(), await context.database.read(listening.repos)

    def begin(connection: Connection) -> None:
        missed.forget(connection, keep=repos, before=now - KEPT)
        if github.is_app:
            jobs.enqueue(
                connection, "missed.app", "missed:app", now=now, priority=jobs.HOUSEKEEPING, again=True
            )

    await context.database.write(begin)
    await ask_for(context.database, "missed.repo", "missed", repos, now=now)
    return Finish({"repositories": len(repos)})


FEATURE = feature()
