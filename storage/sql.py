"""Statements that SQLAlchemy spells differently for SQLite and PostgreSQL, and running them quickly.

To build a statement costs ten times what it costs to run one that was built before. And where a statement
takes the engine a few microseconds, SQLAlchemy's way of running it costs more than the statement: `rows`,
`first` and `affect` compile it once, and in the writer run the compiled text on the driver's own connection.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Self, TypeVar, cast

import psycopg
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    RowMapping,
    Table,
    TypeDecorator,
    bindparam,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

from storage import libpq

# What one replica does at a time; the numbers are any that nobody else uses in this database.
MIGRATING, CLAIMING, PROCESSING, WRITING = 7_402_165, 7_402_166, 7_402_167, 7_402_168

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


class _OneOf(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stand in a WHERE as it is: `… = 1` behind it would keep SQLite from using an index."""
        del against
        return self


@compiles(_OneOf)
def _one_of(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a placeholder


@compiles(_OneOf, "postgresql")
def _one_of_array(element: _OneOf, compiler: SQLCompiler, **words: Any) -> str:
    column, values = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} = ANY ({values})"


def one_of(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Look for the column's value in a list that comes under this name.

    The text is the same however long the list is, unlike that of IN.
    """
    return _OneOf(column, bindparam(name, type_=ARRAY(column.type).with_variant(JSON(), "sqlite")))


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


def later(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> None:
    """Run a statement that was built before, and whose answer nobody needs.

    On PostgreSQL it shares a round trip with the next one, and what is wrong with it may only show there.
    """
    plan = _plan(statement, tuple(values), connection.dialect) if _is_direct(connection) else None
    if plan is None:
        connection.execute(statement, values)
    else:
        plan.run_later(connection, values)


def flush(connection: Connection) -> None:
    """Run what waits for the next statement."""
    driver = driver_of(connection) if _is_direct(connection) else None
    if isinstance(driver, psycopg.Connection):
        libpq.flush(driver, connection.info)


def execute_text(connection: Connection, sql: str) -> None:
    """Run a statement without values, such as SAVEPOINT."""
    if not _is_direct(connection):
        connection.exec_driver_sql(sql)
        return
    driver = driver_of(connection)
    if isinstance(driver, sqlite3.Connection):
        driver.execute(sql)
    else:
        libpq.execute(driver, connection.info, sql)


Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement compiled for the driver: its text, its values in order, and its columns.

    `binds` are (name, what stands there if it is not given, how it is written); `columns` their names, and
    `reads` which of them are read how.
    """

    sql: str
    binds: tuple[tuple[str, Any, Processor | None], ...]
    columns: tuple[str, ...]
    reads: tuple[tuple[int, Processor], ...]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor | libpq.Answer:
        """Run it on the driver's own connection."""
        driver, given = driver_of(connection), self._given(values)
        if isinstance(driver, sqlite3.Connection):
            return driver.execute(self.sql, given)
        return libpq.run(driver, connection.info, self.sql, given)

    def run_later(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Run it together with the next, where that is quicker."""
        driver, given = driver_of(connection), self._given(values)
        if isinstance(driver, sqlite3.Connection):
            driver.execute(self.sql, given)
        else:
            libpq.run_later(driver, connection.info, self.sql, given)

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        return [
            write(values.get(name, usual)) if write else values.get(name, usual)
            for name, usual, write in self.binds
        ]

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
    written = dialect
    if dialect.name == "postgresql":
        # It writes $1 where a value stands, as libpq wants it, and hands JSON over as text.
        written = asyncpg.dialect(json_serializer=dialect._json_serializer)  # type: ignore[no-untyped-call]  # noqa: SLF001
    compiled = statement.compile(dialect=written, column_keys=list(names))  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - it is no DDL
    if compiled.positiontup is None or any(bind.expanding for bind in compiled.binds.values()):
        return None
    binds = tuple(
        (
            name,
            compiled.params.get(name),
            compiled.binds[name].type.dialect_impl(written).bind_processor(written),
        )
        for name in compiled.positiontup
    )
    entries = compiled._result_columns  # noqa: SLF001 - the only place where the columns' types stand
    reads = [_reader(entry[3], dialect) for entry in entries]
    return _Plan(
        sql=compiled.string,
        binds=binds,
        columns=tuple(entry[0] for entry in entries),
        reads=tuple((at, process) for at, process in enumerate(reads) if process is not None),
    )


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """Return what turns the driver's value into the column's; psycopg knows all types but our own."""
    if dialect.name == "postgresql" and not isinstance(kind, TypeDecorator):
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _is_direct(connection: Connection) -> bool:
    """Tell whether this is the writer, whose driver can be used as it is."""
    return connection.dialect.driver in {"pysqlite", "psycopg"}


def driver_of(connection: Connection) -> "sqlite3.Connection | psycopg.Connection[Any]":
    """Return the writer's connection as its driver knows it."""
    return cast("sqlite3.Connection | psycopg.Connection[Any]", connection.connection.dbapi_connection)


def one_at_a_time(connection: Connection, what: int) -> None:
    """Wait until no other replica's transaction does this; SQLite has one writer anyway.

    A row's lock shows nobody what its holder will commit: only this keeps two replicas from claiming two
    jobs of one ordering, or from projecting two events of one pull request over each other.
    """
    if connection.dialect.name == "postgresql":
        later(connection, _LOCK, {"what": what})


def _insert_for(dialect: str) -> Insert:
    # Both dialects offer the same methods; one type keeps the callers simple.
    return postgresql.insert if dialect == "postgresql" else sqlite.insert  # type: ignore[return-value]
