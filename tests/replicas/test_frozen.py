"""A replica that freezes within a transaction holds the others up for ten seconds and keeps nothing of it."""

import asyncio
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import Connection, select

from bot.models import SystemClock
from storage import jobs, leases
from storage.database import Database, DatabaseUnavailable
from storage.tables import jobs as table

# The ten seconds that PostgreSQL is told to wait for the next statement, and some for a busy machine.
_AT_MOST = 15.0


def _ask(connection: Connection, key: str) -> None:
    jobs.enqueue(connection, "do", key, now=SystemClock().now())


async def _keys(database: Database) -> Counter[str]:
    return Counter(await database.read(lambda found: found.execute(select(table.c.key)).scalars().all()))


async def test_what_a_frozen_replica_had_begun_is_not_kept_and_the_others_go_on(postgres_url: str) -> None:
    frozen, other = [await Database(postgres_url).open() for _ in range(2)]
    holding, thawed = threading.Event(), threading.Event()

    def freeze(connection: Connection) -> None:
        leases.claiming(connection)
        _ask(connection, "lost")
        connection.execute(select(table.c.id))  # what waited has run: it holds the lock and has written
        holding.set()
        assert thawed.wait(60)

    losing = asyncio.create_task(frozen.write(freeze))
    assert await asyncio.to_thread(holding.wait, 10)
    begin = time.monotonic()
    await asyncio.gather(*(other.write(lambda found, key=key: _ask(found, key)) for key in "abc"))  # type: ignore[misc]
    assert time.monotonic() - begin < _AT_MOST
    thawed.set()
    with pytest.raises(DatabaseUnavailable):
        await losing
    assert await _keys(other) == Counter("abc")
    await frozen.write(lambda found: _ask(found, "d"))
    assert await _keys(frozen) == Counter("abcd")
    for database in (frozen, other):
        await database.aclose()
