"""One way to the database: a unit of work is a plain function of a connection, run as one transaction.

A function cannot await, so no network call can hide inside a transaction, and the same function runs on
SQLite and on PostgreSQL. On SQLite one thread writes, and commits together what waits together.
"""

import asyncio
import contextlib
import queue
import secrets
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, pool, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    DBAPIError,
    NotSupportedError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.sql import execute_text

T = TypeVar("T")
U = TypeVar("U")
Work = Callable[[Connection], T]

# Units of work that may share one commit; more would keep the first of them waiting.
_BATCH = 128
_NOTHING: frozenset[str] = frozenset()
# PostgreSQL's classes of errors that pass: connection, conflict, resources, locks, operator, system.
_PASSING = ("08", "25006", "40", "53", "55", "57", "58")
_SHARED = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}


# What a transaction may announce.
DELIVERIES, JOBS = "deliveries", "jobs"
# PostgreSQL's channel on which replicas hear of it, and what is said there: who announces what.
CHANNEL = "patchforge"
_NOTIFY = text("SELECT pg_notify(:channel, :said)")


class DatabaseUnavailable(Exception):
    """The database cannot take the work now; nothing of it was kept.

    Only when PostgreSQL breaks off in the middle of a commit can nobody know: whoever repeats a work must be
    able to stand that.
    """


class Database:
    """The writer and the readers of one database.

    `on_work` is called after a commit with what it announced: DELIVERIES, JOBS or both. On PostgreSQL the
    other replicas hear of it too, who know this one by its `name`.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.name = secrets.token_hex(8)
        self.on_work: Callable[[frozenset[str]], None] = lambda _: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: _SqliteWriter | None = None
        self._engine: AsyncEngine
        self._readers: AsyncEngine

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is SQLite, where one process holds the file."""
        return self.url.get_backend_name() == "sqlite"

    async def open(self) -> Self:
        """Connect; create SQLite's folder if need be."""
        self._loop = asyncio.get_running_loop()
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = _SqliteWriter(self.url.set(drivername="sqlite"))
            self._engine = create_async_engine(self.url, pool_size=4, max_overflow=0, **_SHARED)
            event.listen(self._engine.sync_engine, "connect", _configure_reader)
            event.listen(
                self._engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN")
            )
            self._readers = self._engine
        else:
            self._engine = create_async_engine(
                self.url, pool_size=8, max_overflow=0, pool_pre_ping=True, **_SHARED
            )
            self._readers = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        return self

    async def write(self, work: Work[T]) -> T:
        """Run the work as one transaction and return once it is durable.

        Raises DatabaseUnavailable when the engine cannot take it; what the work itself raises comes through.
        """
        if self._writer:
            value, added = await asyncio.wrap_future(self._writer.submit(work))
        else:
            value, added = await _with_fresh_plans(self._write, work)
        if added:
            self.on_work(added)
        return value

    async def read(self, work: Work[T]) -> T:
        """Run the work on a snapshot that cannot write."""
        return await _with_fresh_plans(self._read, work)

    async def _write(self, work: Work[T]) -> tuple[T, frozenset[str]]:
        async with _connected(self._engine) as connection, connection.begin():
            return await connection.run_sync(_with_announcement, work, self.name)

    async def _read(self, work: Work[T]) -> T:
        async with _connected(self._readers) as connection:
            return await connection.run_sync(work)

    async def aclose(self) -> None:
        """Finish the writes at hand and let go of every connection."""
        if self._writer:
            await asyncio.to_thread(self._writer.close)
        await self._engine.dispose()


def announce(connection: Connection, work: str, *, elsewhere: bool = True) -> None:
    """Note on the connection that this transaction adds work; whoever does it wakes after the commit.

    Without `elsewhere` other replicas need not hear of it.
    """
    info = connection.info
    info["work"] = info.get("work", _NOTHING) | {work}
    if elsewhere:
        info["elsewhere"] = info.get("elsewhere", _NOTHING) | {work}


def claimed(connection: Connection, work: str) -> None:
    """Note that this transaction took all that is due: nothing is left that other replicas could do."""
    info = connection.info
    info["elsewhere"] = info.get("elsewhere", _NOTHING) - {work}


def _with_announcement(connection: Connection, work: Work[T], name: str) -> tuple[T, frozenset[str]]:
    connection.info.pop("work", None)
    connection.info.pop("elsewhere", None)
    value = work(connection)
    if elsewhere := connection.info.pop("elsewhere", None):
        said = f"{name}:{','.join(sorted(elsewhere))}"
        connection.execute(_NOTIFY, {"channel": CHANNEL, "said": said})
    return value, connection.info.pop("work", _NOTHING)


async def _with_fresh_plans(run: Callable[[Work[T]], Awaitable[U]], work: Work[T]) -> U:
    """Run it again if PostgreSQL's tables changed since its statements were planned.

    A replica of the next version may migrate at any moment. Nothing of the first run was kept.
    """
    try:
        return await run(work)
    except NotSupportedError:  # SQLAlchemy forgets the old plans with it
        return await run(work)


@contextlib.contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did, and nothing else, if it raises.

    SQLAlchemy's own savepoints are numbered, and so each is compiled anew.
    """
    execute_text(connection, "SAVEPOINT unit")
    try:
        yield
    except BaseException:
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error):  # the first error tells more
            execute_text(connection, "ROLLBACK TO SAVEPOINT unit")
            execute_text(connection, "RELEASE SAVEPOINT unit")
        raise
    execute_text(connection, "RELEASE SAVEPOINT unit")


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
        if _is_trouble(error):
            raise DatabaseUnavailable(str(error.__cause__ or error)) from error
        raise


def does_not_fit(error: Exception) -> bool:
    """Tell whether a value was too long, too large or of another kind than its column holds."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OverflowError)
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith("22") or isinstance(getattr(error.orig, "__cause__", None), ValueError)


def _is_trouble(error: Exception) -> bool:
    """Tell trouble with the engine, which passes, from a mistake in the work."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode != sqlite3.SQLITE_ERROR
    if not isinstance(error, DBAPIError):
        return isinstance(error, (OSError, PendingRollbackError, NoConnectionFree))
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_PASSING)


def _require_transaction(connection: Connection) -> None:
    """Raise DatabaseUnavailable if SQLite rolled back by itself, as it may when its disk or memory is full.

    A work may have caught what it was told then, and a commit of nothing succeeds.
    """
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        raise DatabaseUnavailable("SQLite gave up the transaction")


def _configure_writer(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin by itself: a deferred begin of two writers ends in "locked".
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=2000")
    connection.execute("PRAGMA foreign_keys=ON")


def _configure_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # begun by hand, so that a unit of work reads one snapshot
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=2000")
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


class _SqliteWriter:
    """The one thread that writes to SQLite, committing what waits together."""

    def __init__(self, url: URL) -> None:
        self._engine: Engine = create_engine(url, poolclass=pool.NullPool, **_SHARED)
        event.listen(self._engine, "connect", _configure_writer)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> "Future[tuple[T, frozenset[str]]]":
        future: Future[tuple[T, frozenset[str]]] = Future()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        connection: Connection | None = None
        while (first := self._queue.get()) is not None:
            batch, closing = [first], False
            while len(batch) < _BATCH and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    closing = True
                    break
                batch.append(item)
            # Whoever gave up waiting is left out; the others can no longer.
            batch = [(work, future) for work, future in batch if future.set_running_or_notify_cancel()]
            if connection is None:
                connection = self._connect(batch)
            if connection is not None and not self._commit(connection, batch):
                with contextlib.suppress(SQLAlchemyError):
                    connection.close()
                connection = None
            if closing:
                break
        if connection is not None:
            connection.close()

    def _connect(self, batch: Sequence[tuple[Work[Any], Future[Any]]]) -> Connection | None:
        try:
            return self._engine.connect()
        except Exception as error:  # noqa: BLE001 - the thread must live on and every caller hear of it
            for _, future in batch:
                future.set_exception(DatabaseUnavailable(str(error.__cause__ or error)))
            return None

    def _commit(self, connection: Connection, batch: Sequence[tuple[Work[Any], Future[Any]]]) -> bool:
        """Run the batch as one transaction, each work in its own savepoint; False if the engine failed."""
        answers: list[tuple[Future[Any], Any, Exception | None]] = []
        alone = len(batch) == 1
        try:
            connection.info.pop("work", None)
            with connection.begin():
                for work, future in batch:
                    try:
                        with contextlib.nullcontext() if alone else savepoint(connection):
                            value = work(connection)
                    except Exception as error:
                        if alone or _is_trouble(error):
                            raise
                        answers.append((future, None, error))  # it belongs to whoever asked for the work
                    else:
                        answers.append((future, value, None))
                    _require_transaction(connection)
        except Exception as error:  # noqa: BLE001 - every waiting caller must hear of it
            if alone and not _is_trouble(error):
                batch[0][1].set_exception(error)
                return True
            for _, future in batch:
                future.set_exception(DatabaseUnavailable(str(error.__cause__ or error)))
            return False
        added = connection.info.pop("work", frozenset())
        for future, value, mistake in answers:
            if mistake is not None:
                future.set_exception(mistake)
            else:
                future.set_result((value, added))
        return True
