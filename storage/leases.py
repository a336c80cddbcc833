"""What a worker holds of the ledger: it claims jobs, keeps its leases, and says how each attempt ended.

A lease names one attempt: whoever lost it can record nothing any more.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
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

from bot.models import Job, JobState
from storage.announcements import JOBS, PUT_OFF, announce
from storage.sql import CLAIMING, first, later, one_at_a_time, one_of, rows
from storage.tables import jobs

_LIVE = text("jobs.finished_at IS NULL")
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
_COLUMNS = (
    *(jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.ordering, jobs.c.lane, jobs.c.payload, jobs.c.attempts),
    *(jobs.c.wanted, jobs.c.suspect, jobs.c.delivery_id, jobs.c.error),
)
# By values and not by the row: of what is in RETURNING, SQLAlchemy leaves out which table it belongs to.
_MORE = (
    select(literal(1))
    .where(
        text("ahead.finished_at IS NULL"),
        _AHEAD.c.ordering == bindparam("same"),
        _AHEAD.c.id != bindparam("job"),
    )
    .exists()
)
_DUE = (
    select(*_COLUMNS)
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
    return [Job(**row, lease=lease) for row in candidates]


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
    .returning(jobs.c.state, _MORE.label("more"))
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
        "same": job.ordering,
        "held": job.lease,
        "seen": job.wanted,
        "now": now,
        "ended": state.value,
        "result": dict(outcome),
    }
    ended = first(connection, _FINISH, values)
    if ended and (ended["more"] or ended["state"] == JobState.READY):
        announce(connection, JOBS, elsewhere=False)  # the next of this ordering may go
    return ended is not None


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
    announce(connection, PUT_OFF, elsewhere=False)
    return bool(result.rowcount)


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
