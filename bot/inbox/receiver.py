"""Accept deliveries: those that arrive together share one commit, and nobody is answered before it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from storage import bodies, deliveries
from storage.database import DELIVERIES, Database, announce

# Deliveries that may share one commit, how many in a queue are a crowd, and bytes that may wait.
_BATCH = 256
PRESSED = 8
_WAITING_BYTES = 128 * 1024 * 1024

C = TypeVar("C")


class InboxFull(Exception):
    """More waits for the database than memory should hold; ask the sender to come again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified webhook delivery; `state` is new, or ignored when no feature acts on the event."""

    guid: str
    event: str
    action: str | None
    repo: str | None
    body: bytes
    state: str
    received_at: datetime


class Inbox(Generic[C]):
    """The group-committing door to the `deliveries` table.

    While few senders wait, `process` works off what was inserted in the same transaction: one commit instead
    of two. It tells whether something is left to do, and what `start` is given once all of it is durable.
    `unanswered` senders are queueing for their answers.
    """

    def __init__(
        self,
        database: Database,
        *,
        process: Callable[[Connection], tuple[bool, C]],
        start: Callable[[C], None],
    ) -> None:
        self._database = database
        self._process = process
        self._start = start
        self._waiting: list[tuple[Delivery, asyncio.Future[bool]]] = []
        self._bytes = 0
        self.unanswered = 0
        self._flushing: asyncio.Task[None] | None = None

    async def accept(self, delivery: Delivery) -> bool:
        """Return once the delivery is durable: True if it is new, False if its GUID was known.

        Raises InboxFull, or DatabaseUnavailable when it could not be kept.
        """
        if self._bytes + len(delivery.body) > _WAITING_BYTES:
            raise InboxFull
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        self._bytes += len(delivery.body)
        self.unanswered += 1
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="inbox flush")
        try:
            return await future
        finally:
            self.unanswered -= 1

    async def _flush(self) -> None:
        """Commit what waits, batch by batch, until nothing does."""
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                new, result = await self._database.write(
                    lambda connection, batch=batch: self._keep(  # type: ignore[misc]
                        connection, [delivery for delivery, _ in batch]
                    )
                )
            except Exception as error:  # noqa: BLE001 - each sender must be answered
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
            else:
                if result is not None:
                    self._start(result)  # a person waits for this, and only a machine for the answers
                for delivery, future in batch:
                    if not future.done():
                        future.set_result(delivery.guid in new)
                    new.discard(delivery.guid)  # a twin in the same batch is a duplicate
            finally:
                self._bytes -= sum(len(delivery.body) for delivery, _ in batch)

    def _keep(self, connection: Connection, batch: list[Delivery]) -> tuple[set[str], C | None]:
        new = deliveries.insert_new(connection, [as_row(delivery) for delivery in batch])
        left, result = (True, None) if self.unanswered >= PRESSED else self._process(connection)
        if left:
            announce(connection, DELIVERIES)
        return new, result


def as_row(delivery: Delivery) -> dict[str, Any]:
    """Return the delivery as the inbox stores it."""
    return {
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "repo": delivery.repo,
        "body": bodies.packed(delivery.body),
        "state": delivery.state,
        "received_at": delivery.received_at,
        "run_at": delivery.received_at,
    }
