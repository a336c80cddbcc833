"""The inbox: every accepted webhook delivery, once per GUID."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import DELIVERIES, announce
from storage.sql import PROCESSING, Insert, later, one_at_a_time, one_of, prepared, rows
from storage.tables import deliveries

GONE = b""
"""The body of a delivery whose body was emptied; no real one is that short."""

# So many rows are inserted sooner one by one than by a statement that has to be made for their number.
_FEW = 8

_NEW = text("deliveries.state = 'new'")
_DUE = (
    select(deliveries)
    .where(_NEW, deliveries.c.run_at <= bindparam("now"))
    .order_by(deliveries.c.run_at, deliveries.c.id)
    .limit(bindparam("most"))
    # SQLite knows no such words, and leaves them out.
    .with_for_update(skip_locked=True)
)
_SETTLE = (
    update(deliveries)
    .where(one_of(deliveries.c.id, "ids"))
    .values(state=bindparam("as"), processed_at=bindparam("now"), error=None)
)


@prepared
def _insert(insert: Insert) -> ReturningInsert[str]:
    return (
        insert(deliveries)
        .on_conflict_do_nothing(index_elements=[deliveries.c.guid])
        .returning(deliveries.c.guid)
    )


def insert_new(connection: Connection, arrived: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert the rows whose GUID is unknown and return those GUIDs; the caller announces them."""
    statement = _insert(connection)
    if len(arrived) <= _FEW:
        return {row["guid"] for values in arrived for row in rows(connection, statement, values)}
    return set(connection.execute(statement, list(arrived)).scalars())


def due(connection: Connection, *, now: datetime, limit: int) -> Sequence[RowMapping]:
    """Return deliveries to process, oldest first; locked on PostgreSQL."""
    one_at_a_time(connection, PROCESSING)
    return rows(connection, _DUE, {"now": now, "most": limit})


def settle(connection: Connection, ids: Sequence[int], state: str, *, now: datetime) -> None:
    """Record that the deliveries were processed to this state."""
    later(connection, _SETTLE, {"ids": list(ids), "as": state, "now": now})


def set_back(
    connection: Connection, delivery_id: int, *, error: str, run_at: datetime, attempts: int, failed: bool
) -> None:
    """Record that processing failed; try again at `run_at` unless it has failed for good."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(error=error, run_at=run_at, attempts=attempts, state="failed" if failed else "new")
    )


def again(connection: Connection, delivery_id: int, *, now: datetime) -> bool:
    """Ask for a delivery to be processed once more, as if it had come only now.

    False if there is none, or if its body is gone: RETENTION_BODIES_DAYS have passed.
    """
    asked = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.body != GONE)
        .values(state="new", run_at=now, attempts=0)
    )
    announce(connection, DELIVERIES)
    return bool(asked.rowcount)


def failed(connection: Connection) -> int:
    """Count the deliveries that could not be processed."""
    query = select(func.count()).select_from(deliveries).where(text("deliveries.state = 'failed'"))
    return connection.execute(query).scalar_one()


def latest(connection: Connection) -> datetime | None:
    """Return when the latest delivery was received."""
    found: datetime | None = connection.execute(
        select(deliveries.c.received_at).order_by(deliveries.c.id.desc()).limit(1)
    ).scalar()
    return found
