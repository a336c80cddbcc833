"""What is old is forgotten: finished jobs, showings, the bodies of deliveries, the names of envelopes."""

import asyncio
import functools
import time
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import RetryLater
from bot.ledger.policy import TICK
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.feature import Feature, Schedule
from storage import evidence, retention
from storage.messages import SHOW

_KIND, _EVERY = "ledger.retain", timedelta(hours=1)
# Slack repeats an envelope for some minutes, and an idle lane is full again within seconds.
_ENVELOPES, _LANES = timedelta(hours=24), timedelta(hours=1)
# Seconds that one attempt takes at most, so that a stop need not wait for it; and how many times longer than
# each step the pause after it is, in which others write.
_BUDGET, _REST = 2.0, 4

Step = Callable[[Connection], bool]


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
        more = True
        while more:
            begin = time.monotonic()
            if begin > end:
                raise RetryLater("more is left to forget", after=1, counts=False)
            more = await context.database.write(step)
            await asyncio.sleep(_REST * (time.monotonic() - begin) if more else 0)
    return Finish()


def _steps(context: Context, kinds: Collection[str]) -> tuple[Step, ...]:
    now, settings = context.clock.now(), context.settings
    jobs_before = now - timedelta(days=settings.retention_jobs_days)
    bodies_before = now - timedelta(days=settings.retention_bodies_days)

    def lanes(connection: Connection) -> bool:
        retention.forget_lanes(connection, before=now - _LANES)
        return False

    return (
        functools.partial(retention.prune_jobs, kinds=kinds, before=jobs_before, now=now),
        functools.partial(retention.empty_bodies, before=bodies_before, now=now),
        functools.partial(evidence.prune_showings, before=jobs_before),
        functools.partial(retention.forget_envelopes, before=now - _ENVELOPES),
        lanes,
    )
