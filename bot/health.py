"""Whether work gets done: database, Slack connection, and how long work has been waiting."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.models import Clock
from storage import counts, deliveries, jobs
from storage.database import Database, DatabaseUnavailable

# Work that waits longer than this means that something is stuck. Jobs may wait for the pace of their channel,
# one message a second: that is no reason to send the load balancer away.
MAX_INBOX_LAG = timedelta(seconds=60)
MAX_LEDGER_LAG = timedelta(seconds=300)
# Seconds that whoever asks is kept waiting for the database.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in the way, in plain words, and the numbers behind it."""

    problems: tuple[str, ...]
    lag: timedelta
    parked: int
    failed: int
    waiting: int
    last_delivery: datetime | None


class Health:
    """Asks each part; `slack` says what is wrong with the way to Slack, None if nothing is."""

    def __init__(self, database: Database, clock: Clock, slack: Callable[[], str | None]) -> None:
        self._database = database
        self._clock = clock
        self._trouble = slack

    async def problems(self) -> list[str]:
        """Say in plain words what stands in the way, at a price that does not grow with the tables."""
        problems = [trouble] if (trouble := self._trouble()) else []
        now = self._clock.now()
        try:
            async with asyncio.timeout(_PATIENCE):
                lags = await self._database.read(lambda connection: counts.lags(connection, now=now))
        except (DatabaseUnavailable, TimeoutError) as error:
            return [*problems, f"the database does not answer: {str(error) or 'not in time'}"]
        # The worker writes every few seconds: what stood in the way then still does, or was just now.
        if refusal := self._database.refusal:
            problems.append(f"the database takes no writes: {refusal}")
        return [*problems, *_problems(lags)]

    async def numbers(self) -> tuple[counts.Lags, counts.Counts] | None:
        """Return how much waits and for how long; None while the database does not answer."""
        now = self._clock.now()
        with contextlib.suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                return await self._database.read(
                    lambda connection: (counts.lags(connection, now=now), counts.counts(connection))
                )
        return None

    @property
    def slack(self) -> bool:
        """Tell whether the way to Slack is well."""
        return self._trouble() is None


def look(connection: Connection, *, now: datetime) -> Report:
    """Read the numbers from the database."""
    lags = counts.lags(connection, now=now)
    stopped = jobs.stopped_counts(connection)
    return Report(
        _problems(lags),
        max(lags.inbox, lags.ledger),
        stopped.get("parked", 0),
        stopped.get("failed", 0) + deliveries.failed(connection),
        jobs.waiting(connection, now=now),
        deliveries.latest(connection),
    )


def _problems(lags: counts.Lags) -> tuple[str, ...]:
    found = []
    if lags.inbox > MAX_INBOX_LAG:
        found.append(f"deliveries have been waiting for {int(lags.inbox.total_seconds())} seconds")
    if lags.ledger > MAX_LEDGER_LAG:
        found.append(f"jobs have been waiting for {int(lags.ledger.total_seconds())} seconds")
    return tuple(found)
