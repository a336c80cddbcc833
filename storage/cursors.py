"""How far something that goes through rows or pages has come, so that it goes on there after a restart."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage.sql import insert
from storage.tables import cursors


def get(connection: Connection, name: str) -> str | None:
    """Return the position that was kept last."""
    query = select(cursors.c.position).where(cursors.c.name == name)
    position: str | None = connection.execute(query).scalar()
    return position


def put(connection: Connection, name: str, position: str, *, now: datetime) -> None:
    """Keep a position."""
    values = {"position": position, "changed_at": now}
    connection.execute(
        insert(connection, cursors)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[cursors.c.name], set_=values)
    )
