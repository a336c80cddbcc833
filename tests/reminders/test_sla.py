"""Whoever keeps a pull request waiting hears of it step by step, counted in working time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.reminders.sla import Due, Ladder, Step, due, format_ladder, parse_ladder
from bot.reminders.working import Away, Calendar

BERLIN = Calendar("Europe/Berlin")
LADDER = Ladder((8, 16, 24))
THURSDAY_NOON = datetime(2026, 11, 19, 11, tzinfo=UTC)
FRIDAY_NOON = THURSDAY_NOON + timedelta(days=1)
MONDAY_NOON = THURSDAY_NOON + timedelta(days=4)
TUESDAY_NOON = THURSDAY_NOON + timedelta(days=5)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (THURSDAY_NOON, Due(None, Step.REVIEWER, FRIDAY_NOON)),
        (FRIDAY_NOON - timedelta(microseconds=1), Due(None, Step.REVIEWER, FRIDAY_NOON)),
        (FRIDAY_NOON, Due(Step.REVIEWER, Step.AUTHOR, MONDAY_NOON)),
        (FRIDAY_NOON + timedelta(days=2), Due(Step.REVIEWER, Step.AUTHOR, MONDAY_NOON)),
        (MONDAY_NOON, Due(Step.AUTHOR, Step.CHANNEL, TUESDAY_NOON)),
        (TUESDAY_NOON, Due(Step.CHANNEL, None, None)),
        (TUESDAY_NOON + timedelta(days=900), Due(Step.CHANNEL, None, None)),
    ],
)
def test_reviewer_author_and_channel_hear_of_it_in_turn(now: datetime, expected: Due) -> None:
    assert due(LADDER, THURSDAY_NOON, now, BERLIN) == expected


def test_an_absence_stops_the_clock() -> None:
    away = Calendar("Europe/Berlin", away=Away(THURSDAY_NOON, MONDAY_NOON))
    assert due(LADDER, THURSDAY_NOON, MONDAY_NOON, away) == Due(None, Step.REVIEWER, TUESDAY_NOON)
    gone = Calendar("Europe/Berlin", away=Away(THURSDAY_NOON))
    assert due(LADDER, THURSDAY_NOON, MONDAY_NOON, gone) == Due(None, Step.REVIEWER, None)


rising = st.lists(st.integers(1, 1000), min_size=3, max_size=3, unique=True).map(sorted)
ladders = rising.map(lambda hours: Ladder((hours[0], hours[1], hours[2])))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ladders, moments)
def test_each_step_falls_due_at_the_moment_that_was_told(ladder: Ladder, since: datetime) -> None:
    found, steps = due(ladder, since, since, BERLIN), []
    while found.at:
        assert due(ladder, since, found.at - timedelta(microseconds=1), BERLIN) == found
        steps.append(found.then)
        found = due(ladder, since, found.at, BERLIN)
        assert found.step is steps[-1]
    assert steps == list(Step)


@given(ladders)
def test_a_ladder_is_read_back_as_it_was_written(ladder: Ladder) -> None:
    assert parse_ladder(format_ladder(ladder)) == ladder


@pytest.mark.parametrize(
    ("text", "hours"),
    [("8h", (8, 16, 24)), ("4", (4, 8, 12)), ("4h,8h,40H", (4, 8, 40)), ("1 2, 3", (1, 2, 3))],
)
def test_one_number_stands_for_three(text: str, hours: tuple[int, int, int]) -> None:
    assert parse_ladder(text) == Ladder(hours)


@pytest.mark.parametrize(
    "text", ["", "h", "0h", "-1h", "8h,16h", "8h,8h,9h", "9,8,7", "1001h", "400h", "8d", "1,2,3,4"]
)
def test_what_is_no_ladder_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match="write it like `8h`"):
        parse_ladder(text)
