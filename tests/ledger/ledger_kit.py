"""What the tests of the ledger share: a clock to set by hand, and a worker under watch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from bot.ledger.worker import Finish, Worker
from bot.models import Job
from storage import jobs
from storage.database import Database
from storage.tables import jobs as table
from tests.doors.doors_kit import eventually

Handler = Callable[[Job], Awaitable[Finish]]


class HandClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def pass_by(self, seconds: float) -> None:
        """Let some time pass."""
        self.moment += timedelta(seconds=seconds)


class Shop:
    """One worker with its handlers, and a look into its ledger."""

    def __init__(self, database: Database, **handlers: Handler) -> None:
        self.database = database
        self.clock = HandClock()
        self.handlers = handlers
        self.seen: list[tuple[str, str]] = []
        self.worker: Worker | None = None
        self.grace = 1.0

    @contextlib.asynccontextmanager
    async def open(self, **choices: Any) -> AsyncIterator[None]:
        """Let the worker work."""
        self.worker = Worker(
            self.database,
            self.clock,
            self.handlers,
            observe=lambda kind, result: self.seen.append((kind, result)),
            **choices,
        )
        worker = self.worker
        self.database.on_work = lambda _work: worker.wake()
        task = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            await worker.stop(self.grace)
            await asyncio.wait_for(task, 5)

    async def ask(self, kind: str, key: str, **wishes: Any) -> None:
        """Enqueue a job."""
        now = self.clock.now()
        await self.database.write(lambda found: jobs.enqueue(found, kind, key, now=now, **wishes))

    async def row(self, key: str) -> RowMapping:
        """Return a job's row."""
        query = select(table).where(table.c.key == key)
        return await self.database.read(lambda found: found.execute(query).mappings().one())

    async def when(self, key: str, **columns: Any) -> RowMapping:
        """Wait until a job's row holds these values, and return it."""

        async def look() -> RowMapping | None:
            row = await self.row(key)
            return row if all(row[name] == value for name, value in columns.items()) else None

        return await eventually(look)

    async def pass_by(self, seconds: float) -> None:
        """Let some time pass and the worker notice."""
        self.clock.pass_by(seconds)
        if self.worker:
            self.worker.wake()

    async def claimed_elsewhere(self, key: str) -> None:
        """Let another process claim a job and die."""
        until = self.clock.now() + timedelta(seconds=30)

        def work(connection: Connection) -> None:
            connection.execute(
                update(table)
                .where(table.c.key == key)
                .values(state="running", lease="dead", lease_until=until)
            )

        await self.database.write(work)
