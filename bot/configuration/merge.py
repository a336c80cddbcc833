"""What is in force for a repository, out of files and commands, and where each value came from.

The defaults give way to the organisation's file, that to the repository's, and both to what people said in
Slack: a channel has the last word about itself, a person about who they are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.configuration.document import Hours, Reminder, Sla, Subscription
from bot.configuration.effective import (
    BY_DEFAULT,
    Effective,
    File,
    LeftOut,
    Origin,
    Source,
    Sourced,
    Workspace,
)
from bot.configuration.keys import FILTER
from bot.configuration.problems import EXPRESSIONS, TOO_MANY, Mark, Report, below
from bot.configuration.rules import joined
from bot.reminders.schedule import DAYS
from bot.reminders.working import Calendar
from bot.subscriptions.repository import leaves_out

T = TypeVar("T")


def merge(repo: str, organisation: File | None, repository: File | None, workspace: Workspace) -> Effective:
    """Return what is in force for a repository (`owner/name`); a file with problems counts as none."""
    repo = repo.lower()
    files = [
        _Layer(file, origin)
        for file, origin in ((organisation, Origin.ORGANISATION), (repository, Origin.REPOSITORY))
        if file and file.reading.configuration
    ]
    return _Merging(repo, files, workspace).effective()


class _Layer:
    """A file that has a configuration, and who it speaks for."""

    def __init__(self, file: File, origin: Origin) -> None:
        if file.reading.configuration is None:
            raise ValueError("a file with problems is not in force")
        self.said = file.reading.configuration
        self.origin = origin
        self.file = file
        owner = file.repo.lower().partition("/")[0]
        # Names are kept in lower case and may be written in capitals.
        self.marks = {path.casefold(): mark for path, mark in file.reading.marks.items()}
        self.name = f"{owner}/*" if origin is Origin.ORGANISATION else file.repo.lower()

    def source(self, path: str) -> Source:
        """Return where a key stands."""
        line = self.marks.get(path.casefold(), Mark()).line
        return Source(self.origin, self.file.repo, self.file.commit, line)

    def named(self, key: str, values: Mapping[str, T]) -> dict[str, Sourced[T]]:
        """Return values by their names, with where each stands."""
        return {name: Sourced(value, self.source(below(key, name))) for name, value in values.items()}


class _Merging:
    """One merge; what cannot be in force is gathered on the way."""

    def __init__(self, repo: str, files: Sequence[_Layer], workspace: Workspace) -> None:
        self.repo = repo
        self.files = files
        self.workspace = workspace
        # A name goes to the first that bears it; an id is no name, as those are in lower case.
        self.channels = {one.name.lower(): one for one in reversed(workspace.channels)}
        self.channels |= {one.id: one for one in workspace.channels}
        self.left_out: list[LeftOut] = []
        self.joined: set[str] = set()
        # As much as each of two files may have.
        self.report = Report(room=2 * EXPRESSIONS)
        self.filters: dict[str, Sourced[str]] = {}
        for file in files:
            self.filters |= file.named("filters", file.said.filters)

    def effective(self) -> Effective:
        calendar, command = Calendar(), self.workspace.sla
        subscriptions, reminders = self.subscriptions(), self.reminders()

        def last(key: str, default: T, of: Callable[[Sla], T | None]) -> Sourced[T]:
            said = [Sourced(default, BY_DEFAULT)]
            for file in self.files:
                value = of(file.said.sla)
                if value:
                    said.append(Sourced(value, file.source(f"sla.{key}")))
            value = of(command.value) if command else None
            if value and command:
                said.append(Sourced(value, command.source))
            return said[-1]

        return Effective(
            repo=self.repo,
            # Who is told when belongs together, and comes from one place.
            ladder=last("hours", None, Sla.steps),
            zone=last("calendar.zone", calendar.zone, lambda sla: sla.calendar.zone),
            days=last(
                "calendar.days", tuple(DAYS[day] for day in calendar.days), lambda sla: sla.calendar.days
            ),
            hours=last(
                "calendar.hours", Hours(calendar.starts, calendar.ends), lambda sla: sla.calendar.hours
            ),
            country=last("calendar.country", calendar.country, lambda sla: sla.calendar.country),
            subscriptions=subscriptions,
            reminders=reminders,
            filters=self.filters,
            usergroups=self.usergroups(),
            routings=self.routings(),
            people=self.people(),
            left_out=tuple(self.left_out),
        )

    def subscriptions(self) -> tuple[Sourced[Subscription], ...]:
        """Return one subscription a channel: its own, else the most particular one of the files."""
        found: dict[str, Sourced[Subscription]] = {}
        texts: dict[str, str] = {}
        for file in self.files:
            # So a repository's filter never changes what the organisation's subscriptions mean.
            texts |= file.said.filters
            wanted = [
                (number, one) for number, one in enumerate(file.said.subscriptions, 1) if self.covers(one)
            ]
            # What names the repository comes after, and so before, `owner/*`.
            for number, one in sorted(wanted, key=lambda pair: not pair[1].repo.endswith("/*")):
                source = file.source(below("subscriptions", number))
                channel = self.channel(one.channel, file, below("subscriptions", number), source)
                text = self.filter(one, texts, below("subscriptions", number), source) if channel else None
                if channel and text is not None:
                    kept = replace(one, channel=channel, repo=one.repo or self.repo, use=(), filter=text)
                    found[channel] = Sourced(kept, source)
        commands = [one for one in self.workspace.subscriptions if self.covers(one.value)]
        for own in sorted(commands, key=lambda one: not one.value.repo.endswith("/*")):
            found[own.value.channel] = own
        return tuple(found.values())

    def covers(self, wanted: Subscription) -> bool:
        """Tell whether a subscription is about the repository."""
        if wanted.repo.endswith("/*"):
            return self.repo.startswith(wanted.repo[:-1]) and not leaves_out(wanted.excluded, self.repo)
        return wanted.repo in {"", self.repo}

    def filter(self, wanted: Subscription, texts: Mapping[str, str], path: str, source: Source) -> str | None:
        """Return the whole filter of a subscription, None if the filters it uses are gone or contradict."""
        gone = [name for name in wanted.use if name not in texts]
        if gone:
            reason = f"No file defines the filter `{gone[0]}` any more; define it, or do not use it."
            self.left_out.append(LeftOut(path, reason, source))
            return None
        whole = joined(wanted, texts)
        if whole not in self.joined and not self.report.affords(FILTER.expressions(whole)):
            self.left_out.append(LeftOut(path, TOO_MANY, source))
            return None
        self.joined.add(whole)
        text, wrong = FILTER.read(whole)
        if wrong:
            self.left_out.append(LeftOut(path, f"Its filters do not go together: {wrong}", source))
            return None
        return str(text)

    def channel(self, named: str, file: _Layer, path: str, source: Source) -> str | None:
        """Return the id of a channel that lets the file speak for it; what is left out is noted."""
        found = self.channels.get(named.lower()[1:] if named.startswith("#") else named)
        if found is None:
            reason = f"I am in no channel `{named}`; invite me there with `/invite @PatchForge`."
        elif file.name not in found.allows:
            reason = f"Nobody has allowed it there; type `/patchforge config allow {file.name}` in `{named}`."
        else:
            return found.id
        self.left_out.append(LeftOut(path, reason, source))
        return None

    def reminders(self) -> tuple[Sourced[Reminder], ...]:
        """Return each channel's digests: those set there, else the repository's, else the organisation's."""
        found: dict[str, list[Sourced[Reminder]]] = {}
        for file in self.files:
            own: dict[str, list[Sourced[Reminder]]] = {}
            for number, one in enumerate(file.said.reminders, 1):
                path = below("reminders", number)
                source = file.source(path)
                channel = self.channel(one.channel, file, path, source)
                if channel:
                    own.setdefault(channel, []).append(Sourced(replace(one, channel=channel), source))
            found |= own
        found |= _by_channel(self.workspace.reminders)
        return tuple(one for many in found.values() for one in many)

    def usergroups(self) -> dict[str, Sourced[str]]:
        """Return the user groups that stand for teams; only a trusted organisation's file names any."""
        found: dict[str, Sourced[str]] = {}
        for file in self.trusted("teams", "teams and their user groups"):
            teams = file.named("teams", file.said.teams)
            found |= {
                name: Sourced(team.value.usergroup, file.source(f"teams.{name}.usergroup"))
                for name, team in teams.items()
                if team.value.usergroup
            }
        return found | dict(self.workspace.usergroups)

    def routings(self) -> dict[str, Sourced[str]]:
        """Return how each team is asked."""
        found: dict[str, Sourced[str]] = {}
        for file in self.files:
            found |= {
                name: Sourced(team.routing, file.source(f"teams.{name}.routing"))
                for name, team in file.said.teams.items()
                if team.routing
            }
        return found | dict(self.workspace.routings)

    def people(self) -> dict[str, Sourced[str]]:
        """Return who is who; what people proved or an admin said in Slack prevails."""
        found: dict[str, Sourced[str]] = {}
        for file in self.trusted("people", "people"):
            found |= file.named("people", file.said.people)
        return found | dict(self.workspace.people)

    def trusted(self, key: str, what: str) -> Iterable[_Layer]:
        """Return the organisation's file if it may speak for people; note it if it does without."""
        for file in self.files:
            said = (
                file.said.people
                if key == "people"
                else {name: team for name, team in file.said.teams.items() if team.usergroup}
            )
            if file.origin is not Origin.ORGANISATION or not said:
                continue
            if file.name in self.workspace.trusts:
                yield file
                continue
            reason = (
                f"No admin has allowed this file to say who is who; `/patchforge config allow {file.name} "
                f"people` puts its {what} in force."
            )
            self.left_out.append(LeftOut(key, reason, file.source(key)))


def _by_channel(reminders: Iterable[Sourced[Reminder]]) -> dict[str, list[Sourced[Reminder]]]:
    found: dict[str, list[Sourced[Reminder]]] = {}
    for one in reminders:
        found.setdefault(one.value.channel, []).append(one)
    return found
