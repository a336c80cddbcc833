"""What is kept of messages that link to pull requests, and for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, insert, select

from bot.pasted.links import QUIET
from storage import pasted
from storage.database import Database
from storage.tables import jobs
from storage.tables import pasted as table
from tests.facts.fact_samples import apply, pull

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
URL = "https://github.com/acme/web/pull/12"


async def _with_pull(database: Database) -> None:
    await apply(database, "pull_request", "opened", pull_request=pull())


async def _paste(database: Database, ts: str, channel: str = "C1", *, after: timedelta = timedelta()) -> bool:
    return await database.write(
        lambda found: pasted.add(
            found, channel=channel, ts=ts, pull_id=100, url=URL, quiet=QUIET, now=NOW + after
        )
    )


async def _unfurled(database: Database) -> dict[str, bool]:
    query = select(table.c.channel, table.c.ts, table.c.unfurled)
    found = await database.read(lambda connection: connection.execute(query).all())
    return {f"{channel} {ts}": unfurled for channel, ts, unfurled in found}


async def test_a_channel_sees_a_pull_request_once_in_half_an_hour(database: Database) -> None:
    await _with_pull(database)
    half_an_hour = timedelta(minutes=30)
    await _paste(database, "1")
    await _paste(database, "2", after=half_an_hour - timedelta(seconds=1))
    await _paste(database, "3", after=half_an_hour)
    await _paste(database, "1", "C2", after=timedelta(minutes=1))
    assert await _unfurled(database) == {"C1 1": True, "C1 2": False, "C1 3": True, "C2 1": True}


async def test_a_message_is_kept_once(database: Database) -> None:
    await _with_pull(database)
    assert await _paste(database, "1")
    assert not await _paste(database, "1", after=timedelta(hours=1))
    keys = await database.read(lambda found: found.execute(select(jobs.c.key)).scalars().all())
    assert [key for key in keys if key.startswith("pasted:")] == ["pasted:C1:1:100"]


async def test_what_is_old_is_forgotten_some_rows_at_a_time_by_an_index(database: Database) -> None:
    await _with_pull(database)
    moments = [NOW - timedelta(days=days) for days in (90, 60, 31, 29, 1)]
    rows = [
        {"channel": "C1", "ts": str(at), "pull_id": 100, "unfurled": True, "pasted_at": at} for at in moments
    ]
    await database.write(lambda found: found.execute(insert(table), rows))
    before = NOW - timedelta(days=30)
    plans: list[str] = []

    def prune(connection: Connection) -> bool:
        statements: list[tuple[str, Any]] = []

        def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            statements.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", hear)
        more = pasted.prune(connection, before=before, rows=2)
        event.remove(connection, "before_cursor_execute", hear)
        if database.is_sqlite:
            for words, values in statements:
                plans.extend(
                    row.detail
                    for row in connection.exec_driver_sql(
                        f"EXPLAIN QUERY PLAN {words}", values[0] if isinstance(values, list) else values
                    )
                )
        return more

    assert await database.write(prune)
    assert len(await _unfurled(database)) == 3
    assert not await database.write(prune)
    assert not await database.write(prune)
    assert len(await _unfurled(database)) == 2
    assert not [plan for plan in plans if plan.startswith("SCAN pasted")]
