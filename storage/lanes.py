"""The pace of each lane as all replicas keep it together, on PostgreSQL; one process keeps it in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, case, delete, or_, select
from sqlalchemy.dialects import sqlite

from storage.sql import Insert, prepared
from storage.tables import lanes

_BUSY = select(lanes).where(
    or_(lanes.c.counted_at > bindparam("since"), lanes.c.closed_until > bindparam("now"))
)


@prepared
def _put(insert: Insert) -> sqlite.Insert:
    # Whether the lane is closed is left alone: another replica may have been told so meanwhile.
    statement = insert(lanes)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[lanes.c.name], set_={"tokens": fresh.tokens, "counted_at": fresh.counted_at}
    )


@prepared
def _close(insert: Insert) -> sqlite.Insert:
    statement = insert(lanes)
    until, tokens = statement.excluded.closed_until, statement.excluded.tokens
    return statement.on_conflict_do_update(
        index_elements=[lanes.c.name],
        set_={
            "closed_until": case((lanes.c.closed_until > until, lanes.c.closed_until), else_=until),
            "tokens": case((lanes.c.tokens < tokens, lanes.c.tokens), else_=tokens),
        },
    )


def busy(connection: Connection, *, now: datetime, rest: timedelta) -> Sequence[RowMapping]:
    """Return the lanes that were used within `rest`, or are closed."""
    return connection.execute(_BUSY, {"since": now - rest, "now": now}).mappings().all()


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record what is left of the lanes' pace."""
    if rows:
        connection.execute(_put(connection), sorted(rows, key=lambda row: str(row["name"])))


def close(connection: Connection, name: str, *, now: datetime, until: datetime) -> None:
    """Let no replica use the lane until then; a shorter wait does not cut a longer one."""
    values = {"name": name, "tokens": 1.0, "counted_at": now, "closed_until": until}
    connection.execute(_close(connection), values)


def forget(connection: Connection, *, before: datetime) -> None:
    """Drop the lanes that nobody used since then."""
    connection.execute(delete(lanes).where(lanes.c.counted_at < before, lanes.c.closed_until < before))
