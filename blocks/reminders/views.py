"""What a digest and the weekly figures are given to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from blocks.pulls import Turn
from bot.models import PullFacts


class Whose(StrEnum):
    """Who must act on the pull requests of a group."""

    YOU = "your turn"
    OTHERS = "your own, waiting for others"
    NAMED = "waiting for the named"
    NOBODY = "nobody is asked"


class Band(StrEnum):
    """How long pull requests have waited, the longest first."""

    WEEK = "a week or longer"
    DAYS = "one to six days"
    TODAY = "less than a day"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One open pull request, whom it waits for, and since when."""

    facts: PullFacts
    turn: Turn | None
    since: datetime


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """Pull requests that wait for the same: `who`, by login or team, the reader in a digest of their own.

    Bands that hold none are left out; within each the oldest comes first.
    """

    whose: Whose
    who: tuple[str, ...]
    bands: tuple[tuple[Band, tuple[DigestLine, ...]], ...]

    @property
    def size(self) -> int:
        """Return how many pull requests it holds."""
        return sum(len(lines) for _, lines in self.bands)


@dataclass(frozen=True, slots=True)
class DigestView:
    """A digest as of a moment; `people` maps logins to Slack ids. It holds at least one pull request."""

    groups: tuple[DigestGroup, ...]
    at: datetime
    web_url: str
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of how long `count` pull requests took, by the wall clock and in working time.

    Both are None when there were none.
    """

    count: int = 0
    wall: timedelta | None = None
    working: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A repository's week, which begins on Monday: first reviews that were given and merges."""

    starts: date
    review: Figure = Figure()
    merge: Figure = Figure()
