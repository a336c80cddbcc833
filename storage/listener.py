"""Hear of the work that other replicas announce, on a PostgreSQL connection of its own."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import CHANNEL, DELIVERIES, JOBS, Database

# In seconds: between two looks whether the connection is alive, for its answer, and before connecting again.
_LOOK, _ANSWER, _PAUSE = 30.0, 5.0, 1.0
_LONGEST_PAUSE = 15.0

log = structlog.stdlib.get_logger(__name__)


class Listener:
    """Calls `on_work` with what others announced; what this replica announced itself it knows already."""

    def __init__(self, database: Database, on_work: Callable[[frozenset[str]], None]) -> None:
        self._name = database.name
        self._on_work = on_work
        # Behind a pool the session could change under the LISTEN.
        self._engine = create_async_engine(database.url, poolclass=pool.NullPool)
        self._stopping = asyncio.Event()
        self.is_listening = False

    async def run(self) -> None:
        """Listen until stopped; connect again as often as needed, and look then for what was missed."""
        pause = _PAUSE
        while not self._stopping.is_set():
            try:
                await self._listen()
                pause = _PAUSE
            except Exception as error:  # noqa: BLE001 - the driver's errors are many; the slow poll goes on
                log.warning("listener.lost", error=str(error) or type(error).__name__)
            self.is_listening = False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        await self._engine.dispose()

    def stop(self) -> None:
        """Listen no longer."""
        self._stopping.set()

    async def _listen(self) -> None:
        """Listen until the connection is lost or the end has come."""
        async with contextlib.aclosing(await self._engine.connect()) as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            over = asyncio.Event()
            driver.add_termination_listener(lambda _connection: over.set())
            await driver.add_listener(CHANNEL, self._heard)
            self.is_listening = True
            self._on_work(frozenset({DELIVERIES, JOBS}))
            while not (over.is_set() or self._stopping.is_set()):
                await self._first_of(over)
                if not over.is_set() and not self._stopping.is_set():
                    await driver.execute("SELECT 1", timeout=_ANSWER)
            if not over.is_set():
                await driver.remove_listener(CHANNEL, self._heard)

    async def _first_of(self, over: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (over, self._stopping)]
        try:
            await asyncio.wait(waits, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _heard(self, _connection: object, _pid: int, _channel: str, said: str) -> None:
        name, _, work = said.partition(":")
        if name != self._name:
            self._on_work(frozenset(work.split(",")))
