"""The ledger: everything that leaves the process is a row here, written with the facts that cause it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, case, func, or_, select, text, update
from sqlalchemy.dialects import sqlite

from bot.models import Job, JobState
from storage.announcements import JOBS, PUT_OFF, announce
from storage.sql import Insert, later, prepared
from storage.tables import jobs

# Who waits decides: a person, then a message, then housekeeping.
PERSON, MESSAGE, HOUSEKEEPING = 10, 50, 90

_LIVE = text("jobs.finished_at IS NULL")


@prepared
def _once(insert: Insert) -> sqlite.Insert:
    return insert(jobs).on_conflict_do_nothing(index_elements=[jobs.c.key])


@prepared
def _again(insert: Insert) -> sqlite.Insert:
    statement = insert(jobs)
    fresh, finished = statement.excluded, jobs.c.finished_at.is_not(None)
    return statement.on_conflict_do_update(
        index_elements=[jobs.c.key],
        set_={
            "wanted": jobs.c.wanted + 1,
            "payload": fresh.payload,
            "lane": fresh.lane,
            "state": case((finished, "ready"), else_=jobs.c.state),
            "run_at": case((finished, fresh.run_at), else_=jobs.c.run_at),
            "attempts": case((finished, 0), else_=jobs.c.attempts),
            "priority": case((jobs.c.priority < fresh.priority, jobs.c.priority), else_=fresh.priority),
            # What is asked for by no delivery leaves it to tell of the one before.
            "delivery_id": func.coalesce(fresh.delivery_id, jobs.c.delivery_id),
            "finished_at": None,
        },
    )


def enqueue(
    connection: Connection,
    kind: str,
    key: str,
    *,
    now: datetime,
    ordering: str | None = None,
    lane: str | None = None,
    payload: Mapping[str, Any] | None = None,
    priority: int = MESSAGE,
    run_at: datetime | None = None,
    delivery_id: int | None = None,
    again: bool = False,
) -> None:
    """Add a job unless its key is known; with `again`, ask a known one to run (once) more.

    Asking again for a job that waits changes nothing but its count; one that is running runs once more
    afterwards; a finished, parked or failed one becomes ready. Jobs of one `ordering` never run at once and
    keep their order; `lane` names the pace they keep.
    """
    statement = _again(connection) if again else _once(connection)
    later(
        connection,
        statement,
        {
            "kind": kind,
            "key": key,
            "ordering": ordering or key,
            "lane": lane,
            "payload": dict(payload or {}),
            "state": "ready",
            "priority": priority,
            "run_at": run_at or now,
            "delivery_id": delivery_id,
            "created_at": now,
        },
    )
    if run_at is None or run_at <= now:
        announce(connection, JOBS)
    else:
        announce(connection, PUT_OFF, elsewhere=False)  # this replica's own clock wakes it


def cancel(connection: Connection, key: str, *, now: datetime) -> None:
    """End a job that nobody wants any more; what an attempt that is running comes to is not recorded."""
    live = jobs.c.key == key, _LIVE
    connection.execute(update(jobs).where(*live).values(state="done", finished_at=now, lease=None))


def amend(connection: Connection, job: Job, **changed: Any) -> None:
    """Change what the job's next attempt is given, unless it was asked for anew or the lease was lost."""
    held = jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.wanted == job.wanted
    connection.execute(update(jobs).where(*held).values(payload={**job.payload, **changed}))


def settle(connection: Connection, key: str) -> None:
    """Record that a person said what became of an ambiguous job: nothing is left to do."""
    connection.execute(
        update(jobs).where(jobs.c.key == key, jobs.c.state == "ambiguous").values(state="done")
    )


_STOPPED = text("jobs.state IN ('parked', 'failed', 'ambiguous')")
_STOPPED_COUNTS = select(jobs.c.state, func.count()).where(_STOPPED).group_by(jobs.c.state)
_WAITING = (
    select(func.count())
    .select_from(jobs)
    .where(_LIVE, or_(jobs.c.run_at <= bindparam("soon"), jobs.c.attempts > 0))
)
# What is not due for longer was put off, such as a reminder, unless an attempt failed.
_SOON = timedelta(minutes=1)


def stopped_counts(connection: Connection) -> dict[str, int]:
    """Count the jobs that were parked, that gave up, and whose effect is unknown, by state."""
    return {state: number for state, number in connection.execute(_STOPPED_COUNTS)}  # noqa: C416 - rows


def waiting(connection: Connection, *, now: datetime) -> int:
    """Count the jobs that wait or run, without those that were put off."""
    return connection.execute(_WAITING, {"soon": now + _SOON}).scalar_one()


def stopped(connection: Connection, *, limit: int = 10) -> Sequence[RowMapping]:
    """Return the jobs that were parked or gave up, the latest first."""
    # The whole of the index's condition, or SQLite would not use it.
    found = select(jobs).where(_STOPPED, jobs.c.state != JobState.AMBIGUOUS.value)
    query = found.order_by(jobs.c.finished_at.desc(), jobs.c.id.desc()).limit(limit)
    return connection.execute(query).mappings().all()
