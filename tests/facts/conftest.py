"""A database for tables of cases: SQLite alone, for speed."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.migrate import upgrade


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """Open a fresh, migrated SQLite database."""
    opened = await Database(sqlite_url).open()
    await upgrade(opened)
    yield opened
    await opened.aclose()
