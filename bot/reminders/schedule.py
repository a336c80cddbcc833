"""A weekly schedule, and the moments at which it falls due."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.reminders.zones import exists, instant, zone_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
DAILY = (*WEEKDAYS, *WEEKEND)

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_LOOKED_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Schedule:
    """At what time on which days of the week (0 is Monday, each once, in order).

    Without a zone it goes by the clock of whoever it is for.
    """

    days: tuple[int, ...]
    at: time
    zone: str = ""


def next_at(
    schedule: Schedule, after: datetime, zone: str, holidays: Container[date] = ()
) -> datetime | None:
    """Return the first moment later than `after`, in UTC; None when a whole year holds none.

    `zone` counts when the schedule has none of its own; holidays are skipped. A time that clocks leave out
    falls on the first moment after the gap, one that they show twice only on the first of the two.
    """
    where = zone_of(schedule.zone or zone)
    # A gap around midnight may carry yesterday's time into today.
    first = after.astimezone(where).date() - _DAY
    for ahead in range(_LOOKED_AHEAD + 2):
        day = first + ahead * _DAY
        if day.weekday() in schedule.days and day not in holidays:
            moment = instant(day, schedule.at, where)
            if moment > after and exists(day, where):
                return moment
    return None


def next_after_move(
    schedule: Schedule, after: datetime, old: str, new: str, holidays: Container[date] = ()
) -> datetime | None:
    """Return the first moment later than `after` once somebody's zone is `new`: no day has two of them.

    Whoever was reminded this morning and then flew west is not reminded there on the same day.
    """
    found = next_at(schedule, after, new, holidays)
    last: datetime | None = None
    moment = next_at(schedule, after - _WEEK - _DAY, old, holidays)
    while moment is not None and moment <= after:
        last, moment = moment, next_at(schedule, moment, old, holidays)
    if found is None or last is None:
        return found
    same = last.astimezone(zone_of(old)).date() == found.astimezone(zone_of(new)).date()
    return next_at(schedule, found, new, holidays) if same else found
