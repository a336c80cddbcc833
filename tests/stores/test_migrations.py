"""The migrations make exactly what the tables describe, however often and by however many."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage.database import Database
from storage.migrate import config, upgrade
from storage.tables import metadata


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
