"""The ledger: everything that leaves the process is a row here, written with the facts that cause it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite

from bot.models import Job, JobState
from storage.database import JOBS, announce
from storage.sql import CLAIMING, Insert, affect, later, one_at_a_time, one_of, prepared, rows
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
    announce(connection, JOBS)


_AHEAD = jobs.alias("ahead")
_BLOCKED = (
    select(literal(1))
    .where(
        text("ahead.finished_at IS NULL"),
        _AHEAD.c.ordering == jobs.c.ordering,
        or_(_AHEAD.c.state == "running", _AHEAD.c.id < jobs.c.id),
    )
    .correlate(jobs)
    .exists()
)
_DUE = (
    select(jobs)
    .where(
        _LIVE,
        jobs.c.state == "ready",
        jobs.c.run_at <= bindparam("now"),
        or_(jobs.c.lane.is_(None), not_(one_of(jobs.c.lane, "closed"))),
        not_(_BLOCKED),
    )
    .order_by(jobs.c.priority, jobs.c.run_at, jobs.c.id)
    .limit(bindparam("most"))
    # SQLite knows no such words, and leaves them out.
    .with_for_update(skip_locked=True)
)


def claiming(connection: Connection) -> None:
    """Wait until no other replica claims; none will until this transaction ends."""
    one_at_a_time(connection, CLAIMING)


def candidates(
    connection: Connection, *, now: datetime, limit: int, closed_lanes: Collection[str]
) -> Sequence[RowMapping]:
    """Return due jobs that nothing stands in the way of, the most urgent first; locked on PostgreSQL.

    `claiming` comes first in the same transaction.
    """
    return rows(connection, _DUE, {"now": now, "closed": list(closed_lanes), "most": limit})


_LEASE = (
    update(jobs)
    .where(one_of(jobs.c.id, "ids"))
    .values(state="running", lease=bindparam("by"), lease_until=bindparam("until"))
)


def claim(
    connection: Connection, candidates: Sequence[RowMapping], *, lease: str, until: datetime
) -> list[Job]:
    """Lease the candidates to one attempt and return them as jobs."""
    if not candidates:
        return []
    later(connection, _LEASE, {"ids": [row["id"] for row in candidates], "by": lease, "until": until})
    return [
        Job(
            id=row["id"],
            kind=row["kind"],
            key=row["key"],
            ordering=row["ordering"],
            lane=row["lane"],
            payload=row["payload"],
            attempts=row["attempts"],
            wanted=row["wanted"],
            suspect=row["suspect"],
            lease=lease,
            delivery_id=row["delivery_id"],
            error=row["error"],
        )
        for row in candidates
    ]


_NEXT = select(func.min(jobs.c.run_at).label("at")).where(
    _LIVE, jobs.c.state == "ready", jobs.c.run_at > bindparam("after")
)


def next_due(connection: Connection, *, after: datetime) -> datetime | None:
    """Return when the next job that is not due yet becomes due."""
    found: datetime | None = rows(connection, _NEXT, {"after": after})[0]["at"]
    return found


def renew(connection: Connection, held: Collection[Job], *, until: datetime) -> None:
    """Extend the leases of the jobs at hand."""
    leases = {job.lease for job in held}
    connection.execute(
        update(jobs)
        .where(jobs.c.lease.in_(leases), jobs.c.id.in_([job.id for job in held]))
        .values(lease_until=until)
    )


def take_back(connection: Connection, *, expired_by: datetime | None) -> int:
    """Make ready what a lost worker left running; None takes all. What it did is unknown: suspect."""
    condition = and_(_LIVE, jobs.c.state == "running")
    if expired_by is not None:
        condition = and_(condition, jobs.c.lease_until < expired_by)
    result = connection.execute(
        update(jobs).where(condition).values(state="ready", lease=None, lease_until=None, suspect=True)
    )
    if result.rowcount:
        announce(connection, JOBS)
    return result.rowcount


_UNCHANGED = jobs.c.wanted == bindparam("seen")
_NOW = bindparam("now", type_=jobs.c.finished_at.type)  # within a CASE it would not be written as moments are
_FINISH = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.lease == bindparam("held"))
    .values(
        state=case((_UNCHANGED, bindparam("ended")), else_="ready"),
        finished_at=case((_UNCHANGED, _NOW), else_=None),
        run_at=case((_UNCHANGED, jobs.c.run_at), else_=_NOW),
        attempts=0,
        suspect=False,
        lease=None,
        lease_until=None,
        error=None,
        outcome=bindparam("result"),
    )
)


def finish(
    connection: Connection,
    job: Job,
    *,
    now: datetime,
    outcome: Mapping[str, Any],
    state: JobState = JobState.DONE,
) -> bool:
    """Record the end; a job asked for meanwhile becomes ready again. False if the lease was lost."""
    values = {
        "job": job.id,
        "held": job.lease,
        "seen": job.wanted,
        "now": now,
        "ended": state.value,
        "result": dict(outcome),
    }
    held = affect(connection, _FINISH, values)
    announce(connection, JOBS, elsewhere=False)  # the next of this ordering may go
    return bool(held)


def put_back(
    connection: Connection, job: Job, *, run_at: datetime, reason: str, counts: bool, suspect: bool
) -> bool:
    """Make the job ready again at a later moment. False if the lease was lost."""
    result = connection.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.lease == job.lease)
        .values(
            state="ready",
            lease=None,
            lease_until=None,
            run_at=run_at,
            error=reason,
            attempts=jobs.c.attempts + int(counts),
            suspect=suspect,
        )
    )
    return bool(result.rowcount)


def cancel(connection: Connection, key: str, *, now: datetime) -> None:
    """End a job that nobody wants any more; what an attempt that is running comes to is not recorded."""
    live = jobs.c.key == key, _LIVE
    connection.execute(update(jobs).where(*live).values(state="done", finished_at=now, lease=None))


def amend(connection: Connection, job: Job, **changed: Any) -> None:
    """Change what the job's next attempt is given, unless it was asked for anew or the lease was lost."""
    held = jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.wanted == job.wanted
    connection.execute(update(jobs).where(*held).values(payload={**job.payload, **changed}))


def stop(
    connection: Connection, job: Job, state: str, *, now: datetime, reason: str, suspect: bool = False
) -> bool:
    """Take the job out of work as `parked` (will never succeed) or `failed` (gave up), with the reason.

    `suspect` says that the last attempt may have had its effect: whoever asks again looks first.

    One that was asked for meanwhile becomes ready again. False if the lease was lost.
    """
    unchanged = jobs.c.wanted == job.wanted
    result = connection.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.lease == job.lease)
        .values(
            state=case((unchanged, state), else_="ready"),
            finished_at=case((unchanged, now), else_=None),
            run_at=case((unchanged, jobs.c.run_at), else_=now),
            attempts=case((unchanged, jobs.c.attempts), else_=0),
            lease=None,
            lease_until=None,
            error=reason,
            **({"suspect": True} if suspect else {}),
        )
    )
    announce(connection, JOBS, elsewhere=False)
    return bool(result.rowcount)


def hand_back(connection: Connection, held: Collection[Job]) -> None:
    """Let others have the jobs at once that a stop broke off. What was done of them is unknown: suspect."""
    connection.execute(
        update(jobs)
        .where(jobs.c.lease.in_({job.lease for job in held}), jobs.c.id.in_([job.id for job in held]))
        .values(state="ready", lease=None, lease_until=None, suspect=True, error="broken off by a stop")
    )
    announce(connection, JOBS)


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
