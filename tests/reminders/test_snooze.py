"""A nudge is put off to a morning on which the person works."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.reminders.snooze import choices, parse_snooze
from bot.reminders.working import Away, Calendar

BERLIN = Calendar("Europe/Berlin", country="DE")
WEDNESDAY = datetime(2026, 11, 18, 13, tzinfo=UTC)


def offered(now: datetime, calendar: Calendar = BERLIN) -> list[tuple[str, str]]:
    zone = ZoneInfo(calendar.zone)
    return [
        (choice.label, f"{choice.until.astimezone(zone):%a %d %b %H:%M}") for choice in choices(now, calendar)
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (WEDNESDAY, [("Tomorrow morning", "Thu 19 Nov 09:00"), ("Monday", "Mon 23 Nov 09:00")]),
        (WEDNESDAY + timedelta(days=2), [("Monday", "Mon 23 Nov 09:00")]),
        (WEDNESDAY + timedelta(days=4), [("Tomorrow morning", "Mon 23 Nov 09:00")]),
        (
            WEDNESDAY + timedelta(days=5),
            [("Tomorrow morning", "Tue 24 Nov 09:00"), ("Monday", "Mon 30 Nov 09:00")],
        ),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), [("Monday", "Mon 28 Dec 09:00")]),
        (
            datetime(2027, 3, 25, 9, tzinfo=UTC),
            [("Tuesday", "Tue 30 Mar 09:00")],
        ),
    ],
    ids=["wednesday", "friday", "sunday", "monday", "christmas eve", "before easter"],
)
def test_what_is_offered(now: datetime, expected: list[tuple[str, str]]) -> None:
    assert offered(now) == expected


def test_tomorrow_is_tomorrow_where_the_person_is() -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert offered(late, Calendar("Europe/Berlin"))[0] == ("Tomorrow morning", "Fri 20 Nov 09:00")
    assert offered(late, Calendar("America/New_York"))[0] == ("Tomorrow morning", "Thu 19 Nov 09:00")


def test_somebody_away_is_offered_the_day_they_are_back() -> None:
    away = Calendar("UTC", away=Away(WEDNESDAY, datetime(2026, 12, 7, tzinfo=UTC)))
    assert offered(WEDNESDAY, away) == [("Monday, 7 Dec", "Mon 07 Dec 09:00")]
    assert offered(WEDNESDAY, Calendar("UTC", away=Away(WEDNESDAY))) == []


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("tomorrow", "2026-11-19"),
        ("until Tomorrow morning", "2026-11-19"),
        ("monday", "2026-11-23"),
        ("Wed", "2026-11-25"),
        ("sunday", "2026-11-23"),
        ("2026-12-1", "2026-12-01"),
        ("2026-11-22", "2026-11-23"),
        ("24 Dec", "2026-12-24"),
        ("Dec 24, 2026", "2026-12-24"),
        ("24. December", "2026-12-24"),
        ("25 dec", "2026-12-28"),
        ("4 jan", "2027-01-04"),
    ],
)
def test_a_day_is_read_and_moved_to_a_working_morning(text: str, until: str) -> None:
    expected = datetime.fromisoformat(until).replace(hour=9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert parse_snooze(text, WEDNESDAY, BERLIN) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "I can't read"),
        ("soon", "I can't read `soon` as a date; write `tomorrow`, a weekday, or a date such as"),
        ("12/24", "I can't read"),
        ("24 25 dec", "is not in the future"),
        ("31 feb", "I can't read"),
        ("dec", "I can't read"),
        ("2026-13-01", "I can't read"),
        ("2026-11-18", "`2026-11-18` is not in the future"),
        ("2020-01-01", "is not in the future"),
        ("2028-01-01", "is more than a year away"),
        ("9999-12-31", "is more than a year away"),
    ],
)
def test_what_is_no_day_to_come_is_refused_with_advice(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_snooze(text, WEDNESDAY, BERLIN)
    assert sentence in caught.value.sentence


def test_without_any_working_day_it_says_so() -> None:
    with pytest.raises(UserError, match="no working day"):
        parse_snooze("tomorrow", WEDNESDAY, Calendar(days=()))


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/Berlin", "America/Nuuk", "Pacific/Auckland"]),
)
def test_every_choice_is_read_as_what_it_offers(now: datetime, zone: str) -> None:
    calendar = Calendar(zone)
    found = choices(now, calendar)
    assert 1 <= len(found) <= 2
    for choice in found:
        assert choice.until > now
        assert parse_snooze(choice.value, now, calendar) == choice.until


@given(st.dates(date(2026, 11, 19), date(2027, 11, 18)))
def test_every_date_of_the_next_year_is_taken(day: date) -> None:
    until = parse_snooze(day.isoformat(), WEDNESDAY, BERLIN)
    assert BERLIN.is_working(until)
    assert day <= until.date() <= day + timedelta(days=5)


@given(st.text(max_size=30))
def test_no_text_does_worse_than_a_sentence(text: str) -> None:
    try:
        assert parse_snooze(text, WEDNESDAY, BERLIN) > WEDNESDAY
    except UserError as error:
        assert error.sentence.endswith(".")  # noqa: PT017 - most texts are refused, some are not
