"""What is old is forgotten: jobs, showings, pasted links, questions by e-mail, bodies, envelopes."""

import asyncio
import functools
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import RetryLater
from bot.ledger.policy import TICK
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.feature import Feature, Schedule
from storage import evidence, pasted, retention, sendings
from storage.messages import SHOW

_KIND, _EVERY = "ledger.retain", timedelta(hours=1)
# Slack repeats an envelope for some minutes, and an idle lane is full again within seconds.
_ENVELOPES, _LANES = timedelta(hours=24), timedelta(hours=1)
# Seconds that one attempt takes at most, so that a stop need not wait for it; and how many times longer than
# each step the pause after it is, in which others write.
_BUDGET, _REST = 2.0, 4
# Seconds, and rows.
_SHORT, _MOST = 0.015, 250

Step = Callable[[Connection, int], bool]


@dataclass(slots=True)
class Stride:
    """How many rows the next step looks at: as many as take about 15 ms, so that nobody notices."""

    rows: int = 20

    def took(self, seconds: float) -> None:
        """Fit the next step to what the last one took, the waiting for its turn included."""
        fitting = int(self.rows * _SHORT / max(seconds, 1e-4))
        self.rows = min(max(fitting, 1), self.rows * 2, _MOST)


def feature(features: Iterable[Feature]) -> Feature:
    """Build the feature; it forgets jobs of the kinds whose policies allow it, and of the clock's ticks."""
    features = tuple(features)
    kinds = {kind for one in features for kind, policy in one.policies.items() if policy.forget}
    # A tick's key holds its number, which never comes again.
    kinds |= {schedule.kind for one in features for schedule in one.schedules}
    return Feature(
        name="retention",
        jobs={_KIND: functools.partial(_retain, kinds=frozenset({*kinds, SHOW, _KIND}))},
        policies={_KIND: TICK},
        schedules=(Schedule(_KIND, _EVERY),),
    )


async def _retain(context: Context, job: Job, *, kinds: Collection[str]) -> Finish:
    """Forget a few rows at a time, with pauses; raises RetryLater while there are more."""
    del job
    end = time.monotonic() + _BUDGET
    for step in _steps(context, kinds):
        await _take(context, step, end)
    return Finish()


async def _take(context: Context, step: Step, end: float) -> None:
    stride, more = Stride(), True
    while more:
        begin = time.monotonic()
        if begin > end:
            raise RetryLater("more is left to forget", after=1, counts=False)
        more = await context.database.write(lambda found: step(found, stride.rows))
        took = time.monotonic() - begin
        stride.took(took)
        await asyncio.sleep(_REST * took if more else 0)


def _steps(context: Context, kinds: Collection[str]) -> tuple[Step, ...]:
    now, settings = context.clock.now(), context.settings
    jobs_before = now - timedelta(days=settings.retention_jobs_days)
    bodies_before = now - timedelta(days=settings.retention_bodies_days)

    def prune_jobs(connection: Connection, rows: int) -> bool:
        return retention.prune_jobs(connection, kinds=kinds, before=jobs_before, now=now, rows=rows)

    def empty_bodies(connection: Connection, rows: int) -> bool:
        return retention.empty_bodies(connection, before=bodies_before, now=now, rows=rows)

    def prune_showings(connection: Connection, rows: int) -> bool:
        return evidence.prune_showings(connection, before=jobs_before, rows=rows)

    def prune_pasted(connection: Connection, rows: int) -> bool:
        return pasted.prune(connection, before=jobs_before, rows=rows)

    def prune_questions(connection: Connection, rows: int) -> bool:
        return sendings.prune(connection, before=jobs_before, rows=rows)

    def forget_envelopes(connection: Connection, rows: int) -> bool:
        return retention.forget_envelopes(connection, before=now - _ENVELOPES, rows=rows)

    def forget_lanes(connection: Connection, _rows: int) -> bool:
        retention.forget_lanes(connection, before=now - _LANES)
        return False

    return (
        prune_jobs,
        empty_bodies,
        prune_showings,
        prune_pasted,
        prune_questions,
        forget_envelopes,
        forget_lanes,
    )
