"""Public holidays by country, without asking anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

import holidays as calendars
from holidays.registry import COUNTRIES

from bot.errors import UserError
from bot.filters.words import nearest, shown


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of a country, or of a part of it; `where` is as `parse_country` returns it.

    Without a country there are none.
    """

    where: str = ""

    def __contains__(self, day: object) -> bool:
        return bool(self.where) and isinstance(day, date) and day in _year(self.where, day.year)


def parse_country(word: str) -> str:
    """Return the ISO code of a country, or of a part such as DE-BE; raises UserError with what to write."""
    code, _, part = word.upper().partition("-")
    parts = _parts().get(code)
    if parts is None:
        near = _names().get(word.casefold()) or _names().get(nearest(word, _names()) or "")
        advice = f"did you mean `{near}`?" if near else "write its two letters, such as `DE` or `US`."
        raise UserError(f"I know no holidays of the country {shown(word)}; {advice}")
    if part and part not in parts:
        some = f"leave it out, or write one of {', '.join(f'`{code}-{one}`' for one in parts[:20])}."
        raise UserError(
            f"I don't know the part {shown(part)} of `{code}`; {some if parts else f'write `{code}`.'}"
        )
    return f"{code}-{part}" if part else code


@lru_cache(maxsize=512)
def _year(where: str, year: int) -> frozenset[date]:
    code, _, part = where.partition("-")
    return frozenset(calendars.country_holidays(code, subdiv=part or None, years=year))


@cache
def _parts() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of the parts of each country, as far as they are spelt in capitals."""
    known = calendars.list_supported_countries(include_aliases=False)
    return MappingProxyType(
        {code: tuple(part for part in parts if part == part.upper()) for code, parts in known.items()}
    )


@cache
def _names() -> Mapping[str, str]:
    """Return the codes of countries by their English names, in lower case."""
    return MappingProxyType({name.replace("_", " "): codes[1] for name, codes in COUNTRIES.items()})
