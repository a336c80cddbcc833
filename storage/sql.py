"""Statements that SQLAlchemy spells differently for SQLite and PostgreSQL, and keeping built ones.

To build a statement costs ten times what it costs to run one that was built before.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

# What one replica does at a time; the numbers are any that nobody else uses in this database.
MIGRATING, CLAIMING, PROCESSING = 7_402_165, 7_402_166, 7_402_167

S = TypeVar("S")
_LOCK = text("SELECT pg_advisory_xact_lock(:what)")
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


def one_at_a_time(connection: Connection, what: int) -> None:
    """Wait until no other replica's transaction does this; SQLite has one writer anyway.

    A row's lock shows nobody what its holder will commit: only this keeps two replicas from claiming two
    jobs of one ordering, or from projecting two events of one pull request over each other.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"what": what})


def _insert_for(dialect: str) -> Insert:
    # Both dialects offer the same methods; one type keeps the callers simple.
    return postgresql.insert if dialect == "postgresql" else sqlite.insert  # type: ignore[return-value]
