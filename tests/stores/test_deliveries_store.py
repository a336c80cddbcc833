"""The inbox's table, on each kind of database."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, RowMapping

from bot.inbox.receiver import Delivery, as_row
from storage import deliveries
from storage.database import Database

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _rows(*guids: str, at: datetime = NOW, state: str = "new") -> list[dict[str, object]]:
    return [as_row(Delivery(guid, "push", None, "octo/hello", b"{}", state, at)) for guid in guids]


async def _insert(database: Database, rows: Sequence[dict[str, object]]) -> set[str]:
    return await database.write(lambda connection: deliveries.insert_new(connection, rows))


async def _due(database: Database, now: datetime, limit: int = 10) -> Sequence[RowMapping]:
    return await database.write(lambda connection: deliveries.due(connection, now=now, limit=limit))


async def test_a_number_is_stored_once_within_a_batch_and_across_batches(database: Database) -> None:
    assert await _insert(database, _rows("a", "b", "a")) == {"a", "b"}
    assert await _insert(database, _rows("b", "c")) == {"c"}
    assert await _insert(database, _rows("a", "b", "c")) == set()
    assert [row["guid"] for row in await _due(database, NOW)] == ["a", "b", "c"]


async def test_batches_at_once_agree_on_who_was_first(database: Database) -> None:
    guids = [f"g{number}" for number in range(20)]
    news = await asyncio.gather(*(_insert(database, _rows(*guids)) for _ in range(8)))
    assert sorted(guid for new in news for guid in new) == sorted(guids)


async def test_only_new_deliveries_are_due_oldest_first_and_not_before_their_time(database: Database) -> None:
    await _insert(database, _rows("late", at=NOW + SECOND))
    await _insert(database, _rows("early", "twin"))
    await _insert(database, _rows("ignored", state="ignored"))
    assert [row["guid"] for row in await _due(database, NOW)] == ["early", "twin"]
    assert [row["guid"] for row in await _due(database, NOW + SECOND, limit=3)] == ["early", "twin", "late"]
    assert [row["guid"] for row in await _due(database, NOW + SECOND, limit=1)] == ["early"]


async def test_a_delivery_is_settled_or_tried_again_or_given_up(database: Database) -> None:
    await _insert(database, _rows("done", "again", "lost"))
    done, again, lost = [row["id"] for row in await _due(database, NOW)]

    def work(connection: Connection) -> None:
        deliveries.settle(connection, [done], "done", now=NOW)
        later = NOW + 4 * SECOND
        deliveries.set_back(connection, again, error="no", run_at=later, attempts=1, failed=False)
        deliveries.set_back(connection, lost, error="never", run_at=later, attempts=5, failed=True)

    await database.write(work)
    assert not await _due(database, NOW)
    (row,) = await _due(database, NOW + 4 * SECOND)
    assert (row["guid"], row["attempts"], row["error"]) == ("again", 1, "no")
    assert await database.read(deliveries.failed) == 1
    assert await database.read(deliveries.latest) == NOW


async def test_replicas_that_get_the_same_in_different_order_never_wait_for_each_other(
    postgres_url: str,
) -> None:
    replicas = [await Database(postgres_url).open() for _ in range(2)]
    for number in range(20):
        rows = _rows(*(f"{number} {one}" for one in range(20)))
        both = (_insert(replicas[0], rows), _insert(replicas[1], rows[::-1]))
        first, second = await asyncio.gather(*both)
        assert len(first) + len(second) == len(first | second) == 20
    for replica in replicas:
        await replica.aclose()
