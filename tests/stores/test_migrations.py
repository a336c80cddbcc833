"""The migrations make exactly what the tables describe, however often and by however many."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from storage import jobs, leases
from storage.database import Database
from storage.migrate import COMPATIBILITY, SchemaTooNew, config, require, upgrade
from storage.tables import metadata
from tests.ledger.ledger_kit import HandClock


def _differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


@pytest.fixture(params=["sqlite_url", "empty_postgres_url"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def migrated(empty_url: str) -> AsyncIterator[Database]:
    """Migrate an empty database."""
    database = await Database(empty_url).open()
    await upgrade(database)
    yield database
    await database.aclose()


async def test_the_migrations_make_what_the_tables_describe(migrated: Database) -> None:
    assert await migrated.read(_differences) == []
    names = await migrated.read(lambda connection: set(inspect(connection).get_table_names()))
    assert names == {*metadata.tables, "alembic_version"}


async def test_upgrading_again_changes_nothing(migrated: Database) -> None:
    await upgrade(migrated)
    assert await migrated.read(_differences) == []


async def test_replicas_that_start_together_migrate_once(empty_postgres_url: str) -> None:
    replicas = [await Database(empty_postgres_url).open() for _ in range(3)]
    await asyncio.gather(*(upgrade(replica) for replica in replicas))
    assert await replicas[0].read(_differences) == []
    for replica in replicas:
        await replica.aclose()


async def test_the_migrations_are_one_line_of_descent(database: Database) -> None:
    def heads(connection: Connection) -> list[str]:
        return list(ScriptDirectory.from_config(config(connection)).get_heads())

    assert len(await database.read(heads)) == 1


def _expand(connection: Connection) -> None:
    """Do what the next version's migration may do."""
    connection.execute(text("ALTER TABLE jobs ADD COLUMN mood VARCHAR(20) DEFAULT 'calm' NOT NULL"))
    connection.execute(text("ALTER TABLE deliveries ADD COLUMN mood VARCHAR(20)"))
    connection.execute(text("CREATE TABLE moods (id INTEGER PRIMARY KEY)"))
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def _work(connection: Connection, key: str) -> list[str]:
    """Do what this version does with the ledger."""
    now = HandClock().now()
    jobs.enqueue(connection, "k", key, now=now, again=True)
    rows = leases.candidates(connection, now=now, limit=9, closed_lanes=())
    claimed = leases.claim(connection, rows, lease="mine", until=now)
    return [job.key for job in claimed if leases.finish(connection, job, now=now, outcome={})]


async def test_this_version_works_on_while_a_newer_one_migrates_and_after_a_restart(
    database: Database, database_url: str
) -> None:
    assert await database.write(lambda found: _work(found, "a")) == ["a"]
    newer = await Database(database_url).open()
    await newer.write(_expand)
    await newer.aclose()
    for key in "abc":
        assert await database.write(lambda found, key=key: _work(found, key)) == [key]  # type: ignore[misc]
    await upgrade(database)
    assert await database.write(lambda found: _work(found, "d")) == ["d"]


async def test_a_column_that_becomes_wider_disturbs_nobody_who_reads_it(postgres_url: str) -> None:
    database = await Database(postgres_url).open()
    newer = await Database(postgres_url).open()

    async def everybody(key: str) -> None:
        works = [database.write(lambda found: _work(found, f"{key}{number}")) for number in range(4)]  # noqa: B023
        reads = [database.read(lambda found: jobs.stopped(found)) for _ in range(4)]  # noqa: PLW0108
        await asyncio.gather(*works, *reads)

    for number in range(3):
        await everybody(f"before {number}")
        await newer.write(
            lambda found, width=300 + number: found.execute(  # type: ignore[misc]
                text(f"ALTER TABLE jobs ALTER COLUMN key TYPE VARCHAR({width})")
            )
        )
        await everybody(f"after {number}")
    await newer.aclose()
    await database.aclose()


async def test_a_newer_schema_that_older_code_cannot_use_is_refused(database: Database) -> None:
    await database.write(_expand)
    await database.write(lambda found: require(found, COMPATIBILITY))
    await upgrade(database)
    await database.write(lambda found: require(found, COMPATIBILITY + 1))
    with pytest.raises(SchemaTooNew, match="newer PatchForge"):
        await upgrade(database)
