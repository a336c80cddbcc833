"""People's time zones, and the one moment that a clock's reading stands for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import UserError
from bot.filters.words import shown

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def warm() -> None:
    """Read the names of all zones, which takes a while the first time."""
    _canonical()
    _cities()


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its name; UTC for one that nobody knows, for a profile may hold anything."""
    known = _canonical().get(name.casefold())
    return ZoneInfo(known) if known else ZoneInfo("UTC")


def is_zone(word: str) -> bool:
    """Tell whether the word names a place's zone, in capitals or not."""
    return word.casefold() in _canonical()


def parse_zone(word: str) -> str:
    """Return the zone's name as it is usually written; raises UserError with the most alike."""
    known = _canonical()
    found = known.get(word.casefold())
    if found:
        return found
    # A repository looks like a zone, too: what is hardly alike is no slip of the pen.
    alike = get_close_matches(word.casefold(), known, n=1, cutoff=0.75)
    near = city(word.rsplit("/", 1)[-1]) or (known[alike[0]] if alike else None)
    advice = f"did you mean `{near}`?" if near else "write it like `Europe/Berlin`."
    raise UserError(f"I don't know the time zone {shown(word)}; {advice}")


def city(word: str) -> str | None:
    """Return the zone that is named after a city, as in Berlin."""
    return _cities().get(word.casefold().replace(" ", "_"))


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which clocks in the zone show a day and time.

    Where clocks are put forward over it, the first moment after the gap; where they show it twice, the first.
    """
    before = datetime.combine(day, at, zone)
    after = before.replace(fold=1)
    late, early = before.astimezone(UTC), after.astimezone(UTC)
    # In a gap, reading it with the offset from after the change gives an earlier moment.
    return late if late <= early else _change(early, late, zone)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Tell whether the zone had that day at all: crossing the date line leaves one out."""
    return instant(day, time.min, zone) < instant(day + _DAY, time.min, zone)


def _change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return when, after `early` and not after `late`, the zone's offset changes."""
    offset = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late


@cache
def _canonical() -> Mapping[str, str]:
    """Return names by their lower case: places and UTC, for most abbreviations know no summer time."""
    names = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return MappingProxyType({name.casefold(): name for name in sorted([*names, "UTC"])})


@cache
def _cities() -> Mapping[str, str]:
    """Return zones by the city in them; of several names the one under a continent."""
    continents = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    found = {
        name.rsplit("/", 1)[1].casefold(): name
        for name in _canonical().values()
        if name.startswith(continents)
    }
    return MappingProxyType(found)
