"""The engines through which the writer writes: one connection each, with what it is told when it is made."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, pool
from sqlalchemy.engine import URL

from storage import libpq
from storage.sql import WRITING, execute_text, flush

# The driver's own words for what SQLAlchemy's asyncpg understands, and what only asyncpg knows.
_RENAMED = {"ssl": "sslmode", "timeout": "connect_timeout"}
_ONLY_ASYNCPG = frozenset(
    {
        "command_timeout",
        "prepared_statement_cache_size",
        "prepared_statement_name_func",
        "statement_cache_size",
    }
)
_POSTGRES_SESSION = {
    "autocommit": True,  # begun by hand, together with the lock
    "prepare_threshold": None,  # the hot path's statements are prepared by hand
    "connect_timeout": 10,
    # A server that is gone without a word is noticed within half a minute.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def sqlite_engine(url: URL, **choices: Any) -> Engine:
    """Return the engine for the one connection that writes to the file."""
    engine = create_engine(url.set(drivername="sqlite"), poolclass=pool.NullPool, **choices)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", lambda connection: execute_text(connection, "BEGIN IMMEDIATE"))
    return engine


def postgres_engine(url: URL, **choices: Any) -> Engine:
    """Return the engine for this replica's one connection that writes."""
    query = {
        _RENAMED.get(name, name): value for name, value in url.query.items() if name not in _ONLY_ASYNCPG
    }
    engine = create_engine(
        url.set(drivername="postgresql+psycopg", query=query),
        poolclass=pool.NullPool,
        connect_args=_POSTGRES_SESSION,
        use_native_hstore=False,
        execution_options={"preserve_rowcount": True},
        **choices,
    )
    event.listen(engine, "connect", _configure_postgres)
    event.listen(engine, "begin", _begin_alone)
    event.listen(engine, "before_cursor_execute", _note)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin by itself: a deferred begin of two writers ends in "locked".
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=2000")
    connection.execute("PRAGMA foreign_keys=ON")


def _configure_postgres(connection: "psycopg.Connection[Any]", _record: object) -> None:
    connection.execute("SET TIME ZONE 'UTC'")
    # A replica that froze in the middle of a transaction holds up the others for this long.
    connection.execute("SET idle_in_transaction_session_timeout = '10s'")


def _note(connection: Connection, _cursor: object, sql: str, *_: object) -> None:
    libpq.note(connection.info, sql)
    flush(connection)


def _begin_alone(connection: Connection) -> None:
    """Begin when no other replica writes.

    Each transaction holds the works of many callers, who touch the same rows in any order: two replicas would
    wait for each other's rows, until PostgreSQL ends one of them a second later.
    """
    libpq.forget(connection.info)  # what waited when the last transaction was given up
    execute_text(connection, f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
