"""What is old is forgotten, and nothing that keeps an effect from happening twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, insert, select

from bot.inbox.processor import Processor
from bot.inbox.receiver import Delivery, as_row
from storage import cursors, deliveries, envelopes, lanes, retention
from storage.database import Database
from storage.tables import deliveries as delivery_table
from storage.tables import envelopes as envelope_table
from storage.tables import jobs as table
from storage.tables import lanes as lane_table
from tests.ledger.ledger_kit import HandClock

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, YOUNG = NOW - 31 * DAY, NOW - 29 * DAY


def _job(key: str, **values: Any) -> dict[str, Any]:
    usual = {"kind": "show", "payload": {}, "state": "done", "priority": 50}
    moments = {"run_at": OLD, "created_at": OLD, "finished_at": OLD}
    return {"key": key, "ordering": key, **usual, **moments, **values}


async def _keys(database: Database) -> list[str]:
    return await database.read(
        lambda found: list(found.execute(select(table.c.key).order_by(table.c.id)).scalars())
    )


async def _all(database: Database, step: Callable[[Connection], bool]) -> int:
    """Take steps to the end and return how many there were."""
    steps = 1
    while await database.write(step):
        steps += 1
    return steps


def _prune(connection: Connection) -> bool:
    return retention.prune_jobs(connection, kinds={"show", "mail"}, before=NOW - 30 * DAY, now=NOW, rows=250)


def _empty(connection: Connection) -> bool:
    return retention.empty_bodies(connection, before=NOW - 14 * DAY, now=NOW, rows=100)


async def test_only_jobs_that_ended_long_ago_and_guard_nothing_are_forgotten(database: Database) -> None:
    rows = [
        _job("done"),
        _job("parked", state="parked"),
        _job("failed", state="failed", kind="mail"),
        _job("ambiguous", state="ambiguous", kind="mail"),
        _job("guards", kind="once"),
        _job("waits", state="ready", finished_at=None),
        _job("runs", state="running", finished_at=None),
        _job("shown again lately", finished_at=YOUNG),
        _job("done too"),
        _job("young", created_at=YOUNG, finished_at=YOUNG),
    ]
    await database.write(lambda found: [found.execute(insert(table).values(row)) for row in rows])
    await _all(database, _prune)
    kept = ["ambiguous", "guards", "waits", "runs", "shown again lately", "young"]
    assert await _keys(database) == kept
    await _all(database, _prune)
    assert await _keys(database) == kept


async def test_the_newest_job_stays_for_its_number_must_not_come_again(database: Database) -> None:
    await database.write(lambda found: found.execute(insert(table), [_job("a"), _job("b")]))
    await _all(database, _prune)
    assert await _keys(database) == ["b"]


async def test_many_jobs_are_forgotten_in_many_short_steps_past_those_that_stay(database: Database) -> None:
    rows = [_job(f"j{number}", kind="once" if number % 3 else "show") for number in range(2000)]
    await database.write(lambda found: found.execute(insert(table), rows))
    assert await _all(database, _prune) == 9
    assert len(await _keys(database)) == 2000 - 667
    assert await database.read(lambda found: cursors.get(found, "retention.jobs")) == "0"


async def _put_in(database: Database, *rows: tuple[str, str, datetime]) -> None:
    values = [as_row(Delivery(guid, "push", None, "o/r", b"{}", state, at)) for guid, state, at in rows]
    await database.write(lambda found: deliveries.insert_new(found, values))


async def _deliveries(database: Database) -> dict[str, RowMapping]:
    rows = await database.read(lambda found: found.execute(select(delivery_table)).mappings().all())
    return {row["guid"]: row for row in rows}


async def test_old_bodies_are_emptied_but_rows_stay_and_what_waits_keeps_its_own(
    database: Database,
) -> None:
    old, young = NOW - 15 * DAY, NOW - 13 * DAY
    await _put_in(
        database,
        *((f"old{number}", "done", old) for number in range(250)),
        ("waits", "new", old),
        ("failed", "failed", old),
        ("young", "done", young),
    )
    assert await _all(database, _empty) == 3
    rows = await _deliveries(database)
    assert len(rows) == 253
    assert {guid for guid, row in rows.items() if row["body"] != deliveries.GONE} == {"waits", "young"}
    assert not await database.write(_empty)


@pytest.mark.parametrize("body_is_gone", [False, True])
async def test_a_delivery_can_be_replayed_unless_its_body_is_gone(
    database: Database, *, body_is_gone: bool
) -> None:
    await _put_in(database, ("a", "done", NOW - 15 * DAY))
    if body_is_gone:
        await database.write(_empty)
    (row,) = (await _deliveries(database)).values()
    asked = await database.write(lambda found: deliveries.again(found, row["id"], now=NOW))
    assert asked is not body_is_gone
    assert not await database.write(lambda found: deliveries.again(found, 99, now=NOW))


async def test_a_body_that_is_gone_is_named_as_the_reason_when_it_is_processed_all_the_same(
    database: Database,
) -> None:
    await _put_in(database, ("a", "done", NOW - 15 * DAY))
    await database.write(_empty)
    await database.write(lambda found: found.execute(delivery_table.update().values(state="new")))
    processor = Processor[None](
        database, HandClock(), {}, claim=lambda _connection: None, start=lambda _claimed: None
    )
    await database.write(processor.round)
    (row,) = (await _deliveries(database)).values()
    assert (row["state"], row["error"]) == ("failed", "malformed: its body is gone")


async def test_an_envelope_is_seen_once_for_a_day(database: Database) -> None:
    async def seen(now: datetime) -> bool:
        return await database.write(lambda found: envelopes.seen(found, "e1", now))

    assert [await seen(NOW), await seen(NOW), await seen(NOW + DAY)] == [False, True, True]
    await database.write(lambda found: retention.forget_envelopes(found, before=NOW, rows=9))
    assert await seen(NOW + DAY)
    await database.write(lambda found: retention.forget_envelopes(found, before=NOW + DAY, rows=9))
    assert not await seen(NOW + 2 * DAY)


async def test_many_envelopes_are_forgotten_step_by_step(database: Database) -> None:
    rows = [{"id": str(number), "seen_at": OLD if number < 600 else NOW} for number in range(700)]
    await database.write(lambda found: found.execute(insert(envelope_table), rows))
    assert await _all(database, lambda found: retention.forget_envelopes(found, before=NOW, rows=250)) == 3
    left = await database.read(lambda found: found.execute(select(envelope_table)).all())
    assert len(left) == 100


async def test_lanes_that_nobody_used_are_forgotten_unless_they_are_closed(database: Database) -> None:
    def work(connection: Connection) -> None:
        lanes.close(connection, "old", now=OLD, until=OLD + DAY)
        lanes.close(connection, "closed", now=OLD, until=NOW + DAY)
        lanes.close(connection, "new", now=NOW, until=NOW)
        retention.forget_lanes(connection, before=NOW)

    await database.write(work)
    names = await database.read(lambda found: set(found.execute(select(lane_table.c.name)).scalars()))
    assert names == {"closed", "new"}
