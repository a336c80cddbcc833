"""What is in force for one repository, each value with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from bot.configuration.document import Hours, Reminder, Sla, Subscription
from bot.configuration.load import Reading
from bot.reminders.schedule import DAYS
from bot.reminders.sla import Ladder
from bot.reminders.working import Calendar

T = TypeVar("T")


class Origin(StrEnum):
    """Who said it; the later ones prevail."""

    DEFAULT = "default"
    ORGANISATION = "organisation"
    REPOSITORY = "repository"
    COMMAND = "slack command"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from: a line of a repository's file at a commit, or the Slack member `by`."""

    origin: Origin
    repo: str = ""
    commit: str = ""
    line: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value with where it came from."""

    value: T
    source: Source


BY_DEFAULT = Source(Origin.DEFAULT)


@dataclass(frozen=True, slots=True)
class File:
    """The version of a file that is in force, read at a commit."""

    repo: str
    commit: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that the bot is in; `allows` are the files that may speak for it.

    `owner/name` is that repository's file, `owner/*` the organisation's.
    """

    id: str
    name: str
    allows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Workspace:
    """What Slack's side says: channels with the bot in them, and what people set with commands.

    `trusts` are the organisations whose files may say who is who. Commands name channels by id, teams and
    logins in lower case.
    """

    channels: tuple[Channel, ...] = ()
    trusts: frozenset[str] = frozenset()
    subscriptions: tuple[Sourced[Subscription], ...] = ()
    reminders: tuple[Sourced[Reminder], ...] = ()
    sla: Sourced[Sla] | None = None
    people: Mapping[str, Sourced[str]] = field(default_factory=dict)
    usergroups: Mapping[str, Sourced[str]] = field(default_factory=dict)
    routings: Mapping[str, Sourced[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a file asks for and does not get; `reason` says in a sentence what would have to be done."""

    path: str
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Effective:
    """What is in force for one repository; channels are ids and `use` is resolved into `filter`."""

    repo: str
    ladder: Sourced[Ladder | None]
    zone: Sourced[str]
    days: Sourced[tuple[str, ...]]
    hours: Sourced[Hours]
    country: Sourced[str]
    subscriptions: tuple[Sourced[Subscription], ...]
    reminders: tuple[Sourced[Reminder], ...]
    filters: Mapping[str, Sourced[str]]
    usergroups: Mapping[str, Sourced[str]]
    routings: Mapping[str, Sourced[str]]
    people: Mapping[str, Sourced[str]]
    left_out: tuple[LeftOut, ...]

    @property
    def calendar(self) -> Calendar:
        """Return when time counts."""
        return Calendar(
            zone=self.zone.value,
            days=tuple(DAYS.index(day) for day in self.days.value),
            starts=self.hours.value.start,
            ends=self.hours.value.end,
            country=self.country.value,
        )
