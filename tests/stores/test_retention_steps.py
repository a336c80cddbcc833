"""However much is stored, each step of forgetting looks at a few rows only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, insert, select

from handlers.retention import Stride
from storage import evidence, lanes, retention
from storage.database import Database
from storage.tables import deliveries, envelopes, jobs
from storage.tables import lanes as lane_table

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
OLD = NOW - timedelta(days=31)
ROWS = 5

STEPS: dict[str, Callable[[Connection], Any]] = {
    "jobs": lambda found: retention.prune_jobs(
        found, kinds={"show", "mail", "once"}, before=NOW, now=NOW, rows=ROWS
    ),
    "bodies": lambda found: retention.empty_bodies(found, before=NOW, now=NOW, rows=ROWS),
    "showings": lambda found: evidence.prune_showings(found, before=NOW, rows=ROWS),
    "envelopes": lambda found: retention.forget_envelopes(found, before=NOW, rows=ROWS),
}
MANY = 5_000


def _fill(connection: Connection) -> None:
    usual = {"kind": "show", "ordering": "o", "payload": {}, "state": "done", "priority": 50}
    moments = {"run_at": OLD, "created_at": OLD, "finished_at": OLD}
    delivery = {"event": "push", "body": b"x" * 200, "state": "done", "received_at": OLD, "run_at": OLD}
    connection.execute(insert(jobs), [{"key": f"k{at}", **usual, **moments} for at in range(MANY)])
    connection.execute(insert(deliveries), [{"guid": f"g{at}", **delivery} for at in range(MANY)])
    connection.execute(insert(envelopes), [{"id": f"e{at}", "seen_at": OLD} for at in range(MANY)])


def _plans(connection: Connection, step: Callable[[Connection], Any]) -> list[str]:
    """Take the step and return how the engine finds the rows of each of its statements."""
    sqlite = connection.dialect.name == "sqlite"
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    step(connection)
    event.remove(connection, "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    found = [connection.exec_driver_sql(explain + words, values).all() for words, values in said]
    return [str(row[-1]).strip() for rows in found for row in rows]


@pytest.mark.parametrize("name", STEPS)
async def test_each_step_finds_its_rows_by_an_index_among_thousands(name: str, database: Database) -> None:
    await database.write(_fill)
    plans = await database.write(lambda found: _plans(found, STEPS[name]))
    assert plans
    # A sub-query's own few rows and a table of a row or none are read as they are.
    whole = [plan for plan in plans if plan.startswith("SCAN") or "Seq Scan" in plan]
    assert not [plan for plan in whole if any(table in plan for table in ("jobs", "deliveries", "envelopes"))]


async def test_a_step_takes_no_more_rows_than_it_was_told(database: Database) -> None:
    await database.write(_fill)

    def changed(connection: Connection) -> list[int]:
        counts: list[int] = []

        def hear(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith(("DELETE", "UPDATE deliveries")):
                counts.append(cursor.rowcount)

        event.listen(connection, "after_cursor_execute", hear)
        for step in STEPS.values():
            step(connection)
        event.remove(connection, "after_cursor_execute", hear)
        return counts

    assert await database.write(changed) == [ROWS] * 3


async def test_lanes_are_few_and_forgotten_at_once(database: Database) -> None:
    def work(connection: Connection) -> None:
        lanes.close(connection, "old", now=OLD, until=OLD)
        retention.forget_lanes(connection, before=NOW)

    await database.write(work)
    assert await database.read(lambda found: found.execute(select(lane_table)).all()) == []


@given(st.lists(st.floats(0, 10), max_size=40))
def test_a_step_has_always_some_rows_and_never_many(durations: list[float]) -> None:
    stride = Stride()
    for seconds in durations:
        before = stride.rows
        stride.took(seconds)
        assert 1 <= stride.rows <= min(2 * before, 250)


def test_after_a_slow_step_the_next_one_is_as_much_shorter_and_grows_again() -> None:
    stride = Stride(rows=200)
    stride.took(0.3)
    assert stride.rows == 10
    for _ in range(9):
        stride.took(0.001)
    assert stride.rows == 250
