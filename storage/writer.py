"""The one thread that writes: what waits in its queue shares a transaction, and so a commit."""

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, pool, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage import libpq
from storage.failures import DatabaseUnavailable, is_trouble
from storage.sql import WRITING, execute_text, flush, later

T = TypeVar("T")
Work = Callable[[Connection], T]

# Units of work that may share one commit; more would keep the first of them waiting.
_BATCH = 128
# In seconds: a hung transaction must not keep a stop waiting.
_LONGEST_CLOSE = 1.0
_NOTHING: frozenset[str] = frozenset()
# Where a connection's `info` keeps what its transaction announces: to this process, and to others.
_WORK, _ELSEWHERE = "work", "elsewhere"
# PostgreSQL's channel on which replicas hear of it, and what is said there: who announces what.
CHANNEL = "patchforge"
_NOTIFY = text("SELECT pg_notify(:channel, :said)")
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


def announce(connection: Connection, work: str, *, elsewhere: bool = True) -> None:
    """Note on the connection that this transaction adds work; whoever does it wakes after the commit.

    Without `elsewhere` other replicas need not hear of it.
    """
    info = connection.info
    info[_WORK] = info.get(_WORK, _NOTHING) | {work}
    if elsewhere:
        info[_ELSEWHERE] = info.get(_ELSEWHERE, _NOTHING) | {work}


def claimed(connection: Connection, work: str) -> None:
    """Note that this transaction took all that is due: nothing is left that other replicas could do."""
    info = connection.info
    info[_ELSEWHERE] = info.get(_ELSEWHERE, _NOTHING) - {work}


class _Undo(BaseException):
    """Something failed after it had written: the transaction must be repeated with savepoints.

    No work may catch it: it is no `Exception`.
    """


@contextlib.contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did, and nothing else, if it raises.

    On PostgreSQL a savepoint takes two round trips, and hardly ever does anything fail: there the writer does
    without them, and repeats the whole transaction with them once something has to be undone.
    """
    if not connection.info.get(libpq.CAREFUL, True):
        before = libpq.writes(connection.info)
        try:
            yield
        except BaseException as error:
            if libpq.writes(connection.info) == before and libpq.is_in_transaction(_driver(connection)):
                raise  # there is nothing to undo
            raise _Undo from error
        return
    # SQLAlchemy's own savepoints are numbered, and so each is compiled anew.
    execute_text(connection, "SAVEPOINT unit")
    try:
        yield
    except BaseException:
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error, psycopg.Error):  # the first error tells more
            execute_text(connection, "ROLLBACK TO SAVEPOINT unit")
            execute_text(connection, "RELEASE SAVEPOINT unit")
        raise
    execute_text(connection, "RELEASE SAVEPOINT unit")


def sqlite_engine(url: URL, **choices: Any) -> Engine:
    """Return the engine for the one connection that writes to the file."""
    engine = create_engine(url.set(drivername="sqlite"), poolclass=pool.NullPool, **choices)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
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
    libpq.flush(_driver(connection), connection.info)


def _begin_alone(connection: Connection) -> None:
    """Begin when no other replica writes.

    Each transaction holds the works of many callers, who touch the same rows in any order: two replicas would
    wait for each other's rows, until PostgreSQL ends one of them a second later.
    """
    libpq.forget(connection.info)  # what waited when the last transaction was given up
    execute_text(connection, f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")


class Writer:
    """Runs what is submitted, in the order of its coming; other replicas hear of it under this `name`."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> "Future[tuple[T, frozenset[str]]]":
        """Let the work be done; its future gets its value, and what the shared transaction announced."""
        future: Future[tuple[T, frozenset[str]]] = Future()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, and let go of the connection."""
        self._queue.put(None)
        self._thread.join(_LONGEST_CLOSE)

    def _run(self) -> None:
        closing = False
        while not closing and (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < _BATCH and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    closing = True
                    break
                batch.append(item)
            # Whoever gave up waiting is left out; the others can no longer.
            batch = [(work, future) for work, future in batch if future.set_running_or_notify_cancel()]
            if batch and not self._commit(batch):
                self._disconnect()
        self._disconnect()
        self._engine.dispose()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError, psycopg.Error):
                self._connection.close()
        self._connection = None

    def _commit(self, batch: Sequence[tuple[Work[Any], Future[Any]]]) -> bool:
        """Run the batch as one transaction, each work all or nothing; False if the engine failed."""
        try:
            return self._attempt(batch, careful=self._engine.dialect.name == "sqlite")
        except _Undo:
            return self._attempt(batch, careful=True)

    def _attempt(self, batch: Sequence[tuple[Work[Any], Future[Any]]], *, careful: bool) -> bool:
        answers: list[tuple[Future[Any], Any, Exception | None]] = []
        alone = len(batch) == 1
        try:
            with self._begun() as connection:
                connection.info[libpq.CAREFUL] = careful
                for work, future in batch:
                    before = {name: connection.info.get(name, _NOTHING) for name in (_WORK, _ELSEWHERE)}
                    try:
                        with contextlib.nullcontext() if alone else savepoint(connection):
                            value = work(connection)
                    except Exception as error:
                        if alone or is_trouble(error):
                            raise
                        connection.info.update(before)
                        answers.append((future, None, error))  # it belongs to whoever asked for the work
                    else:
                        answers.append((future, value, None))
                    _require_transaction(connection)
                added = self._announced(connection)
        except Exception as error:
            if not careful and not is_trouble(error) and isinstance(error, (SQLAlchemyError, psycopg.Error)):
                raise _Undo from error  # one statement that waited may have spoiled it for all
            if alone and not is_trouble(error):
                batch[0][1].set_exception(error)
                return True
            for _, future in batch:
                future.set_exception(DatabaseUnavailable(str(error.__cause__ or error)))
            return False
        for future, value, mistake in answers:
            if mistake is not None:
                future.set_exception(mistake)
            else:
                future.set_result((value, added))
        return True

    @contextlib.contextmanager
    def _begun(self) -> Iterator[Connection]:
        """Open a transaction, on a fresh connection if the last one was lost meanwhile, and commit it."""
        connection, fresh = self._connection, False
        if connection is None:
            connection, fresh = self._connected(), True
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(connection.begin())
            except (SQLAlchemyError, psycopg.Error):
                if fresh or not getattr(_driver(connection), "closed", False):
                    raise
                self._disconnect()
                connection = self._connected()
                stack.enter_context(connection.begin())
            connection.info.pop(_WORK, None)
            connection.info.pop(_ELSEWHERE, None)
            yield connection

    def _connected(self) -> Connection:
        try:
            self._connection = self._engine.connect()
        except Exception as error:  # while it connects, the driver raises errors of its own
            raise DatabaseUnavailable(str(error.__cause__ or error)) from error
        return self._connection

    def _announced(self, connection: Connection) -> frozenset[str]:
        """Tell the other replicas what concerns them, and return what concerns this one."""
        elsewhere = connection.info.get(_ELSEWHERE)
        if elsewhere and connection.dialect.name == "postgresql":
            said = f"{self._name}:{','.join(sorted(elsewhere))}"
            later(connection, _NOTIFY, {"channel": CHANNEL, "said": said})
        flush(connection)
        added: frozenset[str] = connection.info.get(_WORK, _NOTHING)
        return added


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _require_transaction(connection: Connection) -> None:
    """Raise DatabaseUnavailable if the engine gave up the transaction, of which a commit would keep nothing.

    SQLite does so when its disk or memory is full, PostgreSQL after any failure outside a savepoint; a work
    may have caught what it was told then.
    """
    driver = _driver(connection)
    standing = (
        driver.in_transaction if isinstance(driver, sqlite3.Connection) else libpq.is_in_transaction(driver)
    )
    if not standing:
        raise DatabaseUnavailable("the database gave up the transaction")
