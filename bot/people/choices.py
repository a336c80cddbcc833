"""What a person chooses for themselves, as they type it: `hours 09:00-17:00`, `days mon-fri`, `dms off`."""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import UserError
from bot.filters.words import shown, unknown
from bot.people.working import clock
from bot.reminders.holidays import parse_country
from bot.reminders.request import parse_days
from bot.reminders.schedule import DAYS, WEEKDAYS

EXAMPLES = ("hours 09:00-17:00", "days mon-fri", "country DE", "dms off")

_CLEAR = {"-", "none", "clear", "default", "reset"}
_SWITCH = {"on": True, "yes": True, "off": False, "no": False}
_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:-|\u2013|\u2014|to|until)\s*(\d{1,2})(?::(\d\d))?")
_DAY_MINUTES = 24 * 60


def parse_choice(text: str) -> Mapping[str, Any]:
    """Return the fields of a profile that one choice sets; raises UserError with an example."""
    key, _, value = text.strip().partition(" ")
    key, value = key.lower(), value.strip()
    readers = {"hours": _hours, "days": _days, "country": _country, "dms": _dms}
    if key in {"zone", "timezone", "tz"}:
        raise UserError("Your time zone is the one that you have in Slack; change it in Slack's preferences.")
    if key not in readers:
        raise unknown("setting", key, readers)
    if not value:
        example = next(one for one in EXAMPLES if one.startswith(key))
        raise UserError(f"Write what it should be behind it, such as `/patchforge me {example}`.")
    return readers[key](value)


def format_hours(starts: int, ends: int) -> str:
    """Return hours as one would type them."""
    return f"{clock(starts):%H:%M}-{clock(ends):%H:%M}"


def format_days(days: tuple[int, ...]) -> str:
    """Return days of the week as one would type them."""
    if days == WEEKDAYS:
        return "mon-fri"
    return ",".join(DAYS[day] for day in days)


def _hours(value: str) -> Mapping[str, Any]:
    if value.lower() in _CLEAR:
        return {"starts": None, "ends": None}
    found = _HOURS.fullmatch(value.lower())
    error = UserError(f"I can't read {shown(value)} as hours; write them like `09:00-17:00`.")
    if found is None:
        raise error
    starts = int(found[1]) * 60 + int(found[2] or 0)
    ends = int(found[3]) * 60 + int(found[4] or 0)
    minutes_fit = max(int(found[2] or 0), int(found[4] or 0)) < 60
    if not minutes_fit or starts >= _DAY_MINUTES or ends > _DAY_MINUTES:
        raise error
    if starts == ends:
        raise UserError("Work that ends as it begins leaves no hours; write them like `09:00-17:00`.")
    return {"starts": starts, "ends": ends % _DAY_MINUTES}


def _days(value: str) -> Mapping[str, Any]:
    if value.lower() in _CLEAR:
        return {"days": None}
    try:
        found = {day for word in value.split() for day in parse_days(word)}
    except UserError:
        raise UserError(
            f"I can't read {shown(value)} as days; write them like `mon-fri` or `mon,tue,thu`."
        ) from None
    if not found:
        raise UserError("Name at least one day, such as `mon-fri`.")
    return {"days": tuple(sorted(found))}


def _country(value: str) -> Mapping[str, Any]:
    # The holidays of a part would be more than a profile keeps; those of the whole country hold in it, too.
    return {"country": None if value.lower() in _CLEAR else parse_country(value).partition("-")[0]}


def _dms(value: str) -> Mapping[str, Any]:
    chosen = _SWITCH.get(value.lower())
    if chosen is None:
        raise UserError("Write `on` or `off`, such as `/patchforge me dms off`.")
    return {"dms": chosen}
