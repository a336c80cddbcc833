"""Replicas wake each other through PostgreSQL: only for what is committed and left to do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from storage import jobs
from storage.database import DELIVERIES, JOBS, Database, announce, claimed
from storage.listener import Listener

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


class Ear:
    """A replica that listens, and what it heard."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[frozenset[str]] = []
        self._some = asyncio.Event()
        self.listener = Listener(database, self._hear)

    def _hear(self, work: frozenset[str]) -> None:
        self.heard.append(work)
        self._some.set()

    async def until(self, times: int) -> list[frozenset[str]]:
        """Wait until it heard so much, and return all of it."""
        async with asyncio.timeout(10):
            while len(self.heard) < times:
                self._some.clear()
                await self._some.wait()
        return self.heard


@contextlib.asynccontextmanager
async def _listening(url: str) -> AsyncIterator[Ear]:
    database = await Database(url).open()
    ear = Ear(database)
    task = asyncio.create_task(ear.listener.run())
    try:
        await ear.until(1)
        ear.heard.clear()
        yield ear
    finally:
        ear.listener.stop()
        await asyncio.wait_for(task, 5)
        await database.aclose()


def _ask(key: str) -> Callable[[Connection], None]:
    return lambda connection: jobs.enqueue(connection, "k", key, now=NOW)


async def test_others_hear_of_committed_work_and_nobody_of_his_own(postgres_url: str) -> None:
    async with _listening(postgres_url) as one, _listening(postgres_url) as other:
        await one.database.write(_ask("a"))
        await one.database.write(lambda connection: announce(connection, DELIVERIES))
        assert await other.until(2) == [frozenset({JOBS}), frozenset({DELIVERIES})]
        await other.database.write(_ask("b"))
        assert await one.until(1) == [frozenset({JOBS})]


async def test_what_was_rolled_back_taken_at_once_or_concerns_nobody_else_is_not_told(
    postgres_url: str,
) -> None:
    def broken(connection: Connection) -> None:
        _ask("rolled back")(connection)
        raise ZeroDivisionError

    def taken(connection: Connection) -> None:
        _ask("taken")(connection)
        claimed(connection, JOBS)

    async with _listening(postgres_url) as one, _listening(postgres_url) as other:
        with contextlib.suppress(ZeroDivisionError):
            await one.database.write(broken)
        await one.database.write(taken)
        await one.database.write(lambda connection: announce(connection, JOBS, elsewhere=False))
        await one.database.write(lambda connection: announce(connection, DELIVERIES))
        assert await other.until(1) == [frozenset({DELIVERIES})]


async def test_after_a_lost_connection_it_listens_again_and_looks_for_what_was_missed(
    postgres_url: str,
) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with _listening(postgres_url) as ear, contextlib.AsyncExitStack() as stack:
        other = await Database(postgres_url).open()
        stack.push_async_callback(other.aclose)
        await other.write(lambda connection: connection.execute(cut).all())
        assert await ear.until(1) == [frozenset({DELIVERIES, JOBS})]
        await other.write(_ask("a"))
        assert (await ear.until(2))[1] == frozenset({JOBS})


async def test_it_ends_when_told_even_while_the_server_is_away() -> None:
    listener = Listener(Database("postgresql+asyncpg://nobody@127.0.0.1:1/none"), lambda _work: None)
    task = asyncio.create_task(listener.run())
    await asyncio.sleep(0)
    listener.stop()
    await asyncio.wait_for(task, 5)
