"""Read what follows `/patchforge remind`: whom, when, in which zone, and about which pull requests."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from bot.errors import UserError
from bot.filters.words import Word, nearest, shown, unknown, words
from bot.reminders.holidays import parse_country
from bot.reminders.schedule import DAILY, DAYS, WEEKDAYS, WEEKEND, Schedule
from bot.reminders.zones import city, is_zone, parse_zone

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ignore-approved": "leaves out what is approved already",
        "holidays:DE": "is silent on the public holidays of a country, or of a part such as `DE-BE`",
    }
)
EXAMPLE = "`/patchforge remind weekdays 09:30`"

WHEREABOUTS = frozenset({"zone", "country"})

_IGNORE_APPROVED, _HOLIDAYS = "ignore-approved", "holidays"
_ME = "me"
_FILLERS = frozenset({"every", "each", "at", "on", "and"})
_GROUPS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "weekdays": WEEKDAYS,
        "weekday": WEEKDAYS,
        "daily": DAILY,
        "day": DAILY,
        "weekends": WEEKEND,
        "weekend": WEEKEND,
    }
)
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(am|pm)?", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_HALVES = frozenset({"am", "pm"})
_RANGE = re.compile("[-\u2013\u2014\u2212]")


T = TypeVar("T")


class Action(StrEnum):
    """What can be done with reminders other than to set one."""

    LIST = "list"
    OFF = "off"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A digest at regular times, for the channel or for the person alone.

    `filter` stands as it was typed, for the filter parser; `holidays` is a country's code or empty.
    """

    schedule: Schedule
    personal: bool = False
    ignore_approved: bool = False
    holidays: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A request that sets nothing: list reminders, end one, or show what one would say.

    `number` chooses one by its place in the list.
    """

    action: Action
    personal: bool = False
    number: int | None = None


def parse_remind(text: str) -> Reminder | Order:
    """Read a schedule with its options, `list`, `off` or `now`; raises UserError saying what to write.

    Text from Slack goes through `from_slack` first.
    """
    found = words(text)
    personal = bool(found) and found[0].raw.lower() == _ME
    rest = _joined(found[1:] if personal else found)
    if not rest:
        raise UserError(
            f"Say on which days and when, such as {EXAMPLE}; `list` shows what is set, `off` ends it."
        )
    actions = [word for word in rest if word.raw.lower() in set(Action)]
    if actions:
        return _order(rest, actions[0], personal)
    return _reminder(rest, personal)


def parse_whereabouts(text: str) -> dict[str, str]:
    """Read `zone Europe/Berlin`, `country DE` or both, by these two words; raises UserError."""
    found, said = text.split(), dict[str, str]()
    for key, value in zip(found[::2], found[1::2], strict=False):
        said[key.lower()] = parse_zone(value) if key.lower() == "zone" else parse_country(value)
    if len(said) * 2 != len(found) or not said.keys() <= WHEREABOUTS:
        raise UserError(
            "Say where this channel is, such as `/patchforge remind zone Europe/Berlin country DE`."
        )
    if "-" in said.get("country", ""):
        raise UserError(
            "A channel has a whole country, such as `DE`; a part is named with a reminder: `holidays:DE-BE`."
        )
    return said


def format_remind(request: Reminder | Order) -> str:
    """Return the request as one would type it; `parse_remind` reads it back to the same request."""
    whom = _ME if request.personal else ""
    if isinstance(request, Order):
        number = "" if request.number is None else str(request.number)
        return " ".join(filter(None, (whom, request.action.value, number)))
    parts = (
        whom,
        format_schedule(request.schedule),
        _IGNORE_APPROVED if request.ignore_approved else "",
        f"{_HOLIDAYS}:{request.holidays}" if request.holidays else "",
        request.filter,
    )
    return " ".join(filter(None, parts))


def parse_days(word: str) -> tuple[int, ...]:
    """Return the days of the week that `mon-fri`, `sat,sun` or `weekdays` name; raises UserError."""
    return tuple(sorted(set(_days(word))))


def format_schedule(schedule: Schedule) -> str:
    """Return the days, the time and the zone of a schedule as one would type them."""
    named = {WEEKDAYS: "weekdays", DAILY: "daily", WEEKEND: "weekends"}
    days = named.get(schedule.days) or ",".join(DAYS[day] for day in schedule.days)
    return " ".join(filter(None, (days, f"{schedule.at:%H:%M}", schedule.zone)))


def _order(found: list[Word], action: Word, personal: bool) -> Order:
    name, rest = Action(action.raw.lower()), [word.raw.lstrip("#") for word in found if word is not action]
    if not rest:
        return Order(name, personal)
    if name is Action.LIST or found[0] is not action or len(rest) > 1 or not _NUMBER.fullmatch(rest[0]):
        alone = "stands alone" if name is Action.LIST else "takes at most a number from the list"
        raise UserError(f"{shown(action.raw)} {alone}; leave the rest out.")
    return Order(name, personal, int(rest[0]))


def _reminder(found: list[Word], personal: bool) -> Reminder:
    days: set[int] = set()
    times: list[time] = []
    zones: list[str] = []
    countries: list[str] = []
    wanted: list[str] = []
    ignore_approved = False
    for word in found:
        raw = word.raw.lower()
        if raw[0] in "0123456789":
            times.append(_time(word.raw))
        elif word.key == _HOLIDAYS and not word.negated:
            countries.append(_country(word))
        elif word.key:
            wanted.append(word.raw)
        elif raw == _IGNORE_APPROVED:
            ignore_approved = True
        elif is_zone(raw) or "/" in raw:
            zones.append(parse_zone(word.raw))
        elif raw not in _FILLERS:
            days.update(_days(word.raw))
    _refuse_missing(days, times)
    return Reminder(
        Schedule(tuple(sorted(days)), _only(times, "time of day") or time(), _only(zones, "time zone") or ""),
        personal,
        ignore_approved,
        _only(countries, "country for holidays") or "",
        " ".join(wanted),
    )


def _joined(found: list[Word]) -> list[Word]:
    """Put `8 am` together, which some write in two words."""
    joined: list[Word] = []
    for word in found:
        if word.raw.lower() in _HALVES and joined and _TIME.fullmatch(joined[-1].raw):
            joined[-1] = words(joined[-1].raw + word.raw)[0]
        else:
            joined.append(word)
    return joined


def _refuse_missing(days: set[int], times: list[time]) -> None:
    if not days:
        raise UserError(f"On which days? Write `weekdays`, `daily` or `mon,thu`, such as {EXAMPLE}.")
    if not times:
        raise UserError(f"At what time? Write it like `09:30` or `2pm`, such as {EXAMPLE}.")


def _only(found: list[T], what: str) -> T | None:
    if len(set(found)) > 1:
        raise UserError(f"One {what} for each reminder; leave the others out.")
    return found[0] if found else None


def _time(raw: str) -> time:
    read = _TIME.fullmatch(raw)
    error = UserError(f"I can't read {shown(raw)} as a time; write it like `09:30` or `2pm`.")
    if not read:
        raise error
    hour, minute, half = int(read[1]), int(read[2] or 0), (read[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (half == "pm")
    elif half or not read[2]:
        raise error
    if hour > 23 or minute > 59:
        raise error
    return time(hour, minute)


def _country(word: Word) -> str:
    if len(word.values) != 1:
        raise UserError(f"{shown(word.raw)} needs one country, such as `holidays:DE`.")
    return parse_country(word.values[0])


def _days(raw: str) -> Iterator[int]:
    for part in filter(None, raw.lower().split(",")):
        named = _GROUPS.get(part)
        if named:
            yield from named
            continue
        ends = [_day(end, raw) for end in _RANGE.split(part)]
        if len(ends) > 2:
            raise _no_day(raw)
        # From Friday to Monday goes over the weekend.
        yield from (day % 7 for day in range(ends[0], ends[-1] + 1 + 7 * (ends[-1] < ends[0])))


def _day(name: str, raw: str) -> int:
    found = [at for at, whole in enumerate(_NAMES) if len(name) >= 3 and f"{whole}s".startswith(name)]
    if not found:
        raise _no_day(raw)
    return found[0]


def _no_day(raw: str) -> UserError:
    """Return the error for a word that is neither day nor option, with what was probably meant."""
    zone = city(raw)
    if zone:
        return UserError(f"I don't know the word {shown(raw)}; did you mean `{zone}`?")
    known = (*_GROUPS, *DAYS, *_NAMES, *Action, _IGNORE_APPROVED, f"{_HOLIDAYS}:")
    if nearest(raw, known):
        return unknown("word", raw, known)
    return UserError(
        f"I don't know the word {shown(raw)}; write days such as `weekdays` or `mon,thu`, a time, and then "
        "options and filters."
    )
