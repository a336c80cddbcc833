"""What is known in Slack beside the files: channels, permissions, and what people set themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from sqlalchemy import Connection

from bot.configuration import document
from bot.configuration.effective import Channel, File, Origin, Source, Sourced, Workspace
from bot.configuration.load import read_accepted
from bot.reminders.schedule import DAYS
from storage import configurations, groups, people, permissions, reminders, slas, subscriptions
from storage.configurations import Kept
from storage.permissions import PEOPLE, Permission
from storage.slas import Sla

BY_FILE = "file"
"""Stands for the person where a file said which user group stands for a team."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything about one owner: its files in force, who may speak for whom, and what people set.

    `settled` are the deadlines that people set, by repository.
    """

    owner: str
    kept: Mapping[str, Kept]
    permissions: Sequence[Permission]
    subscriptions: tuple[Sourced[document.Subscription], ...]
    reminders: tuple[Sourced[document.Reminder], ...]
    usergroups: Mapping[str, Sourced[str]]
    routings: Mapping[str, Sourced[str]]
    settled: Mapping[str, Sla]
    repos: Sequence[str]

    def files(self) -> dict[str, File]:
        """Return the files in force, read; takes a while."""
        return {
            source: File(kept.repo, kept.commit or "", read_accepted(kept.text or ""))
            for source, kept in self.kept.items()
        }

    def workspace(
        self, channels: Sequence[tuple[str, str]], linked: Mapping[str, Sourced[str]], repo: str = ""
    ) -> Workspace:
        """Return Slack's side; `channels` are those that the bot is in, by id and name."""
        allows: dict[str, set[str]] = {}
        for one in self.permissions:
            allows.setdefault(one.channel, set()).add(one.source)
        sla = self.settled.get(repo)
        return Workspace(
            channels=tuple(Channel(key, name, frozenset(allows.get(key, ()))) for key, name in channels),
            trusts=frozenset(allows.get(PEOPLE, ())),
            subscriptions=self.subscriptions,
            reminders=self.reminders,
            sla=Sourced(_said(sla), _by(sla.set_by)) if sla else None,
            people=linked,
            usergroups=self.usergroups,
            routings=self.routings,
        )


def known(connection: Connection, owner: str) -> Known:
    """Return all that is known of an owner and its files."""
    allowed = permissions.of_owner(connection, owner)
    places = {one.channel for one in allowed} - {PEOPLE}
    own = [one for one in groups.every(connection) if one.team.startswith(f"{owner}/")]
    own = [one for one in own if one.set_by != BY_FILE]
    return Known(
        owner=owner,
        kept=configurations.in_force(connection, owner),
        permissions=allowed,
        subscriptions=tuple(
            Sourced(
                document.Subscription(
                    one.channel, one.repo, one.features, one.broadcast, (), one.filter, one.excluded
                ),
                _by(one.created_by),
            )
            for one in subscriptions.of_owner(connection, owner)
            if one.source is None
        ),
        reminders=tuple(
            Sourced(document.Reminder(one.place, one.schedule), _by(one.created_by))
            for one in reminders.of_places(connection, places)
            if one.source is None
        ),
        usergroups={one.team: Sourced(one.usergroup, _by(one.set_by)) for one in own if one.usergroup},
        routings={one.team: Sourced(one.routing, _by(one.set_by)) for one in own},
        settled={
            one.repo: one
            for one in slas.every(connection)
            if one.source is None and one.repo.startswith(f"{owner}/")
        },
        repos=subscriptions.known_repos(connection, [owner]),
    )


def linked(persons: Sequence[people.Person], file: File | None) -> dict[str, Sourced[str]]:
    """Return who of those whom an organisation's file names is linked by better proof than that, by login."""
    made = file.reading.configuration if file else None
    return {
        one.login.lower(): Sourced(one.slack_user, _by(one.linked_by or one.slack_user))
        for one in persons
        if made and one.proof != people.FILE and one.login.lower() in made.people
    }


def routings_of(connection: Connection, repo: str) -> Mapping[str, str]:
    """Return how the file in force of a repository wants each team to be asked, by "owner/slug"."""
    kept = configurations.get(connection, configurations.source_of(repo))
    return _routings(kept.text) if kept and kept.text else {}


@lru_cache(maxsize=256)
def _routings(text: str) -> Mapping[str, str]:
    made = read_accepted(text).configuration
    teams = made.teams if made else {}
    return {name: team.routing for name, team in teams.items() if team.routing}


def _by(user: str | None) -> Source:
    return Source(Origin.COMMAND, by=user or "")


def _said(sla: Sla) -> document.Sla:
    """Return deadlines that a person set, as a file would say them."""
    said = sla.calendar or {}
    starts, ends = said.get("starts"), said.get("ends")
    hours = None if starts is None or ends is None else document.Hours(_clock(starts), _clock(ends))
    first, author, channel = sla.ladder
    return document.Sla(
        first,
        document.Later(author, channel),
        document.Calendar(
            said.get("zone"),
            tuple(DAYS[day] for day in said.get("days") or ()),
            hours,
            said.get("country"),
        ),
    )


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
