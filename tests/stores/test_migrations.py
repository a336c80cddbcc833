"""The migrations make exactly what the tables describe, however often and by however many."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage.database import Database
from storage.migrate import config, upgrade
from storage.tables import metadata


def _differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def test_the_migrations_make_what_the_tables_describe(database: Database) -> None:
    assert await database.read(_differences) == []
    names = await database.read(lambda connection: set(inspect(connection).get_table_names()))
    assert names == {*metadata.tables, "alembic_version"}


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await upgrade(database)
    assert await database.read(_differences) == []


async def test_replicas_that_start_together_migrate_once(postgres_url: str) -> None:
    replicas = [await Database(postgres_url).open() for _ in range(3)]
    await asyncio.gather(*(upgrade(replica) for replica in replicas))
    assert await replicas[0].read(_differences) == []
    for replica in replicas:
        await replica.aclose()


async def test_the_migrations_are_one_line_of_descent(database: Database) -> None:
    def heads(connection: Connection) -> list[str]:
        return list(ScriptDirectory.from_config(config(connection)).get_heads())

    assert len(await database.read(heads)) == 1
