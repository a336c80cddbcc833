"""A reminder comes at its time by the clock of the place, once, whatever happens to clocks there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.holidays import Holidays
from bot.reminders.schedule import DAILY, WEEKDAYS, Schedule, next_at
from bot.reminders.zones import zone_of

QUARTER = timedelta(minutes=15)
# Clocks change here by half an hour, at midnight, over midnight, twice a year and for a month only.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Nuuk",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)

moments = st.datetimes(datetime(2012, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
schedules = st.builds(
    Schedule,
    st.sets(st.sampled_from(DAILY), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 95).map(lambda quarters: time(quarters // 4, quarters % 4 * 15)),
)
# Most days are without a change of clocks: begin often near one.
changes = st.builds(
    lambda year, month, day, ahead: datetime(year, month, day, tzinfo=UTC) + ahead,
    st.integers(2012, 2036),
    st.sampled_from([3, 4, 9, 10, 11]),
    st.integers(1, 30),
    st.timedeltas(timedelta(), timedelta(days=1)),
)


def expected(schedule: Schedule, after: datetime, zone: str) -> datetime:
    """Look at the clock every quarter of an hour: due when it first shows the time or a later one."""
    where = ZoneInfo(zone)
    for ahead in range(-1, 9):
        day = after.astimezone(where).date() + timedelta(days=ahead)
        wanted = datetime.combine(day, schedule.at)
        at = wanted.replace(tzinfo=UTC) - timedelta(hours=16)
        while at.astimezone(where).replace(tzinfo=None) < wanted:
            at += QUARTER
        if at > after and day.weekday() in schedule.days:
            return at
    raise AssertionError("a week has every weekday")


@given(schedules, moments | changes, st.sampled_from(ZONES))
def test_it_is_due_when_the_clock_first_shows_its_time(
    schedule: Schedule, after: datetime, zone: str
) -> None:
    assert next_at(schedule, after, zone) == expected(schedule, after, zone)


@given(schedules, moments | changes, st.sampled_from(ZONES))
def test_one_comes_after_the_other_and_each_day_once(schedule: Schedule, after: datetime, zone: str) -> None:
    found = [after]
    for _ in range(12):
        following = next_at(schedule, found[-1], zone)
        assert following
        assert following > found[-1]
        assert following.tzinfo is UTC
        found.append(following)
    days = [at.astimezone(ZoneInfo(zone)) for at in found[1:]]
    # Only a time just before midnight that clocks leave out shows on the next day.
    assert len({(at - QUARTER * (at.time() < schedule.at)).date() for at in days}) == len(days)


@pytest.mark.parametrize(
    ("zone", "at", "after", "due"),
    [
        ("Europe/Berlin", time(2, 30), "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        ("Europe/Berlin", time(2, 30), "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:00Z", "2026-10-26T01:30Z"),
        ("America/Nuuk", time(23, 30), "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        ("America/Nuuk", time(23, 30), "2026-03-29T00:59Z", "2026-03-29T01:00Z"),
        ("Australia/Lord_Howe", time(2, 15), "2026-10-03T12:00Z", "2026-10-03T15:30Z"),
        ("Pacific/Apia", time(9, 30), "2011-12-29T19:30Z", "2011-12-30T19:30Z"),
    ],
    ids=["gap", "overlap", "once", "between", "gap over midnight", "after midnight", "half hour", "no day"],
)
def test_changes_of_clocks(zone: str, at: time, after: str, due: str) -> None:
    found = next_at(Schedule(DAILY, at), datetime.fromisoformat(after), zone)
    assert found == datetime.fromisoformat(due)


def test_its_own_zone_comes_before_the_persons() -> None:
    after = datetime(2026, 7, 1, tzinfo=UTC)
    fixed = Schedule(DAILY, time(9), "Asia/Tokyo")
    assert next_at(fixed, after, "Europe/Berlin") == datetime(2026, 7, 2, tzinfo=UTC)
    assert next_at(Schedule(DAILY, time(9)), after, "Europe/Berlin") == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_zone_that_nobody_knows_is_read_as_utc() -> None:
    assert [zone_of(name).key for name in ("", "Mars/Phobos", "../etc/passwd", "Europe", "\x00")] == [
        "UTC"
    ] * 5


def test_holidays_are_left_out() -> None:
    schedule = Schedule(WEEKDAYS, time(9), "Europe/Berlin")
    christmas_eve = datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert next_at(schedule, christmas_eve, "", Holidays("DE")) == datetime(2026, 12, 28, 8, tzinfo=UTC)
    assert next_at(schedule, christmas_eve, "", Holidays()) == datetime(2026, 12, 25, 8, tzinfo=UTC)


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    womens_day = date(2027, 3, 8)
    assert womens_day in Holidays("DE-BE")
    assert womens_day not in Holidays("DE")
    assert "2027-03-08" not in Holidays("DE-BE")


def test_where_every_day_is_a_holiday_there_is_no_reminder() -> None:
    class Paradise:
        def __contains__(self, day: object) -> bool:
            return True

    assert next_at(Schedule(DAILY, time(9)), datetime(2026, 1, 1, tzinfo=UTC), "UTC", Paradise()) is None
