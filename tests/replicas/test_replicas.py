"""Several copies on one PostgreSQL: woken by each other, in each other's place, and never twice."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import started
from bot.config import Settings
from bot.context import Context
from bot.errors import ConfigurationError
from bot.ledger.worker import Finish, Worker
from bot.models import Job, SystemClock
from handlers.feature import Feature, Schedule
from sandbox.slack import SlackServer, Workspace
from storage import jobs
from storage.database import Database
from storage.listener import Listener
from storage.migrate import COMPATIBILITY, require
from storage.tables import jobs as table
from tests.doors.doors_kit import eventually, run_settings
from tests.world import manifest_rules

# Much less than the slow poll's five seconds, and much more than a wake-up takes.
SOON = 2.0


class Effects:
    """What was done, by whichever replica."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.begun = asyncio.Event()

    async def do(self, job: Job) -> Finish:
        """Take effect."""
        self.did.append(job.key)
        return Finish()

    async def hang(self, _job: Job) -> Finish:
        """Begin, and never end."""
        self.begun.set()
        await asyncio.Event().wait()
        return Finish()

    def feature(self, schedules: tuple[Schedule, ...] = ()) -> Feature:
        """Return a feature whose job takes effect."""

        async def do(_context: Context, job: Job) -> Finish:
            return await self.do(job)

        return Feature(name="effects", jobs={"do": do}, schedules=schedules)


@pytest.fixture
def effects() -> Effects:
    return Effects()


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with await SlackServer.start(Workspace(rules=manifest_rules())) as server:
        yield server


@pytest.fixture
async def outside(postgres_url: str) -> AsyncIterator[Database]:
    """Open the replicas' database beside them."""
    database = await Database(postgres_url).open()
    yield database
    await database.aclose()


def _settings(slack: SlackServer, url: str) -> Settings:
    return Settings(_env_file=None, **run_settings(slack, url))


async def _ask(database: Database, key: str, kind: str = "do") -> None:
    now = SystemClock().now()
    await database.write(lambda found: jobs.enqueue(found, kind, key, now=now))


async def _states(database: Database) -> Counter[str]:
    rows = await database.read(lambda found: found.execute(select(table.c.state)).scalars().all())
    return Counter(rows)


@contextlib.asynccontextmanager
async def _replica(database: Database, effects: Effects, kind: str) -> AsyncIterator[Worker]:
    """Let a worker listen and work with a short lease; the test stops or kills it."""
    handlers = {"do": effects.hang if kind == "hangs" else effects.do}
    worker = Worker(database, SystemClock(), handlers, lease=timedelta(seconds=0.6))
    listener = Listener(database, lambda _work: worker.wake())
    database.on_work = lambda _work: worker.wake()
    tasks = [asyncio.create_task(part) for part in (worker.run(), listener.run())]
    await eventually(lambda: _is(listener.is_listening))
    yield worker
    listener.stop()
    await worker.stop(0.05)
    await asyncio.wait(tasks, timeout=5)


async def _is(value: object) -> bool:
    return bool(value)


async def test_two_schedulers_fire_once_a_tick(
    postgres_url: str, slack: SlackServer, effects: Effects, outside: Database
) -> None:
    features = (effects.feature((Schedule("do", timedelta(seconds=0.4)),)),)
    settings = _settings(slack, postgres_url)
    async with started(settings, features), started(settings, features):
        await eventually(lambda: _is(len(effects.did) >= 5))
    assert max(Counter(effects.did).values()) == 1
    numbers = sorted(int(key.removeprefix("do:")) for key in effects.did)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert (await _states(outside))["done"] == len(effects.did)


async def test_a_replica_is_woken_by_what_another_process_commits(
    postgres_url: str, slack: SlackServer, effects: Effects, outside: Database
) -> None:
    features = (effects.feature(),)
    settings = _settings(slack, postgres_url)
    async with started(settings, features), started(settings, features):
        for key in ("a", "b", "c"):
            await _ask(outside, key)
            await eventually(lambda key=key: _is(key in effects.did), SOON)  # type: ignore[misc]
    assert effects.did == ["a", "b", "c"]


async def test_what_a_stopping_replica_breaks_off_another_takes_up_at_once(
    postgres_url: str, effects: Effects, outside: Database
) -> None:
    second = await Database(postgres_url).open()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(second.aclose)
        first = await stack.enter_async_context(_replica(outside, effects, "hangs"))
        await _ask(outside, "a")
        await asyncio.wait_for(effects.begun.wait(), 5)
        await stack.enter_async_context(_replica(second, effects, "does"))
        await first.stop(0.05)
        await eventually(lambda: _is(effects.did), SOON)
        await eventually(lambda: _done(outside, 1))
    assert effects.did == ["a"]


async def test_a_killed_replicas_work_is_taken_over_within_four_thirds_of_a_lease(
    postgres_url: str, effects: Effects, outside: Database
) -> None:
    second = await Database(postgres_url).open()
    dead = Worker(outside, SystemClock(), {"do": effects.hang}, lease=timedelta(seconds=0.6))
    running = asyncio.create_task(dead.run())
    await _ask(outside, "a")
    dead.wake()
    await asyncio.wait_for(effects.begun.wait(), 5)
    running.cancel()
    await asyncio.wait({running})
    begin = time.monotonic()
    async with _replica(second, effects, "does"):
        await eventually(lambda: _is(effects.did))
        assert time.monotonic() - begin < 0.6 * 4 / 3 + SOON
        await eventually(lambda: _done(outside, 1))
    await dead.stop(0.05)
    await second.aclose()
    assert effects.did == ["a"]


async def _done(database: Database, number: int) -> bool:
    return (await _states(database))["done"] == number


async def test_a_database_from_the_future_is_refused_only_if_it_says_so(
    postgres_url: str, slack: SlackServer, effects: Effects, outside: Database
) -> None:
    settings, features = _settings(slack, postgres_url), (effects.feature(),)
    await outside.write(lambda found: found.exec_driver_sql("UPDATE alembic_version SET version_num = '9'"))
    async with started(settings, features):
        await _ask(outside, "a")
        await eventually(lambda: _is(effects.did))
    await outside.write(lambda found: require(found, COMPATIBILITY + 1))
    with pytest.raises(ConfigurationError, match="DATABASE_URL: a newer PatchForge"):
        async with started(settings, features):
            pass


async def test_a_stop_takes_less_than_ten_seconds_whatever_hangs(
    postgres_url: str, slack: SlackServer, effects: Effects, outside: Database
) -> None:
    async def hang(_context: Context, job: Job) -> Finish:
        return await effects.hang(job)

    features = (Feature(name="hanging", jobs={"do": hang}),)
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(started(_settings(slack, postgres_url), features))
        await _ask(outside, "a")
        await asyncio.wait_for(effects.begun.wait(), 5)
        host, _, port = address.removeprefix("http://").partition(":")
        _, slow = await asyncio.open_connection(host, int(port))
        slow.write(b"POST /webhooks/github HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\nnot all")
        await slow.drain()
        begin = time.monotonic()
    assert time.monotonic() - begin < 10
    slow.close()
    row = await outside.read(lambda found: found.execute(select(table)).mappings().one())
    assert (row["state"], row["suspect"], row["lease"]) == ("ready", True, None)
