"""Turn accepted deliveries into facts and jobs, oldest first, each in a transaction of its own."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Connection, RowMapping

from bot.facts.project import Change, project
from bot.inbox.receiver import PRESSED
from bot.models import Clock
from storage import bodies, deliveries, names
from storage.database import Database, DatabaseUnavailable, does_not_fit, savepoint

MAX_ATTEMPTS = 5
_BATCH = 32
# Seconds that one commit's worth of deliveries may take, if a sender waits behind it and if none does.
_BUDGET, _AT_EASE = 0.010, 0.020
_POLL = 5.0
# Seconds between two rounds while senders queue at the door.
_STEP_ASIDE = 0.05

log = structlog.stdlib.get_logger(__name__)

OnChange = Callable[[Connection, Change], None]
C = TypeVar("C")


class Processor(Generic[C]):
    """Reads the inbox; each feature hears of each change, and one's failure never stops another's.

    What a round causes is claimed by `claim` in the same transaction, and handed to `start` once durable.
    `senders` tells how many wait at the door.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        listeners: Mapping[str, OnChange],
        *,
        claim: Callable[[Connection], C],
        start: Callable[[C], None],
        senders: Callable[[], int] = lambda: 0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._listeners = listeners
        self._claim = claim
        self._start = start
        self._senders = senders
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look for new deliveries now."""
        self._woken.set()

    async def run(self) -> None:
        """Process until stopped."""
        while not self._stopping:
            self._woken.clear()
            try:
                left, claimed = await self._database.write(self.round)
            except DatabaseUnavailable as error:
                log.warning("inbox.unavailable", error=str(error))
                await asyncio.sleep(1)
                continue
            self._start(claimed)
            if left and self._senders() >= PRESSED:
                # Acknowledging comes first: GitHub waits for it, and gives up after ten seconds.
                await asyncio.sleep(_STEP_ASIDE)
            if left:
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _POLL)

    def stop(self) -> None:
        """Take nothing more."""
        self._stopping = True
        self.wake()

    def round(self, connection: Connection) -> tuple[bool, C]:
        """Process what is due, within the budget; return whether more is, and the jobs claimed."""
        now = self._clock.now()
        rows = deliveries.due(connection, now=now, limit=_BATCH)
        started, looked_at, done = time.perf_counter(), 0, []
        budget = _BUDGET if self._senders() else _AT_EASE
        for row in rows:
            looked_at += 1
            if self._process(connection, row):
                done.append(row["id"])
            if time.perf_counter() - started > budget:
                break
        if done:
            deliveries.settle(connection, done, "done", now=now)
        return looked_at < len(rows) or len(rows) == _BATCH, self._claim(connection)

    def _process(self, connection: Connection, row: RowMapping) -> bool:
        """Write the facts and let each feature add its jobs; False if something of it went wrong."""
        about = {"delivery": row["guid"], "delivery_id": row["id"], "repo": row["repo"], "pulls": ()}
        with structlog.contextvars.bound_contextvars(**about):
            try:
                with savepoint(connection):
                    change = self._project(connection, row)
                    for listener in self._listeners.values():
                        listener(connection, change)
            except Exception:  # noqa: BLE001 - the second look tells what it was
                return self._process_apart(connection, row)
            return True

    def _project(self, connection: Connection, row: RowMapping) -> Change:
        if row["body"] == deliveries.GONE:
            raise ValueError("its body is gone")
        body = bodies.unpacked(row["body"])
        return project(connection, row["event"], body, delivery_id=row["id"], now=self._clock.now())

    def _process_apart(self, connection: Connection, row: RowMapping) -> bool:
        """Process once more, each feature for itself; what went wrong is tried again later."""
        try:
            with savepoint(connection):
                change = self._project(connection, row)
                structlog.contextvars.bind_contextvars(pulls=names.of_pulls(connection, change.pulls))
        except Exception as error:
            if not (isinstance(error, ValueError) or does_not_fit(error)):
                log.exception("delivery.crashed", delivery=row["guid"], github_event=row["event"])
                self._set_back(connection, row, f"{type(error).__name__}: {error}")
                return False
            log.warning(
                "delivery.malformed", delivery=row["guid"], github_event=row["event"], error=str(error)
            )
            self._set_back(connection, row, f"malformed: {error}", final=True)
            return False
        failed = []
        for feature, listener in self._listeners.items():
            try:
                with savepoint(connection):
                    listener(connection, change)
            except Exception as error:
                log.exception(
                    "feature.crashed", feature=feature, delivery=row["guid"], github_event=row["event"]
                )
                failed.append(f"{feature}: {type(error).__name__}: {error}")
        if failed:
            self._set_back(connection, row, "; ".join(failed))
        return not failed

    def _set_back(self, connection: Connection, row: RowMapping, error: str, *, final: bool = False) -> None:
        attempts = row["attempts"] + 1
        deliveries.set_back(
            connection,
            row["id"],
            error=error,
            attempts=attempts,
            run_at=self._clock.now() + timedelta(seconds=2**attempts),
            failed=final or attempts >= MAX_ATTEMPTS,
        )
