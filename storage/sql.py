"""The few statements that SQLAlchemy spells differently for SQLite and PostgreSQL."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        # Both dialects offer the same methods; one type keeps the callers simple.
        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)
