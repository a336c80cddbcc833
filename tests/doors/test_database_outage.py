"""While the database cannot take a delivery GitHub is told so, and afterwards all is well by itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, make_url

from tests.doors.doors_kit import Scene, eventually, open_scene, real_deliveries

BODY = b'{"action":"opened"}'


@contextmanager
def commits() -> Iterator[list[object]]:
    """Note every commit of every database."""
    noted: list[object] = []

    def note(connection: object) -> None:
        noted.append(connection)

    event.listen(Engine, "commit", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "commit", note)


@asynccontextmanager
async def switched_off(url: URL) -> AsyncIterator[None]:
    """End every connection to a PostgreSQL database and let none in."""
    plain = url.set(drivername="postgresql", database="postgres")
    admin = await asyncpg.connect(plain.render_as_string(hide_password=False))
    try:
        await admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        await _hang_up(admin, url)
        yield
        await admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
    finally:
        await admin.close()


async def _hang_up(admin: asyncpg.Connection, url: URL) -> None:
    # It waits until they are gone.
    await admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", url.database
    )


async def _done(scene: Scene, guid: str) -> bool:
    return [row["state"] for row in await scene.stored(guid)] == ["done"]


async def test_a_locked_sqlite_file_is_answered_with_503_and_then_drains(
    scene: Scene, sqlite_url: str
) -> None:
    genuine = next(one for one in await real_deliveries() if one.event == "pull_request")
    assert (await scene.send(genuine.body, event="pull_request", guid="before")).status == 202
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers = await asyncio.gather(
        *(scene.send(genuine.body, event="pull_request", guid=f"g{number}") for number in range(5))
    )
    for answer in answers:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert (await scene.get("/healthz")).status == 200
    ready = await scene.get("/readyz")
    assert ready.status == 503
    assert ready.json["problems"] == ["the database takes no writes: database is locked"]
    other.execute("ROLLBACK")
    other.close()
    assert {row["guid"] for row in await scene.stored()} == {"before"}
    for number in range(5):
        assert (await scene.send(genuine.body, event="pull_request", guid=f"g{number}")).status == 202
    await eventually(lambda: _done(scene, "g4"))
    await eventually(lambda: _done(scene, "before"))
    assert (await scene.get("/readyz")).status == 200


async def test_postgresql_gone_is_answered_with_503_and_then_drains(postgres_url: str) -> None:
    genuine = next(one for one in await real_deliveries() if one.event == "pull_request")
    async with open_scene(postgres_url) as scene:
        async with switched_off(make_url(postgres_url)):
            for number in range(3):
                answer = await scene.send(genuine.body, event="pull_request", guid=f"g{number}")
                assert answer.status == 503
                assert int(answer.headers["Retry-After"]) > 0
            ready = await scene.get("/readyz")
            assert ready.status == 503
            assert "database" in ready.text
        for number in range(3):
            assert (await scene.send(genuine.body, event="pull_request", guid=f"g{number}")).status == 202
        await eventually(lambda: _done(scene, "g2"))
        assert (await scene.get("/readyz")).status == 200


async def test_postgresql_hanging_up_never_makes_a_false_success(postgres_url: str) -> None:
    url = make_url(postgres_url)
    plain = url.set(drivername="postgresql", database="postgres")
    admin = await asyncpg.connect(plain.render_as_string(hide_password=False))
    async with open_scene(postgres_url) as scene:
        taken = set()

        async def send(number: int) -> None:
            answer = await scene.send(BODY, event="star", guid=f"g{number}")
            assert answer.status in {202, 503}
            if answer.status == 202:
                taken.add(f"g{number}")

        for round_ in range(5):
            sending = [asyncio.create_task(send(20 * round_ + number)) for number in range(20)]
            await _hang_up(admin, url)
            await asyncio.gather(*sending)
        again = await scene.send(BODY, event="star", guid="after")
        assert again.status in {202, 503}
        if again.status == 503:
            assert (await scene.send(BODY, event="star", guid="after")).status == 202
        assert taken <= {row["guid"] for row in await scene.stored()}
    await admin.close()


async def test_deliveries_that_arrive_together_share_commits(each_scene: Scene) -> None:
    await each_scene.send(BODY, event="star")
    with commits() as noted:
        answers = await asyncio.gather(*(each_scene.send(BODY, event="star") for _ in range(200)))
    assert {answer.status for answer in answers} == {202}
    assert len(noted) < 100
