"""The one thread that writes: what waits in its queue shares a transaction, and so a commit."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import libpq
from storage.announcements import announced, set_announced, tell
from storage.failures import DatabaseUnavailable, is_trouble
from storage.sql import driver_of, execute_text, flush

T = TypeVar("T")
Work = Callable[[Connection], T]

# Units of work that may share one commit; more would keep the first of them waiting.
_BATCH = 128
# In seconds: so long the patient wait for others to share a commit with.
_PATIENCE = 0.005
# In seconds: a hung transaction must not keep a stop waiting.
_LONGEST_CLOSE = 1.0


class _Undo(BaseException):
    """Something failed after it had written: the transaction must be repeated with savepoints.

    No work may catch it: it is no `Exception`.
    """


@contextlib.contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did, and nothing else, if it raises.

    A savepoint costs as much as a statement or two, and hardly ever does anything fail: the writer does
    without them, and repeats the whole transaction with them once something has to be undone.
    """
    if not connection.info.get(libpq.CAREFUL, True):
        before = _changes(connection)
        try:
            yield
        except BaseException as error:
            if _changes(connection) == before and _is_standing(connection):
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


class _Item(NamedTuple):
    """A work, the future of whoever asked for it, and whether they can wait a little."""

    work: Work[Any]
    future: "asyncio.Future[Any]"
    patient: bool


Answer = tuple["asyncio.Future[Any]", Any, Exception | None]


class Writer:
    """Runs what is submitted, in the order of its coming; other replicas hear of it under this `name`.

    `on_work` is called in the callers' event loop, after a commit, with what it announced.
    """

    def __init__(self, engine: Engine, name: str, on_work: Callable[[frozenset[str]], None]) -> None:
        self._engine = engine
        self._name = name
        self._on_work = on_work
        self._connection: Connection | None = None
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, patient: bool = False) -> "asyncio.Future[T]":
        """Let the work be done; its future gets its value once that is durable.

        What is `patient` waits a few milliseconds for others to share a commit with.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Item(work, future, patient))
        return future

    def close(self) -> None:
        """Finish what was submitted, and let go of the connection."""
        self._queue.put(None)
        self._thread.join(_LONGEST_CLOSE)

    def _run(self) -> None:
        closing = False
        while not closing:
            batch, closing = self._next()
            # Whoever gave up waiting is left out; the others can no longer.
            batch = [item for item in batch if not item.future.cancelled()]
            if batch and not self._commit(batch):
                self._disconnect()
        self._disconnect()
        self._engine.dispose()

    def _next(self) -> tuple[list[_Item], bool]:
        """Return what shares the next commit, and whether nothing comes after it."""
        item = self._queue.get()
        batch: list[_Item] = []
        until: float | None = None
        while item is not None:
            batch.append(item)
            if len(batch) == _BATCH:
                return batch, False
            if item.patient and until is None:
                until = time.monotonic() + _PATIENCE
            elif not item.patient:
                until = 0.0
            try:
                left = (until or 0.0) - time.monotonic()
                item = self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError, psycopg.Error):
                self._connection.close()
        self._connection = None

    def _commit(self, batch: Sequence[_Item]) -> bool:
        """Run the batch as one transaction, each work all or nothing; False if the engine failed."""
        try:
            return self._attempt(batch, careful=False)
        except _Undo:
            return self._attempt(batch, careful=True)

    def _attempt(self, batch: Sequence[_Item], *, careful: bool) -> bool:
        answers: list[Answer] = []
        alone = len(batch) == 1
        try:
            with self._begun() as connection:
                connection.info[libpq.CAREFUL] = careful
                for work, future, _ in batch:
                    before = announced(connection)
                    try:
                        with contextlib.nullcontext() if alone else savepoint(connection):
                            value = work(connection)
                    except Exception as error:
                        if alone or is_trouble(error):
                            raise
                        set_announced(connection, before)
                        answers.append((future, None, error))  # it belongs to whoever asked for the work
                    else:
                        answers.append((future, value, None))
                    _require_transaction(connection)
                added = tell(connection, self._name)
                flush(connection)
        except Exception as error:
            if not careful and not is_trouble(error) and isinstance(error, psycopg.Error | SQLAlchemyError):
                raise _Undo from error  # one statement that waited may have spoiled it for all
            if alone and not is_trouble(error):
                self._answer([(batch[0].future, None, error)])
                return True
            said = str(error.__cause__ or error)
            self._answer([(item.future, None, DatabaseUnavailable(said)) for item in batch])
            return False
        self._answer(answers, added)
        return True

    def _answer(self, answers: Sequence[Answer], added: frozenset[str] = frozenset()) -> None:
        """Let the callers, who share an event loop, have what came of their works."""
        loop = answers[0][0].get_loop()
        with contextlib.suppress(RuntimeError):  # it was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(_hand_over, answers, added, self._on_work)

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
                if fresh or not getattr(driver_of(connection), "closed", False):
                    raise
                self._disconnect()
                connection = self._connected()
                stack.enter_context(connection.begin())
            set_announced(connection)
            yield connection

    def _connected(self) -> Connection:
        try:
            self._connection = self._engine.connect()
        except Exception as error:  # while it connects, the driver raises errors of its own
            raise DatabaseUnavailable(str(error.__cause__ or error)) from error
        return self._connection


def _hand_over(
    answers: Sequence[Answer], added: frozenset[str], on_work: Callable[[frozenset[str]], None]
) -> None:
    for future, value, mistake in answers:
        if future.done():
            continue  # whoever asked gave up meanwhile
        if mistake is None:
            future.set_result(value)
        else:
            future.set_exception(mistake)
    if added:
        on_work(added)


def _changes(connection: Connection) -> int:
    """Return a number that is another one after every change of a row."""
    driver = driver_of(connection)
    return driver.total_changes if isinstance(driver, sqlite3.Connection) else libpq.writes(connection.info)


def _require_transaction(connection: Connection) -> None:
    """Raise DatabaseUnavailable if the engine gave up the transaction, of which a commit would keep nothing.

    SQLite does so when its disk or memory is full, PostgreSQL after any failure outside a savepoint; a work
    may have caught what it was told then.
    """
    if not _is_standing(connection):
        raise DatabaseUnavailable("the database gave up the transaction")


def _is_standing(connection: Connection) -> bool:
    driver = driver_of(connection)
    if isinstance(driver, sqlite3.Connection):
        return driver.in_transaction
    return libpq.is_in_transaction(driver)
