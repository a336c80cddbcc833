"""One way to the database: a unit of work is a plain function of a connection, run as one transaction.

A function cannot await, so no network call can hide inside a transaction, and the same function runs on
SQLite and on PostgreSQL. One thread writes, and commits together what waits together.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import NotSupportedError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.announcements import CHANNEL, DELIVERIES, JOBS, announce, claimed
from storage.engines import postgres_engine, sqlite_engine
from storage.failures import DatabaseUnavailable, does_not_fit, is_trouble
from storage.writer import Work, Writer, savepoint

__all__ = (
    "CHANNEL",
    "DELIVERIES",
    "JOBS",
    "Database",
    "DatabaseUnavailable",
    "Work",
    "announce",
    "claimed",
    "does_not_fit",
    "savepoint",
)

T = TypeVar("T")
U = TypeVar("U")

_SHARED = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}


class Database:
    """The writer and the readers of one database.

    `on_work` is called after a commit with what it announced: DELIVERIES, JOBS or both. On PostgreSQL the
    other replicas hear of it too, who know this one by its `name`. `refusal` is why the last write was not
    taken, None if it was.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.name = secrets.token_hex(8)
        self.on_work: Callable[[frozenset[str]], None] = lambda _: None
        self.refusal: str | None = None
        self._writer: Writer
        self._engine: AsyncEngine
        self._readers: AsyncEngine

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is SQLite, where one process holds the file."""
        return self.url.get_backend_name() == "sqlite"

    async def open(self) -> Self:
        """Connect; create SQLite's folder if need be."""
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = Writer(sqlite_engine(self.url, **_SHARED), self.name, self._tell)
            self._engine = create_async_engine(self.url, pool_size=4, max_overflow=0, **_SHARED)
            event.listen(self._engine.sync_engine, "connect", _configure_reader)
            event.listen(
                self._engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN")
            )
            self._readers = self._engine
        else:
            self._writer = Writer(postgres_engine(self.url, **_SHARED), self.name, self._tell)
            self._engine = create_async_engine(
                self.url, pool_size=4, max_overflow=0, pool_pre_ping=True, **_SHARED
            )
            self._readers = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        return self

    async def write(self, work: Work[T]) -> T:
        """Run the work as one transaction and return once it is durable.

        Raises DatabaseUnavailable when the engine cannot take it; what the work itself raises comes through.
        """
        return await self._write(self._writer.submit, work)

    async def write_together(self, work: Work[T]) -> T:
        """Do the same a few milliseconds later, unless others come first to share a commit with."""
        return await self._write(partial(self._writer.submit, patient=True), work)

    async def _write(self, submit: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        try:
            value = await _with_fresh_plans(submit, work)
        except DatabaseUnavailable as error:
            self.refusal = str(error)
            raise
        self.refusal = None
        return value

    async def read(self, work: Work[T]) -> T:
        """Run the work on a snapshot that cannot write."""
        return await _with_fresh_plans(self._read, work)

    def _tell(self, added: frozenset[str]) -> None:
        self.on_work(added)

    async def _read(self, work: Work[T]) -> T:
        async with _connected(self._readers) as connection:
            return await connection.run_sync(work)

    async def aclose(self) -> None:
        """Finish the writes at hand and let go of every connection."""
        await asyncio.to_thread(self._writer.close)
        await self._engine.dispose()


async def _with_fresh_plans(run: Callable[[Work[T]], Awaitable[U]], work: Work[T]) -> U:
    """Run it again if PostgreSQL's tables changed since its statements were planned.

    A replica of the next version may migrate at any moment. Nothing of the first run was kept.
    """
    try:
        return await run(work)
    except (NotSupportedError, psycopg.NotSupportedError):  # the old plan is forgotten with it
        return await run(work)


@contextlib.asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Connect; trouble with the engine becomes DatabaseUnavailable, a mistake in the work comes through."""
    try:
        connection = await engine.connect()
    except Exception as error:  # while it connects, the driver raises errors of its own
        raise DatabaseUnavailable(str(error) or type(error).__name__) from error
    try:
        async with contextlib.aclosing(connection):
            yield connection
    except (SQLAlchemyError, OSError) as error:
        if is_trouble(error):
            raise DatabaseUnavailable(str(error.__cause__ or error)) from error
        raise


def _configure_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # begun by hand, so that a unit of work reads one snapshot
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=2000")
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
