"""The weekly figures are medians that can be checked by hand, and the chart says what it shows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import kit
from blocks.reminders import Figure, Measure, Week, chart, hours
from bot.reminders.figures import Course, weekly
from bot.reminders.working import Calendar
from tests.blocks.block_samples import HOSTILE, refused, texts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = Calendar("Europe/Berlin")
NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def course(opened: datetime, **changes: Any) -> Course:
    return Course("acme/web", opened, **changes)


def weeks(*courses: Course, now: datetime = NOW, calendar: Calendar = BERLIN) -> tuple[Week, ...]:
    return weekly(courses, now, {"acme/web": calendar})["acme/web"]


def test_a_weekend_counts_by_the_wall_clock_only() -> None:
    friday_afternoon = MONDAY - 3 * DAY + 6 * HOUR
    found = weeks(course(friday_afternoon, first_review_at=MONDAY + HOUR, merged_at=MONDAY + 2 * HOUR))
    assert len(found) == 8
    assert [week.starts for week in found][-2:] == [date(2026, 11, 9), date(2026, 11, 16)]
    assert found[-1].review == Figure(1, timedelta(days=2, hours=19), 3 * HOUR)
    assert found[-1].merge == Figure(1, timedelta(days=2, hours=20), 4 * HOUR)
    assert all(week.review == week.merge == Figure() for week in found[:-1])


@pytest.mark.parametrize(
    ("waited", "median"), [([1], 1.0), ([1, 2], 1.5), ([5, 1, 2], 2.0), ([1, 2, 3, 8], 2.5)]
)
def test_the_middle_is_taken(waited: list[int], median: float) -> None:
    (*_, last) = weeks(*(course(MONDAY, first_review_at=MONDAY + HOUR * one) for one in waited))
    assert last.review == Figure(len(waited), median * HOUR, median * HOUR)


def test_a_draft_waits_since_it_was_ready() -> None:
    ready = MONDAY + 4 * HOUR
    (*_, last) = weeks(
        course(MONDAY, ready_at=ready, first_review_at=ready + HOUR, merged_at=ready + 2 * HOUR)
    )
    assert (last.review.wall, last.merge.wall) == (HOUR, 2 * HOUR)


def test_a_draft_that_was_reviewed_as_one_counts_from_its_opening() -> None:
    (*_, last) = weeks(course(MONDAY, ready_at=MONDAY + 4 * HOUR, first_review_at=MONDAY + HOUR))
    assert last.review.wall == HOUR


def test_weeks_begin_on_the_repositorys_own_monday() -> None:
    sunday_evening = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    opened = course(MONDAY - 7 * DAY, merged_at=sunday_evening)
    assert weeks(opened)[-1].merge.count == 1
    assert weeks(opened, calendar=Calendar("America/New_York"))[-2].merge.count == 1


def test_what_is_open_older_or_still_to_come_counts_nowhere() -> None:
    found = weeks(
        course(MONDAY),
        course(MONDAY - 90 * DAY, first_review_at=MONDAY - 80 * DAY),
        course(MONDAY, first_review_at=NOW + HOUR),
    )
    assert not any(week.review.count or week.merge.count for week in found)


def test_repositories_are_kept_apart_and_a_skewed_clock_takes_no_time() -> None:
    other = Course("acme/api", MONDAY, merged_at=MONDAY - HOUR)
    found = weekly([course(MONDAY, merged_at=MONDAY + HOUR), other], NOW, {})
    assert list(found) == ["acme/api", "acme/web"]
    assert found["acme/api"][-1].merge == Figure(1, timedelta(), timedelta())


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), max_size=40), st.integers(1, 60))
def test_each_merge_counts_in_one_week(made: list[tuple[int, int]], shown: int) -> None:
    courses = [course(NOW - HOUR * (ago + took), merged_at=NOW - HOUR * ago) for ago, took in made]
    found = weekly(courses, NOW, {}, weeks=shown).get("acme/web", ())
    since = found[0].starts if found else NOW.date()
    assert sum(week.merge.count for week in found) == sum(
        (NOW - HOUR * ago).date() >= since for ago, _ in made
    )
    for week in found:
        assert (week.merge.wall is None) == (week.merge.count == 0)
        assert (week.merge.working or timedelta()) <= (week.merge.wall or timedelta())


def row(week: int, count: int, working: float, wall: float = 0.0) -> Week:
    starts = date(2026, 9, 28) + timedelta(weeks=week)
    figure = Figure(count, (wall or working) * HOUR, working * HOUR) if count else Figure()
    return Week(starts, figure, Figure())


def test_the_chart_starts_at_zero_and_is_said_in_words() -> None:
    found = [row(0, 12, 8, 50), row(1, 0, 0), row(2, 3, 4), row(3, 1, 0.6), row(4, 2, 16, 400)]
    blocks = chart("acme/web", found, Measure.REVIEW)
    assert texts(blocks) == [
        (
            "*acme/web* · Time to first review\n"
            "```\n"
            "  week                  working    wall    n\n"
            "28 Sep ████████           8.0 h     2 d   12\n"
            " 5 Oct                        -       -    0\n"
            "12 Oct ████               4.0 h     4 h    3\n"
            "19 Oct ▋                 36 min  36 min    1\n"
            "26 Oct ████████████████    16 h     2 w    2 so far\n"
            "```"
        ),
        (
            "In words, median working hours by week, and how many: 28 Sep 8.0 h (12), 12 Oct 4.0 h (3), "
            "19 Oct 36 min (1), 26 Oct 16 h (2). Bars start at zero."
        ),
    ]
    assert refused(kit.home(blocks), lint=True) == []


def test_too_little_is_no_chart() -> None:
    found = [row(0, 2, 8), row(1, 2, 8)]
    assert texts(chart("acme/web", found, Measure.REVIEW)) == [
        "*acme/web* · Time to first review",
        "Not enough data yet: 4 first reviews in 2 weeks; the chart needs 5.",
    ]
    assert texts(chart("acme/web", found, Measure.MERGE)) == [
        "*acme/web* · Time to merge",
        "Not enough data yet: 0 merges in 2 weeks; the chart needs 5.",
    ]


@pytest.mark.parametrize("seconds", [0, 59])
def test_waits_of_no_time_have_no_bars(seconds: int) -> None:
    drawn = texts(chart("acme/web", [row(0, 9, seconds / 3600)], Measure.REVIEW))[0]
    assert "█" not in drawn
    assert "0 min" in drawn


@given(st.lists(st.integers(0, 300_000).map(lambda minutes: minutes / 60), min_size=8, max_size=8))
def test_longer_waits_have_longer_bars_on_the_same_scale(working: list[float]) -> None:
    drawn = texts(chart("acme/web", [row(at, 5, one) for at, one in enumerate(working)], Measure.REVIEW))[0]
    eighths = {"█": 8, "▉": 7, "▊": 6, "▋": 5, "▌": 4, "▍": 3, "▎": 2, "▏": 1}
    lengths = [sum(eighths.get(one, 0) for one in line) for line in drawn.splitlines()[3:-1]]
    top = max(working)
    for length, one in zip(lengths, working, strict=True):
        assert abs(length - (one / top * 128 if top else 0)) <= 1


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (0, "0 min"),
        (0.99, "59 min"),
        (1, "1.0 h"),
        (1.25, "1.2 h"),
        (9.94, "9.9 h"),
        (9.96, "10 h"),
        (1234, "1,234 h"),
    ],
)
def test_hours_are_short(waited: float, expected: str) -> None:
    assert hours(waited * HOUR) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_harmlessly(text: str) -> None:
    blocks = chart(text, [row(0, 9, 8)], Measure.REVIEW)
    assert refused(kit.home(blocks)) == []
    assert not any("<!channel" in part or "<http://evil" in part for part in texts(blocks))
