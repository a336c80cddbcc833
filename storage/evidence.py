"""What the evidence is read from: deliveries, jobs, and a line for each time that a message was shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, func, or_, select, text, update
from sqlalchemy.dialects import sqlite

from storage.database import DELIVERIES, JOBS, announce
from storage.sql import Insert, first, later, prepared
from storage.tables import deliveries, jobs, pulls, repositories, showings

STOPPED = ("parked", "failed", "ambiguous")
# Among how many of the latest deliveries a list is looked for: no list may read the whole inbox.
_LATEST = 20_000

_STOPPED = text("jobs.state IN ('parked', 'failed', 'ambiguous')")
_SHOWING = (
    select(showings)
    .where(showings.c.message_id == bindparam("message"), showings.c.looked_at >= bindparam("since"))
    .order_by(showings.c.id)
    .limit(1)
)


@prepared
def _add_showing(insert: Insert) -> sqlite.Insert:
    return insert(showings)


def add_showing(connection: Connection, **values: Any) -> None:
    """Note what came of showing a message once; `values` are all columns of a showing but its id."""
    later(connection, _add_showing(connection), values)


def showing_since(connection: Connection, message_id: int, moment: datetime) -> RowMapping | None:
    """Return the first showing of a message that was rendered at this moment or later."""
    return first(connection, _SHOWING, {"message": message_id, "since": moment})


def last_showing(connection: Connection, message_id: int) -> RowMapping | None:
    """Return the latest showing of a message."""
    query = select(showings).where(showings.c.message_id == message_id).order_by(showings.c.id.desc())
    return connection.execute(query.limit(1)).mappings().first()


def prune_showings(connection: Connection, *, before: datetime, rows: int) -> bool:
    """Forget the oldest so many showings that are from before this moment; False when none is left."""
    oldest = select(showings.c.id, showings.c.shown_at).order_by(showings.c.id).limit(rows)
    old = [row.id for row in connection.execute(oldest) if row.shown_at < before]
    if old:
        connection.execute(showings.delete().where(showings.c.id.in_(old)))
    return len(old) == rows


def delivery(connection: Connection, guid: str) -> RowMapping | None:
    """Return a delivery by its GUID."""
    return connection.execute(select(deliveries).where(deliveries.c.guid == guid)).mappings().first()


def latest_deliveries(
    connection: Connection,
    *,
    repos: Collection[str] | None = None,
    state: str | None = None,
    event: str | None = None,
    troubled: bool = False,
    limit: int,
    offset: int = 0,
    bodies: bool = True,
) -> Sequence[RowMapping]:
    """Return deliveries, the latest first; `repos` are lower case, None stands for all.

    `troubled` leaves only those that could not be processed, or that caused a job which was stopped.
    """
    newest = select(func.coalesce(func.max(deliveries.c.id), 0)).scalar_subquery()
    conditions: list[ColumnElement[bool]] = [deliveries.c.id > newest - _LATEST]
    if repos is not None:
        conditions.append(func.lower(deliveries.c.repo).in_(sorted(repos)))
    if state:
        conditions.append(deliveries.c.state == state)
    if event:
        conditions.append(deliveries.c.event == event)
    if troubled:
        caused = select(jobs.c.delivery_id).where(_STOPPED, jobs.c.delivery_id.is_not(None))
        conditions.append(or_(text("deliveries.state = 'failed'"), deliveries.c.id.in_(caused)))
    columns = [column for column in deliveries.c if bodies or column.name != "body"]
    query = select(*columns).where(*conditions).order_by(deliveries.c.id.desc()).limit(limit).offset(offset)
    return connection.execute(query).mappings().all()


def replay(connection: Connection, delivery_id: int, *, now: datetime) -> None:
    """Ask for a delivery to be processed once more, with all its attempts before it."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(state="new", attempts=0, error=None, run_at=now)
    )
    announce(connection, DELIVERIES)


def park_delivery(connection: Connection, delivery_id: int, *, now: datetime, reason: str) -> bool:
    """Take a delivery that waits out of work, as failed with the reason; False if it does not wait."""
    changed = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state == "new")
        .values(state="failed", error=reason, processed_at=now)
    )
    return bool(changed.rowcount)


def is_in_hand(connection: Connection, delivery_id: int) -> bool:
    """Tell whether a delivery, or a job that it caused, still waits or runs."""
    state = connection.execute(select(deliveries.c.state).where(deliveries.c.id == delivery_id)).scalar()
    caused = select(jobs.c.id).where(text("jobs.finished_at IS NULL"), jobs.c.delivery_id == delivery_id)
    return state == "new" or connection.execute(caused.limit(1)).first() is not None


def pull_id(connection: Connection, repo: str, number: int) -> int | None:
    """Find a pull request by its repository's present name, in lower case, and its number."""
    query = (
        select(pulls.c.id)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(func.lower(repositories.c.full_name) == repo, pulls.c.number == number)
    )
    found: int | None = connection.execute(query).scalar()
    return found


def pulls_of_branches(connection: Connection, repo_id: int, branches: Collection[str]) -> list[int]:
    """Return the latest pull requests from these branches of the repository."""
    query = (
        select(pulls.c.id)
        .where(pulls.c.repo_id == repo_id, pulls.c.head.in_(branches), pulls.c.from_fork.is_(False))
        .order_by(pulls.c.id.desc())
        .limit(5)
    )
    return list(connection.execute(query).scalars())


def job(connection: Connection, job_id: int) -> RowMapping | None:
    """Return a job by its id."""
    return connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()


def job_by_key(connection: Connection, key: str) -> RowMapping | None:
    """Return a job by its unique key."""
    return connection.execute(select(jobs).where(jobs.c.key == key)).mappings().first()


def latest_jobs(
    connection: Connection,
    *,
    state: str | None = None,
    kind: str | None = None,
    repo: str | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return jobs, the latest first, each with the `guid` and `repo` of the delivery that asked for it."""
    query = select(jobs, deliveries.c.guid, deliveries.c.repo).outerjoin(
        deliveries, deliveries.c.id == jobs.c.delivery_id
    )
    if state:
        query = query.where(jobs.c.state == state)
    if kind:
        query = query.where(jobs.c.kind == kind)
    if repo:
        query = query.where(func.lower(deliveries.c.repo) == repo.lower())
    return connection.execute(query.order_by(jobs.c.id.desc()).limit(limit)).mappings().all()


def retry_job(connection: Connection, job_id: int, *, now: datetime) -> bool:
    """Let a job that waits or was stopped run now, with all its attempts before it; False if it is neither.

    An ambiguous one is a person's to settle, where they can see what it was.
    """
    changed = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(["ready", "parked", "failed"]))
        .values(state="ready", attempts=0, run_at=now, finished_at=None, lease=None, lease_until=None)
    )
    announce(connection, JOBS)
    return bool(changed.rowcount)


def park_job(connection: Connection, job_id: int, *, now: datetime, reason: str) -> bool:
    """Take a job that waits out of work; False if it does not wait."""
    changed = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == "ready")
        .values(state="parked", finished_at=now, error=reason)
    )
    announce(connection, JOBS)  # the next of its ordering may go
    return bool(changed.rowcount)
