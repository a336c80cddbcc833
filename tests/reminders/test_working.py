"""Working time is counted exactly, by the clock of the place, without weekends, holidays and absences."""

import time as clock
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.reminders.holidays import Holidays
from bot.reminders.working import Away, Calendar

NOTHING, QUARTER, HOUR = timedelta(), timedelta(minutes=15), timedelta(hours=1)
OFFICE = Calendar("Europe/Berlin", country="DE")
FRIDAY_NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)

moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
aways = st.none() | st.builds(
    lambda since, length: Away(since, length and since + length),
    moments,
    st.none() | st.timedeltas(NOTHING, timedelta(days=90)),
)
calendars = st.builds(
    Calendar,
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "America/Nuuk", "Australia/Lord_Howe"]),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 23).map(time),
    st.integers(0, 23).map(time),
    st.sampled_from(["", "DE", "US"]),
    aways,
)
amounts = st.timedeltas(timedelta(microseconds=1), timedelta(hours=90))


def office_hours(calendar: Calendar, at: datetime) -> bool:
    """Tell from the clock on the wall whether an office with day hours works."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    away = calendar.away
    return (
        local.weekday() in calendar.days
        and local.date() not in Holidays(calendar.country)
        and calendar.starts <= local.time() < calendar.ends
        and not (away and away.since <= at and (away.until is None or at < away.until))
    )


@given(moments.map(lambda at: at.replace(minute=0, second=0, microsecond=0)), st.integers(0, 1000))
def test_time_between_is_the_sum_of_its_quarters(start: datetime, quarters: int) -> None:
    away = Away(datetime(2026, 3, 26, 10, tzinfo=UTC), datetime(2026, 4, 2, 13, 15, tzinfo=UTC))
    calendar = Calendar("America/New_York", (0, 2, 3, 6), time(8, 30), time(17, 15), "US", away)
    worked = [at for at in (start + QUARTER * step for step in range(quarters)) if office_hours(calendar, at)]
    assert calendar.working_time_between(start, start + QUARTER * quarters) == len(worked) * QUARTER
    assert all(calendar.is_working(at) for at in worked)


@given(calendars, st.tuples(moments, moments, moments).map(sorted))
def test_parts_add_up_to_the_whole(calendar: Calendar, found: list[datetime]) -> None:
    first, second, third = found
    parts = calendar.working_time_between(first, second) + calendar.working_time_between(second, third)
    assert parts == calendar.working_time_between(first, third)
    assert NOTHING <= parts <= third - first
    assert calendar.working_time_between(third, first) == NOTHING


@given(calendars, moments, amounts)
def test_adding_working_time_takes_exactly_that_long(
    calendar: Calendar, at: datetime, amount: timedelta
) -> None:
    done = calendar.add_working(at, amount)
    if done is None:
        assert calendar.away
        assert calendar.away.until is None
        return
    assert calendar.working_time_between(at, done) == amount
    # Not a moment too late either.
    assert calendar.working_time_between(at, done - timedelta(microseconds=1)) < amount


@given(calendars, moments, amounts, amounts)
def test_adding_twice_is_adding_once(
    calendar: Calendar, at: datetime, one: timedelta, other: timedelta
) -> None:
    halfway = calendar.add_working(at, one)
    assume(halfway is not None)
    assert halfway
    assert calendar.add_working(halfway, other) == calendar.add_working(at, one + other)


@given(calendars, moments)
def test_the_next_working_moment_is_one_and_none_lies_before(calendar: Calendar, at: datetime) -> None:
    following = calendar.next_working(at)
    if following is None:
        assert calendar.away
        assert not calendar.is_working(at)
        return
    assert calendar.is_working(following)
    assert calendar.working_time_between(at, following) == NOTHING
    assert calendar.is_working(at) == (following == at)


def test_the_usual_office() -> None:
    assert OFFICE.is_working(FRIDAY_NOON)
    assert OFFICE.working_time_between(FRIDAY_NOON, FRIDAY_NOON + timedelta(days=7)) == 40 * HOUR
    assert OFFICE.add_working(FRIDAY_NOON, 8 * HOUR) == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert OFFICE.next_working(FRIDAY_NOON + 5 * HOUR) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert OFFICE.next_start(FRIDAY_NOON) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert OFFICE.add_working(FRIDAY_NOON, NOTHING) == FRIDAY_NOON


def test_the_end_of_a_shift_is_free() -> None:
    opens, closes = datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert OFFICE.is_working(opens)
    assert not OFFICE.is_working(closes)


def test_christmas_is_free() -> None:
    eve = datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert OFFICE.add_working(eve, 8 * HOUR) == datetime(2026, 12, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)], ids=str
)
def test_a_day_around_the_clock_is_as_long_as_it_really_was(day: str, hours: int) -> None:
    calendar = Calendar("Europe/Berlin", tuple(range(7)), time(0), time(0))
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert calendar.working_time_between(start, start + hours * HOUR) == hours * HOUR
    assert calendar.next_start(start + HOUR) == start + hours * HOUR


def test_a_night_shift_ends_on_the_next_day() -> None:
    calendar = Calendar("UTC", (4,), time(22), time(6))
    assert calendar.is_working(datetime(2026, 11, 21, 5, tzinfo=UTC))
    assert not calendar.is_working(datetime(2026, 11, 20, 5, tzinfo=UTC))
    new_year = datetime(2028, 1, 1, tzinfo=UTC)
    assert calendar.working_time_between(new_year, new_year + timedelta(days=1)) == 6 * HOUR


def test_somebody_away_works_when_they_are_back() -> None:
    back = datetime(2026, 11, 24, 13, tzinfo=UTC)
    calendar = Calendar("Europe/Berlin", away=Away(FRIDAY_NOON, back))
    assert not calendar.is_working(FRIDAY_NOON)
    assert calendar.next_working(FRIDAY_NOON) == back
    assert calendar.add_working(FRIDAY_NOON - HOUR, 3 * HOUR) == back + 2 * HOUR


def test_somebody_away_without_an_end_does_not_work() -> None:
    calendar = Calendar("Europe/Berlin", away=Away(FRIDAY_NOON))
    assert calendar.next_working(FRIDAY_NOON) is None
    assert calendar.next_start(FRIDAY_NOON) is None
    assert calendar.add_working(FRIDAY_NOON - HOUR, 3 * HOUR) is None
    assert calendar.add_working(FRIDAY_NOON - HOUR, HOUR) == FRIDAY_NOON


def test_working_time_is_never_taken_back() -> None:
    with pytest.raises(ValueError, match="taken back"):
        OFFICE.add_working(FRIDAY_NOON, -HOUR)


def test_ten_years_are_counted_in_no_time() -> None:
    ten_years = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    OFFICE.working_time_between(*ten_years)
    begun = clock.perf_counter()
    for _ in range(100):
        OFFICE.working_time_between(*ten_years)
    assert clock.perf_counter() - begun < 1
