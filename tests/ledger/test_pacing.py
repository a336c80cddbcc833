"""The pace of the lanes."""

from bot.ledger.pacing import Pace, Pacer

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
        pacer.close("C1", 30.0)
        assert list(pacer.closed(29.99)) == ["C1"]
        assert pacer.opens(10.0) == 30.0
        assert _let_through(pacer, "C1", 29.99) == 0
        assert list(pacer.closed(30.0)) == []
        assert _let_through(pacer, "C1", 30.0, 1) == 1


def test_a_shorter_wait_does_not_cut_a_longer_one() -> None:
    pacer = Pacer(USUAL)
    pacer.close("C1", 30.0)
    pacer.close("C1", 10.0)
    assert list(pacer.closed(20.0)) == ["C1"]


def test_rested_lanes_are_open() -> None:
    pacer = Pacer(USUAL)
    for number in range(1000):
        pacer.take(f"C{number}", 0.0)
    assert not pacer.closed(10.0)
