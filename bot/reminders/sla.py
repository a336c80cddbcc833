"""How long a repository may wait for a review, and who hears of it when it waits longer."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from bot.errors import UserError
from bot.filters.words import shown
from bot.reminders.working import Calendar

_HOURS = re.compile(r"([0-9]{1,4})h?", re.IGNORECASE)
_MOST = 1000
_EXAMPLE = "write it like `8h`, or `8h,16h,24h` for reviewer, author and channel."


class Step(StrEnum):
    """Who is told, from the first to the last."""

    REVIEWER = "reviewer"
    AUTHOR = "author"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Ladder:
    """After how many hours of working time each step is due, in the order of Step and rising."""

    hours: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Due:
    """Where a pull request stands on the ladder.

    `step` is the last that is due, None before the first; `then` is the one that follows at `at`. Both are
    None after the last one, `at` alone when the calendar holds too little working time for years.
    """

    step: Step | None
    then: Step | None
    at: datetime | None


def due(ladder: Ladder, since: datetime, now: datetime, calendar: Calendar) -> Due:
    """Tell which step is due `now` for what waits `since`, and when the next one falls."""
    waited = calendar.working_time_between(since, now)
    reached: Step | None = None
    for step, hours in zip(Step, ladder.hours, strict=True):
        needed = timedelta(hours=hours)
        if waited < needed:
            return Due(reached, step, calendar.add_working(since, needed))
        reached = step
    return Due(reached, None, None)


def parse_ladder(text: str) -> Ladder:
    """Read `8h`, doubled and tripled for the further steps, or all three; else raises UserError."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    read = [_HOURS.fullmatch(part) for part in parts]
    hours = [int(found[1]) for found in read if found]
    if len(hours) != len(parts) or len(hours) not in {1, 3}:
        raise UserError(f"I can't read {shown(text) if parts else 'no hours'}; {_EXAMPLE}")
    first, second, third = hours if len(hours) == 3 else (hours[0], 2 * hours[0], 3 * hours[0])
    if first < 1 or third > _MOST or any(later <= earlier for earlier, later in pairwise(hours)):
        raise UserError(f"The hours must rise, from 1 to at most {_MOST:,}; {_EXAMPLE}")
    return Ladder((first, second, third))


def format_ladder(ladder: Ladder) -> str:
    """Return the ladder as one would type it; `parse_ladder` reads it back to the same ladder."""
    first, second, third = ladder.hours
    evenly = (second, third) == (2 * first, 3 * first)
    return f"{first}h" if evenly else ",".join(f"{hours}h" for hours in ladder.hours)
