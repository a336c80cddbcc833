"""When people work: their days and hours by their own clock, without holidays and absences."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, chain
from typing import NamedTuple

from bot.reminders.holidays import Holidays
from bot.reminders.schedule import WEEKDAYS
from bot.reminders.zones import instant, zone_of

NOTHING = timedelta()
_DAY = timedelta(days=1)
_YEARS_AHEAD = 5


class Away(NamedTuple):
    """A time of absence; `until` is None while nobody knows its end."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of a person, a channel or a repository.

    `days` of the week (0 is Monday) each hold one shift; one that ends when it starts or before ends on the
    next day. `country` is as `parse_country` returns it, empty for no holidays. Moments are aware UTC.
    """

    zone: str = "UTC"
    days: tuple[int, ...] = WEEKDAYS
    starts: time = time(9)
    ends: time = time(17)
    country: str = ""
    away: Away | None = None

    def is_working(self, at: datetime) -> bool:
        """Tell whether a moment lies in working time; the end of a shift does not."""
        return next((shift.start <= at for shift in self._shifts(at)), False)

    def next_working(self, at: datetime) -> datetime | None:
        """Return the first moment of working time, `at` itself if it is one.

        None when there is none for years, as for somebody away without an end.
        """
        return next((max(at, shift.start) for shift in self._shifts(at)), None)

    def next_start(self, at: datetime) -> datetime | None:
        """Return the first moment, not before `at`, at which work begins; None as for `next_working`."""
        return next((shift.start for shift in self._shifts(at) if shift.start >= at), None)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return exactly how much working time lies between two moments; nothing when they are swapped."""
        if end <= start:
            return NOTHING
        worked = self._planned(start, end)
        if self.away:
            left, back = max(start, self.away.since), min(end, self.away.until or end)
            worked -= self._planned(left, back) if left < back else NOTHING
        return worked

    def add_working(self, at: datetime, amount: timedelta) -> datetime | None:
        """Return the moment at which `amount` of working time will have passed since `at`.

        None when it will not have passed for years; raises ValueError for an amount below nothing.
        """
        if amount < NOTHING:
            raise ValueError(f"working time cannot be taken back: {amount}")
        if not amount:
            return at
        for shift in self._shifts(at):
            begun = max(at, shift.start)
            if shift.end - begun >= amount:
                return begun + amount
            amount -= shift.end - begun
        return None

    def _planned(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments in order, as if nobody were ever away."""
        years = range(_local_year(self, start) - 1, _local_year(self, end) + 1)
        return sum((self._year(year).before(end) - self._year(year).before(start) for year in years), NOTHING)

    def _shifts(self, at: datetime) -> Iterator["Shift"]:
        """Yield the shifts that end later than `at`, without the time away."""
        first = _local_year(self, at)
        for year in range(first - 1, first + _YEARS_AHEAD):
            shifts = self._year(year).shifts
            for shift in shifts[bisect_right(shifts, at, key=_end) :]:
                yield from _without(shift, self.away, at)

    def _year(self, year: int) -> "_Year":
        return _year(replace(self, away=None), year)


class Shift(NamedTuple):
    """One stretch of working time; its end is no part of it."""

    start: datetime
    end: datetime


class _Year(NamedTuple):
    """The shifts that begin in one year, in order, and how much was worked before each."""

    shifts: Sequence[Shift]
    worked: Sequence[timedelta]

    def before(self, at: datetime) -> timedelta:
        """Return how much of the year's working time has passed at a moment."""
        ended = bisect_right(self.shifts, at, key=_end)
        if ended == len(self.shifts):
            return self.worked[-1]
        return self.worked[ended] + max(at - self.shifts[ended].start, NOTHING)


@lru_cache(maxsize=256)
def _year(calendar: Calendar, year: int) -> _Year:
    where, holidays = zone_of(calendar.zone), Holidays(calendar.country)
    overnight = _DAY if calendar.ends <= calendar.starts else NOTHING
    first = date(year, 1, 1)
    dates = (first + ahead * _DAY for ahead in range((date(year + 1, 1, 1) - first).days))
    planned = (
        Shift(instant(day, calendar.starts, where), instant(day + overnight, calendar.ends, where))
        for day in dates
        if day.weekday() in calendar.days and day not in holidays
    )
    shifts = tuple(shift for shift in planned if shift.start < shift.end)
    lengths = (shift.end - shift.start for shift in shifts)
    return _Year(shifts, tuple(accumulate(chain([NOTHING], lengths))))


def _without(shift: Shift, away: Away | None, at: datetime) -> Iterator[Shift]:
    """Yield what is left of a shift outside an absence and ends after `at`."""
    if away is None or (away.until and away.until <= away.since):
        yield shift
        return
    before = min(shift.end, away.since)
    if max(shift.start, at) < before:
        yield Shift(shift.start, before)
    after = max(shift.start, away.until) if away.until else shift.end
    if after < shift.end:
        yield Shift(after, shift.end)


def _end(shift: Shift) -> datetime:
    return shift.end


def _local_year(calendar: Calendar, at: datetime) -> int:
    return at.astimezone(zone_of(calendar.zone)).year
