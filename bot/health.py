"""Whether work gets done: database, Slack connection, and how long work has been waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.models import Clock
from storage import deliveries, jobs
from storage.database import Database, DatabaseUnavailable

# Work that waits longer than this means that something is stuck.
MAX_LAG = timedelta(seconds=60)


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
        self._slack = slack

    async def report(self) -> Report:
        """Look at everything once."""
        problems = [trouble] if (trouble := self._slack()) else []
        try:
            now = self._clock.now()
            report = await self._database.read(lambda connection: look(connection, now=now))
        except DatabaseUnavailable as error:
            problems.append(f"the database does not answer: {error}")
            return Report(tuple(problems), timedelta(), 0, 0, 0, None)
        return Report(
            (*problems, *report.problems),
            report.lag,
            report.parked,
            report.failed,
            report.waiting,
            report.last_delivery,
        )


def look(connection: Connection, *, now: datetime) -> Report:
    """Read the numbers from the database."""
    oldest = deliveries.oldest_new(connection)
    lag = max(jobs.lag(connection, now=now), now - oldest if oldest else timedelta())
    problems = (f"work has been waiting for {int(lag.total_seconds())} seconds",) if lag > MAX_LAG else ()
    stopped = jobs.stopped_counts(connection)
    return Report(
        problems,
        lag,
        stopped.get("parked", 0),
        stopped.get("failed", 0) + deliveries.failed(connection),
        jobs.waiting(connection),
        deliveries.latest(connection),
    )
