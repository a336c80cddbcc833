"""How long pull requests wait for a first review and for the merge, by repository and week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from blocks.reminders import Figure, Week
from bot.reminders.working import NOTHING, Calendar
from bot.reminders.zones import zone_of

WEEKS = 8
_WEEK = timedelta(weeks=1)

Wait = tuple[timedelta, timedelta]
"""How long something took by the wall clock, and in working time."""


@dataclass(frozen=True, slots=True)
class Course:
    """When a pull request came to what, if it did; `ready_at` is set for one that was a draft first."""

    repo: str
    opened_at: datetime
    ready_at: datetime | None = None
    first_review_at: datetime | None = None
    merged_at: datetime | None = None


def weekly(
    courses: Iterable[Course], now: datetime, calendars: Mapping[str, Calendar], weeks: int = WEEKS
) -> dict[str, tuple[Week, ...]]:
    """Return the last weeks of each repository, by name, the present and unfinished one at the end.

    What took place in a week counts in it, by the clock and calendar of its repository (else the usual one).
    """
    by_repo: defaultdict[str, list[Course]] = defaultdict(list)
    for course in courses:
        by_repo[course.repo].append(course)
    usual = Calendar()
    return {repo: _weeks(by_repo[repo], now, calendars.get(repo, usual), weeks) for repo in sorted(by_repo)}


def _weeks(courses: Sequence[Course], now: datetime, calendar: Calendar, count: int) -> tuple[Week, ...]:
    last = _monday(now, calendar)
    starts = [last - ahead * _WEEK for ahead in reversed(range(count))]
    reviews: dict[date, list[Wait]] = {start: [] for start in starts}
    merges: dict[date, list[Wait]] = {start: [] for start in starts}
    for course in courses:
        for done, into in ((course.first_review_at, reviews), (course.merged_at, merges)):
            monday = _monday(done, calendar) if done and done <= now else None
            if done and monday in into:
                into[monday].append(_wait(course, done, calendar))
    return tuple(Week(start, _figure(reviews[start]), _figure(merges[start])) for start in starts)


def _wait(course: Course, done: datetime, calendar: Calendar) -> Wait:
    """Return how long it took; what was done while it still was a draft counts from the opening."""
    ready = course.ready_at
    start = ready if ready and ready <= done else course.opened_at
    return max(done - start, NOTHING), calendar.working_time_between(start, done)


def _figure(waits: Sequence[Wait]) -> Figure:
    if not waits:
        return Figure()
    return Figure(len(waits), _median(wall for wall, _ in waits), _median(working for _, working in waits))


def _median(spans: Iterable[timedelta]) -> timedelta:
    ordered = sorted(spans)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _monday(at: datetime, calendar: Calendar) -> date:
    day = at.astimezone(zone_of(calendar.zone)).date()
    return day - timedelta(days=day.weekday())
