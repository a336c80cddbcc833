"""Statements that SQLAlchemy spells differently for SQLite and PostgreSQL, and keeping built ones.

To build a statement costs ten times what it costs to run one that was built before.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

S = TypeVar("S")
Insert = Callable[[Table], sqlite.Insert]
"""Makes an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _insert_for(connection.dialect.name)(table)


def prepared(build: Callable[[Insert], S]) -> Callable[[Connection], S]:
    """Let a statement be built once for each kind of database; the values come with `execute`."""

    @cache
    def built(dialect: str) -> S:
        return build(_insert_for(dialect))

    return lambda connection: built(connection.dialect.name)


def _insert_for(dialect: str) -> Insert:
    # Both dialects offer the same methods; one type keeps the callers simple.
    return postgresql.insert if dialect == "postgresql" else sqlite.insert  # type: ignore[return-value]
