"""The one way to the database: all or nothing, shared commits, and clear words when it is away."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest
from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from storage.database import DELIVERIES, JOBS, Database, DatabaseUnavailable, announce, savepoint
from storage.sql import later
from storage.tables import people

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def _add(connection: Connection, user: str) -> None:
    connection.execute(insert(people).values(slack_user=user, login=user, created_at=NOW))


async def _users(database: Database) -> list[str]:
    query = select(people.c.slack_user).order_by(people.c.slack_user)
    return await database.read(lambda connection: list(connection.execute(query).scalars()))


async def test_a_unit_of_work_is_all_or_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        _add(connection, "U1")
        raise KeyError("half way")

    with pytest.raises(KeyError, match="half way"):
        await database.write(work)
    assert await _users(database) == []


async def test_one_that_fails_does_not_take_its_neighbours_with_it(database: Database) -> None:
    def broken(connection: Connection) -> None:
        _add(connection, "U9")
        connection.execute(text("SELECT * FROM no_such_table"))

    await database.write(lambda found: _add(found, "U0"))
    good = [partial(_add, user=f"U{number}") for number in range(1, 5)]
    works: list[Callable[[Connection], None]] = [*good[:2], partial(_add, user="U0"), broken, *good[2:]]
    answers = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert isinstance(answers[2], IntegrityError)
    assert isinstance(answers[3], DBAPIError)
    assert [*answers[:2], *answers[4:]] == [None] * 4
    assert await _users(database) == ["U0", "U1", "U2", "U3", "U4"]


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await database.read(lambda connection: _add(connection, "U1"))
    assert await _users(database) == []


async def test_a_reader_sees_one_moment_only(database: Database) -> None:
    count = text("SELECT count(*) FROM people")

    async def add_elsewhere() -> None:
        other = await Database(database.url.render_as_string(hide_password=False)).open()
        await other.write(lambda connection: _add(connection, "U1"))
        await other.aclose()

    def look(connection: Connection) -> tuple[int, int]:
        before = connection.execute(count).scalar_one()
        elsewhere = threading.Thread(target=lambda: asyncio.run(add_elsewhere()))
        elsewhere.start()
        elsewhere.join()
        return before, connection.execute(count).scalar_one()

    assert await database.read(look) == (0, 0)
    assert await _users(database) == ["U1"]


async def test_whoever_has_work_is_woken_after_the_commit(database: Database) -> None:
    woken: list[frozenset[str]] = []
    database.on_work = woken.append

    def work(connection: Connection) -> None:
        announce(connection, JOBS)
        announce(connection, DELIVERIES)

    await database.write(lambda connection: _add(connection, "U1"))
    assert woken == []
    await database.write(work)
    assert woken == [frozenset({JOBS, DELIVERIES})]
    await database.write(lambda connection: _add(connection, "U2"))
    assert len(woken) == 1


async def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises((StatementError, ValueError), match="naive datetime"):
        await database.write(
            lambda found: found.execute(insert(people).values(slack_user="U1", login="U1", created_at=naive))
        )


async def test_a_caller_that_gives_up_leaves_the_writer_working(database: Database) -> None:
    writing = [asyncio.create_task(database.write(lambda found: _add(found, "U1"))) for _ in range(3)]
    for task in writing:
        task.cancel()
    await asyncio.gather(*writing, return_exceptions=True)
    await database.write(lambda connection: _add(connection, "U2"))
    assert "U2" in await _users(database)


async def test_a_locked_file_is_named_unavailable_and_comes_back(sqlite_url: str) -> None:
    database = await Database(sqlite_url).open()
    await database.write(lambda found: found.execute(text("CREATE TABLE t (x)")))
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [
        database.write(lambda found: found.execute(text("INSERT INTO t VALUES (1)"))) for _ in range(3)
    ]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 3
    other.execute("ROLLBACK")
    other.close()
    await database.write(lambda found: found.execute(text("INSERT INTO t VALUES (1)")))
    count = await database.read(lambda found: found.execute(text("SELECT count(*) FROM t")).scalar_one())
    assert count == 1
    await database.aclose()


async def test_nobody_is_told_kept_when_sqlite_rolls_back_by_itself(sqlite_url: str) -> None:
    database = await Database(sqlite_url).open()
    await database.write(lambda found: found.execute(text("CREATE TABLE t (x)")))

    def full(connection: Connection) -> None:
        with contextlib.suppress(Exception):
            connection.exec_driver_sql("ROLLBACK")  # as SQLite does on a full disk

    together: tuple[list[Callable[[Connection], None]], ...] = ([full], [_insert_one, full, _insert_one])
    for works in together:
        answers = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
        assert [answer for answer in answers if not isinstance(answer, DatabaseUnavailable)] == []
    await database.write(_insert_one)
    count = await database.read(lambda found: found.execute(text("SELECT count(*) FROM t")).scalar_one())
    assert count == 1
    await database.aclose()


def _insert_one(connection: Connection) -> None:
    connection.execute(text("INSERT INTO t VALUES (1)"))


async def test_what_was_committed_is_there_for_the_next_process(sqlite_url: str) -> None:
    first = await Database(sqlite_url).open()
    await first.write(lambda found: found.execute(text("CREATE TABLE t (x)")))
    writing = [
        asyncio.create_task(first.write(lambda found: found.execute(text("INSERT INTO t VALUES (1)"))))
        for _ in range(50)
    ]
    await asyncio.gather(*writing)
    await first.aclose()
    second = await Database(sqlite_url).open()
    count = await second.read(lambda found: found.execute(text("SELECT count(*) FROM t")).scalar_one())
    journal = await second.read(lambda found: found.execute(text("PRAGMA journal_mode")).scalar_one())
    assert (count, journal) == (50, "wal")
    await second.aclose()


@pytest.mark.parametrize("url", ["postgresql+asyncpg://nobody@127.0.0.1:1/none"])
async def test_a_server_that_is_not_there_is_named_unavailable(url: str) -> None:
    database = await Database(url).open()
    for call in (database.read, database.write):
        with pytest.raises(DatabaseUnavailable):
            await call(lambda found: found.execute(text("SELECT 1")))
    await database.aclose()


async def test_a_statement_that_waits_for_the_next_fails_only_whoever_wrote_it(database: Database) -> None:
    wait = insert(people).values(slack_user=bindparam("user"), login=bindparam("user"), created_at=NOW)

    def careless(connection: Connection) -> None:
        later(connection, wait, {"user": "U0"})

    await database.write(careless)
    works: list[Callable[[Connection], None]] = [partial(_add, user="U1"), careless, partial(_add, user="U2")]
    for together in (works, works[1:2], [careless, careless]):
        answers = await asyncio.gather(*(database.write(work) for work in together), return_exceptions=True)
        assert [isinstance(answer, Exception) for answer in answers] == [
            work is careless for work in together
        ]
    assert await _users(database) == ["U0", "U1", "U2"]


async def test_a_statement_that_waited_fails_inside_the_savepoint_that_it_was_written_in(
    database: Database,
) -> None:
    wait = insert(people).values(slack_user=bindparam("user"), login=bindparam("user"), created_at=NOW)

    def work(connection: Connection) -> str:
        try:
            with savepoint(connection):
                later(connection, wait, {"user": "U" * 1000})
                later(connection, wait, {"user": "U0"})
                later(connection, wait, {"user": "U0"})
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error):
            return "set back"
        return "kept"

    assert await database.write(work) == "set back"
    assert await _users(database) == []


async def test_what_failed_after_a_write_is_undone_alone(database: Database) -> None:
    def work(connection: Connection) -> None:
        _add(connection, "U1")
        with contextlib.suppress(KeyError), savepoint(connection):
            _add(connection, "U2")
            raise KeyError
        _add(connection, "U3")

    await database.write(work)
    assert await _users(database) == ["U1", "U3"]


async def test_a_connection_that_was_lost_meanwhile_is_made_anew_without_a_failure(postgres_url: str) -> None:
    database, other = [await Database(postgres_url).open() for _ in range(2)]
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await database.write(lambda found: _add(found, "U1"))
    await other.write(lambda found: found.execute(cut).all())
    await database.write(lambda found: _add(found, "U2"))
    assert await _users(database) == ["U1", "U2"]
    for one in (database, other):
        await one.aclose()
