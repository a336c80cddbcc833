"""How much waits and for how long, at a price that does not grow with what is finished."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, TextClause, func, select, text

from storage.tables import deliveries, jobs

# Beyond this many rows a count says no more than "very many", and costs.
MOST = 50_000

_LIVE = text("jobs.finished_at IS NULL")
_STOPPED = text("jobs.state IN ('parked', 'failed', 'ambiguous')")
_NEW = text("deliveries.state = 'new'")


@dataclass(frozen=True, slots=True)
class Lags:
    """For how long the oldest due delivery and the oldest due job have been waiting."""

    inbox: timedelta = timedelta()
    ledger: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in the inbox, and by (kind, state) the jobs that are not done; each at most MOST."""

    inbox: int = 0
    jobs: dict[tuple[str, str], int] = field(default_factory=dict)


def lags(connection: Connection, *, now: datetime) -> Lags:
    """Look at the head of each queue."""
    delivery = connection.execute(
        select(deliveries.c.run_at).where(_NEW).order_by(deliveries.c.run_at).limit(1)
    ).scalar()
    return Lags(_since(delivery, now), _since(_oldest_job(connection), now))


def _oldest_job(connection: Connection) -> datetime | None:
    """Look at the first job of each priority: the index is sorted by that before the time."""
    oldest: datetime | None = None
    lowest = select(jobs.c.priority).where(_LIVE).order_by(jobs.c.priority).limit(1)
    priority = connection.execute(lowest).scalar()
    while priority is not None:
        first = (
            select(jobs.c.run_at)
            .where(_LIVE, jobs.c.priority == priority, jobs.c.state == "ready")
            .order_by(jobs.c.run_at)
            .limit(1)
        )
        found = connection.execute(first).scalar()
        oldest = min(oldest or found, found) if found else oldest
        priority = connection.execute(lowest.where(jobs.c.priority > priority)).scalar()
    return oldest


def counts(connection: Connection) -> Counts:
    """Count what waits, runs or was stopped."""
    waiting = select(deliveries.c.id).where(_NEW).order_by(deliveries.c.run_at).limit(MOST).subquery()
    inbox = connection.execute(select(func.count()).select_from(waiting)).scalar_one()
    found = _jobs(connection, _LIVE, "priority", "run_at", "id") | _jobs(connection, _STOPPED, "state")
    return Counts(inbox, found)


def _jobs(connection: Connection, which: TextClause, *order: str) -> dict[tuple[str, str], int]:
    """Count the jobs by kind and state; `order` is the order of the partial index to go by."""
    some = (
        select(jobs.c.kind, jobs.c.state)
        .where(which)
        .order_by(*(jobs.c[name] for name in order))
        .limit(MOST)
        .subquery()
    )
    rows = connection.execute(
        select(some.c.kind, some.c.state, func.count()).group_by(some.c.kind, some.c.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment else timedelta()
