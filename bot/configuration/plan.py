"""What the files of one owner ask for, worked out to what can be put in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bot.configuration.document import Subscription
from bot.configuration.effective import Effective, File, Origin, Source, Workspace
from bot.configuration.merge import merge
from bot.reminders.sla import Ladder
from bot.reminders.working import Calendar

_FILES = frozenset((Origin.ORGANISATION, Origin.REPOSITORY))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How soon a review is due in a repository; without `calendar` that of each channel counts."""

    ladder: Ladder
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that is to be in force by files; each wish with whose file it is: `owner/name` or `owner/*`.

    Subscriptions go by channel and repository, reminders by channel and schedule, deadlines by repository.
    `teams` have a user group (an id, an `@handle`, or none) and the routing of the organisation's file; one
    of which only repositories' files speak is here too, so that it stays known whose turn it was.
    """

    subscriptions: Mapping[tuple[str, str], tuple[str, Subscription]] = field(default_factory=dict)
    reminders: Mapping[tuple[str, str], str] = field(default_factory=dict)
    deadlines: Mapping[str, tuple[str, Deadlines]] = field(default_factory=dict)
    teams: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)


def plan(
    owner: str,
    files: Mapping[str, File],
    workspace: Workspace,
    repos: Collection[str],
    settled: Collection[str],
) -> Wishes:
    """Return what the files of an owner put in force, beside what was set in Slack, which prevails.

    `files` are by `owner/name` and `owner/*`, `repos` are the known repositories of the owner; people set
    the deadlines of those that are `settled`.
    """
    whole = f"{owner}/*"
    organisation = files.get(whole)
    shared = merge(whole, organisation, None, workspace)
    named = {one.repo for one in _subscriptions(organisation) if not one.repo.endswith("/*")}
    merged = {
        repo: merge(repo, organisation, files.get(repo), workspace)
        for repo in sorted(named | set(files) - {whole})
    }
    subscriptions = _followed(shared, whole, whole)
    reminders: dict[tuple[str, str], str] = {}
    for repo, effective in merged.items():
        subscriptions |= _followed(effective, repo, whole)
        for one in effective.reminders:
            if one.source.origin is Origin.REPOSITORY:
                reminders.setdefault((one.value.channel, one.value.schedule), repo)
    taken = {channel for channel, _ in reminders}
    for one in shared.reminders:
        if one.source.origin is Origin.ORGANISATION and one.value.channel not in taken:
            reminders[one.value.channel, one.value.schedule] = whole
    return Wishes(
        subscriptions,
        reminders,
        {
            repo: due
            for repo in sorted(set(repos) | set(merged))
            if repo not in settled and (due := _due(merged.get(repo, shared), repo, whole))
        },
        {team: (None, "whole") for one in merged.values() for team in _teams(one)} | _teams(shared),
    )


def _subscriptions(file: File | None) -> tuple[Subscription, ...]:
    made = file.reading.configuration if file else None
    return made.subscriptions if made else ()


def _followed(effective: Effective, repo: str, whole: str) -> dict[tuple[str, str], tuple[str, Subscription]]:
    """Return what files ask for by just this name."""
    return {
        (one.value.channel, repo): (_whose(one.source, repo, whole), replace(one.value, repo=repo))
        for one in effective.subscriptions
        if one.source.origin in _FILES and one.value.repo == repo
    }


def _due(effective: Effective, repo: str, whole: str) -> tuple[str, Deadlines] | None:
    ladder = effective.ladder
    if ladder.value is None or ladder.source.origin not in _FILES:
        return None
    parts = (effective.zone, effective.days, effective.hours, effective.country)
    said = any(part.source.origin in _FILES for part in parts)
    calendar = effective.calendar if said else None
    return _whose(ladder.source, repo, whole), Deadlines(ladder.value, calendar)


def _whose(source: Source, repo: str, whole: str) -> str:
    return whole if source.origin is Origin.ORGANISATION else repo


def _teams(effective: Effective) -> dict[str, tuple[str | None, str]]:
    usergroups, routings = (
        {team: one.value for team, one in found.items() if one.source.origin in _FILES}
        for found in (effective.usergroups, effective.routings)
    )
    return {
        team: (usergroups.get(team), routings.get(team, "whole")) for team in sorted({*usergroups, *routings})
    }
