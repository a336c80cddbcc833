"""Bring the database's schema up to date, through the same connections as everything else."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.database import Database

# Any constant will do; it keeps two replicas from migrating at once.
_ADVISORY_LOCK = 7_402_165


async def upgrade(database: Database) -> None:
    """Apply every migration that is missing."""
    await database.write(_upgrade)


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for this connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    command.upgrade(config(connection), "head")
