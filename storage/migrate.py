"""Bring the database's schema up to date, through the same connections as everything else."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from storage.database import Database
from storage.sql import MIGRATING, one_at_a_time
from storage.tables import compatibility

# What this code can work with. A migration that takes away or changes what older code uses raises the number
# that the database `needs`, and comes a release after the code that can do without: expand, then contract.
COMPATIBILITY = 1


class SchemaTooNew(Exception):
    """The database was migrated by a newer version, which says that this one cannot work with it."""


async def upgrade(database: Database) -> None:
    """Apply every migration that is missing; raises SchemaTooNew when older code must keep away.

    A newer schema that only adds to this one is left as it is: a replica of the next version migrated first.
    """
    await database.write(_upgrade)


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for this connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


def require(connection: Connection, number: int) -> None:
    """Let only code of at least this COMPATIBILITY work with the database; for migrations that contract."""
    connection.execute(compatibility.update().values(needs=number))


def _upgrade(connection: Connection) -> None:
    one_at_a_time(connection, MIGRATING)
    alembic = config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(alembic).walk_revisions()}
    if set(MigrationContext.configure(connection).get_current_heads()) <= known:
        command.upgrade(alembic, "head")
        return
    needs = connection.execute(select(compatibility.c.needs)).scalar()
    if needs is not None and needs > COMPATIBILITY:
        raise SchemaTooNew(
            "a newer PatchForge changed its tables in a way this version cannot work with; run the newer one"
        )
