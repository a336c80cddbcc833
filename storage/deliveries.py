"""The inbox: every accepted webhook delivery, once per GUID."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import DELIVERIES, announce
from storage.sql import PROCESSING, Insert, one_at_a_time, prepared
from storage.tables import deliveries

GONE = b""
"""The body of a delivery whose body was emptied; no real one is that short."""

_NEW = text("deliveries.state = 'new'")
_DUE = (
    select(deliveries)
    .where(_NEW, deliveries.c.run_at <= bindparam("now"))
    .order_by(deliveries.c.run_at, deliveries.c.id)
    .limit(bindparam("most"))
)
_DUE_LOCKED = _DUE.with_for_update(skip_locked=True)
_SETTLE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=bindparam("as"), processed_at=bindparam("now"), error=None)
)


@prepared
def _insert(insert: Insert) -> ReturningInsert[str]:
    return (
        insert(deliveries)
        .on_conflict_do_nothing(index_elements=[deliveries.c.guid])
        .returning(deliveries.c.guid)
    )


def insert_new(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert the rows whose GUID is unknown and return those GUIDs; the caller announces them."""
    return set(connection.execute(_insert(connection), list(rows)).scalars())


def due(connection: Connection, *, now: datetime, limit: int) -> Sequence[RowMapping]:
    """Return deliveries to process, oldest first; locked on PostgreSQL."""
    one_at_a_time(connection, PROCESSING)
    query = _DUE_LOCKED if connection.dialect.name == "postgresql" else _DUE
    return connection.execute(query, {"now": now, "most": limit}).mappings().all()


def settle(connection: Connection, ids: Sequence[int], state: str, *, now: datetime) -> None:
    """Record that the deliveries were processed to this state."""
    connection.execute(_SETTLE, {"ids": list(ids), "as": state, "now": now})


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
