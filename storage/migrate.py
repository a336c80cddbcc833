"""Bring the database's schema up to date, through the same connections as everything else."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.database import Database
from storage.sql import MIGRATING, one_at_a_time


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
    one_at_a_time(connection, MIGRATING)
    command.upgrade(config(connection), "head")
