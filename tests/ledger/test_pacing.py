"""The pace of the lanes."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.ledger.pacing import Pace, Pacer, SharedPacer
from storage import lanes
from storage.database import Database

USUAL = Pace(rate=1.0, burst=3.0)


def _let_through(pacer: Pacer, lane: str, now: float, tries: int = 20) -> int:
    return sum(pacer.take(lane, now) for _ in range(tries))


def test_a_lane_lets_a_burst_through_and_then_its_rate() -> None:
    pacer = Pacer(USUAL)
    assert _let_through(pacer, "C1", 0.0) == 3
    assert pacer.opens(0.0) == 1.0
    assert _let_through(pacer, "C1", 0.5) == 0
    assert _let_through(pacer, "C1", 1.0) == 1
    assert _let_through(pacer, "C1", 60.0) == 3


def test_lanes_do_not_share_their_pace() -> None:
    pacer = Pacer(USUAL, {"edits": Pace(rate=10.0, burst=5.0)})
    assert _let_through(pacer, "C1", 0.0) == 3
    assert list(pacer.closed(0.0)) == ["C1"]
    assert _let_through(pacer, "C2", 0.0) == 3
    assert _let_through(pacer, "edits", 0.0) == 5


def test_a_lane_that_was_told_to_wait_opens_exactly_then() -> None:
    for before in (0, 1, 3):
        pacer = Pacer(USUAL)
        _let_through(pacer, "C1", 0.0, before)
        pacer.close("C1", 0.0, 30.0)
        assert list(pacer.closed(29.99)) == ["C1"]
        assert pacer.opens(10.0) == 30.0
        assert _let_through(pacer, "C1", 29.99) == 0
        assert list(pacer.closed(30.0)) == []
        assert _let_through(pacer, "C1", 30.0, 1) == 1


def test_a_shorter_wait_does_not_cut_a_longer_one() -> None:
    pacer = Pacer(USUAL)
    pacer.close("C1", 0.0, 30.0)
    pacer.close("C1", 0.0, 10.0)
    assert list(pacer.closed(20.0)) == ["C1"]


def test_rested_lanes_are_open() -> None:
    pacer = Pacer(USUAL)
    for number in range(1000):
        pacer.take(f"C{number}", 0.0)
    assert not pacer.closed(10.0)


def test_a_clock_that_is_set_back_keeps_no_lane_shut_for_longer() -> None:
    pacer = Pacer(USUAL)
    assert _let_through(pacer, "C1", 5000.0) == 3
    pacer.close("C2", 5000.0, 5030.0)
    assert sorted(pacer.closed(100.0)) == ["C1", "C2"]
    assert pacer.opens(100.0) == 101.0
    assert _let_through(pacer, "C1", 101.0) == 1
    assert list(pacer.closed(129.9)) == ["C2"]
    assert not pacer.closed(130.0)


async def test_a_lane_that_was_closed_by_a_clock_since_set_back_opens_for_all_replicas(
    postgres_url: str,
) -> None:
    database = await Database(postgres_url).open()

    def close(connection: Connection) -> None:
        now, until = (datetime.fromtimestamp(moment, UTC) for moment in (5000, 5030))
        lanes.close(connection, "C1", now=now, until=until)

    async def is_open(moment: float) -> bool:
        def take(connection: Connection) -> bool:
            pacer = SharedPacer(USUAL)
            pacer.begin()
            pacer.look(connection, {"C1"}, moment)
            taken = pacer.take("C1", moment)
            pacer.end(connection)
            return taken

        return await database.write(take)

    await database.write(close)
    assert [await is_open(moment) for moment in (100, 129, 130)] == [False, False, True]
    await database.aclose()


async def test_a_lane_that_filled_up_again_within_a_round_needs_no_mention(
    postgres_url: str,
) -> None:
    database = await Database(postgres_url).open()
    pacer = SharedPacer(USUAL)

    def take(connection: Connection) -> list[str]:
        pacer.begin()
        pacer.look(connection, {"C1"}, 100.0)
        assert pacer.take("C1", 100.0)
        shut = list(pacer.closed(110.0))
        pacer.end(connection)
        return shut

    assert await database.write(take) == []
    await database.aclose()
