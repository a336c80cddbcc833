"""The pace of each lane as all replicas keep it together, on PostgreSQL; one process keeps it in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, bindparam, case, delete, func, select
from sqlalchemy.dialects import sqlite

from storage.sql import Insert, later, one_of, prepared, rows
from storage.tables import lanes

_COLUMNS = (lanes.c.name, lanes.c.tokens, lanes.c.counted_at, lanes.c.closed_until)
_NAMED = select(*_COLUMNS).where(one_of(lanes.c.name, "names"))


@prepared
def _put(insert: Insert) -> sqlite.Insert:
    # One list for each column: the text is the same however many lanes there are.
    lists = func.unnest(*(bindparam(column.name, type_=ARRAY(column.type)) for column in _COLUMNS))
    values = lists.table_valued(*(column.name for column in _COLUMNS)).render_derived()
    statement = insert(lanes).from_select([column.name for column in _COLUMNS], select(values))
    fresh = statement.excluded
    # Whether the lane is closed is left alone, since another replica may have been told so meanwhile; unless
    # that was said by a clock that was set back since.
    closed = case((lanes.c.counted_at > fresh.counted_at, fresh.closed_until), else_=lanes.c.closed_until)
    return statement.on_conflict_do_update(
        index_elements=[lanes.c.name],
        set_={"tokens": fresh.tokens, "counted_at": fresh.counted_at, "closed_until": closed},
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


def named(connection: Connection, names: Collection[str]) -> Sequence[RowMapping]:
    """Return those of these lanes that were used before."""
    return rows(connection, _NAMED, {"names": list(names)})


def put(connection: Connection, used: Sequence[Mapping[str, Any]]) -> None:
    """Record what is left of the lanes' pace."""
    if used:
        later(connection, _put(connection), {name: [row[name] for row in used] for name in used[0]})


def close(connection: Connection, name: str, *, now: datetime, until: datetime) -> None:
    """Let no replica use the lane until then; a shorter wait does not cut a longer one."""
    values = {"name": name, "tokens": 1.0, "counted_at": now, "closed_until": until}
    later(connection, _close(connection), values)


def forget(connection: Connection, *, before: datetime) -> None:
    """Drop the lanes that nobody used since then."""
    connection.execute(delete(lanes).where(lanes.c.counted_at < before, lanes.c.closed_until < before))
