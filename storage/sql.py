"""Statements that SQLAlchemy spells differently for SQLite and PostgreSQL, and running them quickly.

To build a statement costs ten times what it costs to run one that was built before. And where a statement
takes SQLite a few microseconds, SQLAlchemy's way of running it costs more than the statement: `rows`, `first`
and `affect` compile it once, and on SQLite's writer run the compiled text on the driver's own connection.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Executable, RowMapping, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

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


def rows(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> Sequence[RowMapping]:
    """Run a statement that was built before, and return all its rows."""
    plan = _plan(statement, tuple(values), connection.dialect) if _is_direct(connection) else None
    if plan is None:
        return connection.execute(statement, values).mappings().all()
    # A plain dictionary does what is asked of a RowMapping here.
    return [cast(RowMapping, plan.row(row)) for row in plan.run(connection, values)]


def first(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> RowMapping | None:
    """Run a statement that was built before, and return its first row if it has one."""
    found = rows(connection, statement, values)
    return found[0] if found else None


def affect(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> int:
    """Run a statement that was built before, and return how many rows it changed."""
    plan = _plan(statement, tuple(values), connection.dialect) if _is_direct(connection) else None
    if plan is None:
        return int(connection.execute(statement, values).rowcount)
    return plan.run(connection, values).rowcount


def execute_text(connection: Connection, sql: str) -> None:
    """Run a statement without values, such as SAVEPOINT."""
    if _is_direct(connection):
        _driver(connection).execute(sql)
    else:
        connection.exec_driver_sql(sql)


Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement compiled for SQLite: its text, its values in order, and its columns.

    `binds` are (name, what stands there if it is not given, how it is written); `columns` their names, and
    `reads` which of them are read how.
    """

    sql: str
    binds: tuple[tuple[str, Any, Processor | None], ...]
    columns: tuple[str, ...]
    reads: tuple[tuple[int, Processor], ...]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it on the driver's own connection."""
        given = [
            write(values.get(name, usual)) if write else values.get(name, usual)
            for name, usual, write in self.binds
        ]
        return _driver(connection).execute(self.sql, given)

    def row(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return a row as its columns' types would have it."""
        if self.reads:
            changed = list(row)
            for at, read in self.reads:
                changed[at] = read(changed[at])
            row = changed
        return dict(zip(self.columns, row, strict=True))


@lru_cache(maxsize=1024)
def _plan(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> _Plan | None:
    """Compile the statement for these values; None if its text depends on how many they are."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - it is no DDL
    if compiled.positiontup is None or any(bind.expanding for bind in compiled.binds.values()):
        return None
    binds = tuple(
        (
            name,
            compiled.params.get(name),
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
        )
        for name in compiled.positiontup
    )
    entries = compiled._result_columns  # noqa: SLF001 - the only place where the columns' types stand
    reads = [entry[3].dialect_impl(dialect).result_processor(dialect, None) for entry in entries]
    return _Plan(
        sql=compiled.string,
        binds=binds,
        columns=tuple(entry[0] for entry in entries),
        reads=tuple((at, read) for at, read in enumerate(reads) if read is not None),
    )


def _is_direct(connection: Connection) -> bool:
    """Tell whether this is SQLite's writer, whose driver can be used as it is."""
    return connection.dialect.driver == "pysqlite"


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


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
