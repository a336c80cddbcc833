"""What a configuration file says, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from bot.reminders.sla import Ladder
from bot.subscriptions.request import DEFAULT_FEATURES

PATH = ".patchforge.yml"
"""Where the file stands in a repository."""
HOME = ".patchforge"
"""The repository of an organisation whose file is the organisation's."""
ROUTINGS = ("whole", "round_robin", "fewest")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a channel (an id, or a #name) hears of a repository, or of `owner/*` but the excluded ones.

    `repo` is empty for the repository whose file it is; `use` names filters that must hold besides `filter`.
    """

    channel: str
    repo: str = ""
    features: tuple[str, ...] = DEFAULT_FEATURES
    broadcast: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    filter: str = ""
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when people work; what ends before it begins ends on the next day."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When time counts; what is None or empty is not said."""

    zone: str | None = None
    days: tuple[str, ...] = ()
    hours: Hours | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """After how many working hours the author and the channel are told; None for twice and three times."""

    author: int | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class Sla:
    """In how many working hours a review is due, and who else hears of it when it is late."""

    hours: int | None = None
    ladder: Later = field(default_factory=Later)
    calendar: Calendar = field(default_factory=Calendar)

    def steps(self) -> Ladder | None:
        """Return after how many hours each is told; None where nothing is due."""
        if not self.hours:
            return None
        return Ladder(
            (self.hours, self.ladder.author or 2 * self.hours, self.ladder.channel or 3 * self.hours)
        )


@dataclass(frozen=True, slots=True)
class Team:
    """How requests to a team on GitHub reach people: a Slack user group, and who of it is asked."""

    usergroup: str | None = None
    routing: str | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A digest for a channel; the schedule is as `/patchforge remind` takes it."""

    channel: str
    schedule: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole file; teams, logins and filters are by their names in lower case."""

    version: int = 1
    filters: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    sla: Sla = field(default_factory=Sla)
    teams: Mapping[str, Team] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    reminders: tuple[Reminder, ...] = ()
