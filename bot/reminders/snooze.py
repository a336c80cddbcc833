"""Until when a nudge can be put off: mornings of days on which the person works."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.errors import UserError
from bot.filters.words import shown
from bot.reminders.working import Calendar
from bot.reminders.zones import instant, zone_of

TOMORROW, MONDAY = "tomorrow", "monday"

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY = timedelta(days=1)
_LONGEST = 366
_ADVICE = "write `tomorrow`, a weekday, or a date such as `2026-12-24` or `24 Dec`."


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to put a nudge off: `value` as `parse_snooze` reads it, and what it means in words."""

    value: str
    label: str
    until: datetime


def choices(now: datetime, calendar: Calendar) -> tuple[Choice, ...]:
    """Return what to offer beside a date: tomorrow morning and Monday, once when they are the same."""
    today = _today(now, calendar)
    offered = {
        until: Choice(value, _label(until, today, calendar), until)
        for value in (MONDAY, TOMORROW)
        if (until := _morning(_day(value, today), calendar))
    }
    return tuple(sorted(offered.values(), key=lambda choice: choice.until))


def parse_snooze(text: str, now: datetime, calendar: Calendar) -> datetime:
    """Return when the person starts to work on a day to come; a day off moves it to the next working day.

    Raises UserError for what is no day, lies in the past, or further off than a year.
    """
    today = _today(now, calendar)
    day = _day(text, today)
    if day <= today:
        raise UserError(f"{shown(text)} is not in the future; {_ADVICE}")
    if (day - today).days > _LONGEST:
        raise UserError(
            f"{shown(text)} is more than a year away; choose an earlier date, or mute it instead."
        )
    until = _morning(day, calendar)
    if until is None:
        raise UserError("Your calendar holds no working day after that; mute it instead.")
    return until


def _today(now: datetime, calendar: Calendar) -> date:
    return now.astimezone(zone_of(calendar.zone)).date()


def _morning(day: date, calendar: Calendar) -> datetime | None:
    """Return the first start of work on or after a day."""
    return calendar.next_start(instant(day, time.min, zone_of(calendar.zone)))


def _day(text: str, today: date) -> date:
    wanted = " ".join(text.lower().replace(",", " ").split()).removeprefix("until ")
    named = _named(wanted, today)
    if named:
        return named
    try:
        iso = _ISO.fullmatch(wanted)
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return _spelt(wanted, today)
    except ValueError:
        raise UserError(f"I can't read {shown(text)} as a date; {_ADVICE}") from None


def _named(wanted: str, today: date) -> date | None:
    """Return tomorrow, or the next day of a name; None for any other word."""
    if wanted in {TOMORROW, "tomorrow morning"}:
        return today + _DAY
    found = [at for at, name in enumerate(_WEEKDAYS) if len(wanted) >= 3 and name.startswith(wanted)]
    return today + ((found[0] - today.weekday() - 1) % 7 + 1) * _DAY if found else None


def _spelt(wanted: str, today: date) -> date:
    """Return a date such as `24 Dec` or `Dec 24 2027`, the next one without a year; else ValueError."""
    words = wanted.split()
    months = [word for word in words if _MONTH_WORD.fullmatch(word)]
    numbers = [int(word.rstrip(".")) for word in words if re.fullmatch(r"[0-9]{1,4}\.?", word)]
    if len(months) != 1 or len(words) != len(numbers) + 1 or len(numbers) not in {1, 2}:
        raise ValueError(wanted)
    month = _MONTHS.index(months[0][:3]) + 1
    if len(numbers) == 2:
        return date(numbers[1], month, numbers[0])
    this_year = date(today.year, month, numbers[0])
    return this_year if this_year > today else date(today.year + 1, month, numbers[0])


def _label(until: datetime, today: date, calendar: Calendar) -> str:
    day = until.astimezone(zone_of(calendar.zone)).date()
    if day == today + _DAY:
        return "Tomorrow morning"
    name = _WEEKDAYS[day.weekday()].capitalize()
    return name if (day - today).days <= 7 else f"{name}, {day.day} {_MONTHS[day.month - 1].capitalize()}"
