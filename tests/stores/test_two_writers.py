"""Two programs that read before they write to one SQLite file: neither is refused, and nothing is lost."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url

from storage import cursors
from storage.database import Database
from storage.migrate import upgrade
from tests.ledger.ledger_kit import HandClock

NOW = HandClock().now()


async def test_who_comes_between_anothers_reading_and_writing_waits_instead_of_spoiling_it(
    sqlite_url: str,
) -> None:
    path = Path(str(make_url(sqlite_url).database))
    database = await Database(sqlite_url).open()
    try:
        await upgrade(database)

        def work(connection: Connection) -> None:
            before = int(cursors.get(connection, "count") or 0)
            with (
                contextlib.closing(sqlite3.connect(path, timeout=0)) as other,
                pytest.raises(sqlite3.OperationalError, match="locked"),
                other,
            ):
                other.execute("INSERT INTO cursors VALUES ('count', '40', '2026-01-01 00:00:00')")
            cursors.put(connection, "count", str(before + 1), now=NOW)

        await database.write(work)
        assert await database.read(lambda found: cursors.get(found, "count")) == "1"
    finally:
        await database.aclose()
