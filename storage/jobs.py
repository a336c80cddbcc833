"""The ledger: everything that leaves the process is a row here, written with the facts that cause it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, func, literal, not_, or_, select, text, update

from bot.models import Job
from storage.database import announce
from storage.sql import insert
from storage.tables import jobs

# Who waits decides: a person, then a message, then housekeeping.
PERSON, MESSAGE, HOUSEKEEPING = 10, 50, 90

_LIVE = text("jobs.finished_at IS NULL")


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
    statement = insert(connection, jobs).values(
        kind=kind,
        key=key,
        ordering=ordering or key,
        lane=lane,
        payload=dict(payload or {}),
        state="ready",
        priority=priority,
        run_at=run_at or now,
        delivery_id=delivery_id,
        created_at=now,
    )
    if again:
        finished = jobs.c.finished_at.is_not(None)
        statement = statement.on_conflict_do_update(
            index_elements=[jobs.c.key],
            set_={
                "wanted": jobs.c.wanted + 1,
                "payload": statement.excluded.payload,
                "lane": statement.excluded.lane,
                "state": case((finished, "ready"), else_=jobs.c.state),
                "run_at": case((finished, statement.excluded.run_at), else_=jobs.c.run_at),
                "attempts": case((finished, 0), else_=jobs.c.attempts),
                "priority": case(
                    (jobs.c.priority < statement.excluded.priority, jobs.c.priority),
                    else_=statement.excluded.priority,
                ),
                "delivery_id": statement.excluded.delivery_id,
                "finished_at": None,
            },
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=[jobs.c.key])
    connection.execute(statement)
    announce(connection)


def candidates(
    connection: Connection, *, now: datetime, limit: int, closed_lanes: Collection[str]
) -> Sequence[RowMapping]:
    """Return due jobs that nothing stands in the way of, the most urgent first; locked on PostgreSQL."""
    ahead = jobs.alias("ahead")
    blocked = (
        select(literal(1))
        .where(
            text("ahead.finished_at IS NULL"),
            ahead.c.ordering == jobs.c.ordering,
            or_(ahead.c.state == "running", ahead.c.id < jobs.c.id),
        )
        .correlate(jobs)
        .exists()
    )
    query = (
        select(jobs)
        .where(_LIVE, jobs.c.state == "ready", jobs.c.run_at <= now, not_(blocked))
        .order_by(jobs.c.priority, jobs.c.run_at, jobs.c.id)
        .limit(limit)
    )
    if closed_lanes:
        query = query.where(or_(jobs.c.lane.is_(None), jobs.c.lane.not_in(closed_lanes)))
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return connection.execute(query).mappings().all()


def claim(connection: Connection, rows: Sequence[RowMapping], *, lease: str, until: datetime) -> list[Job]:
    """Lease the candidates to one attempt and return them as jobs."""
    if not rows:
        return []
    connection.execute(
        update(jobs)
        .where(jobs.c.id.in_([row["id"] for row in rows]))
        .values(state="running", lease=lease, lease_until=until)
    )
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
        )
        for row in rows
    ]


def next_due(connection: Connection, *, after: datetime) -> datetime | None:
    """Return when the next job that is not due yet becomes due."""
    found: datetime | None = connection.execute(
        select(func.min(jobs.c.run_at)).where(_LIVE, jobs.c.state == "ready", jobs.c.run_at > after)
    ).scalar()
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
        announce(connection)
    return result.rowcount


def finish(connection: Connection, job: Job, *, now: datetime, outcome: Mapping[str, Any]) -> bool:
    """Record success; a job asked for meanwhile becomes ready again. False if the lease was lost."""
    unchanged = jobs.c.wanted == job.wanted
    result = connection.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.lease == job.lease)
        .values(
            state=case((unchanged, "done"), else_="ready"),
            finished_at=case((unchanged, now), else_=None),
            run_at=case((unchanged, jobs.c.run_at), else_=now),
            attempts=0,
            suspect=False,
            lease=None,
            lease_until=None,
            error=None,
            outcome=dict(outcome),
        )
    )
    announce(connection)  # the next of this ordering may go
    return bool(result.rowcount)


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


def stop(connection: Connection, job: Job, state: str, *, now: datetime, reason: str) -> bool:
    """Take the job out of work as `parked` (will never succeed) or `failed` (gave up), with the reason."""
    result = connection.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.lease == job.lease)
        .values(state=state, lease=None, lease_until=None, finished_at=now, error=reason)
    )
    announce(connection)
    return bool(result.rowcount)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Count the jobs by (kind, state)."""
    rows = connection.execute(
        select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def lag(connection: Connection, *, now: datetime) -> timedelta:
    """Return for how long the oldest due job has been waiting."""
    due: datetime | None = connection.execute(
        select(func.min(jobs.c.run_at)).where(_LIVE, jobs.c.state == "ready")
    ).scalar()
    return max(now - due, timedelta()) if due else timedelta()


def stopped(connection: Connection, *, limit: int = 10) -> Sequence[RowMapping]:
    """Return the jobs that were parked or gave up, the latest first."""
    query = (
        select(jobs)
        .where(jobs.c.state.in_(["parked", "failed"]))
        .order_by(jobs.c.finished_at.desc(), jobs.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()
