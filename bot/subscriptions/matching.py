"""Judge pull requests by what a channel asks for; what that takes is read, or asked for if nobody knows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from bot.filters.clauses import Filter
from bot.filters.judging import Needs, Predicate, compiled, needs, told
from bot.filters.language import stored_filter
from bot.filters.people import ME
from bot.filters.seen import Answer, Event, Seen
from bot.models import Pull, Subscription
from bot.owners.owners import Owners
from bot.owners.parsing import parse
from storage import groups, knowledge, people, reviews
from storage.knowledge import Files, OwnersFile, Team

# A team's members, and what was refused, are asked for again after so long.
_FRESH = timedelta(hours=1)


class What(StrEnum):
    """The kinds of things that have to be asked for; a team and a group of Slack have a name."""

    FILES = "files"
    OWNERS = "owners"
    TEAM = "team"
    GROUP = "group"


class Missing(NamedTuple):
    """One thing that has to be asked for."""

    what: What
    name: str = ""


_NOTHING = frozenset[Missing]()


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for judging one pull request; None, and what is in no mapping, was not.

    `teams` are by `owner/team`, `groups` (the people of a user group, by Slack id) and `stand_for` (its
    teams) by the group's id, `logins` by the Slack user's: nobody if they are not linked.
    """

    files: Files | None = None
    owners: OwnersFile | None = None
    reviewed: Collection[str] | None = None
    teams: Mapping[str, Team] = field(default_factory=dict)
    groups: Mapping[str, Team] = field(default_factory=dict)
    stand_for: Mapping[str, Collection[str]] = field(default_factory=dict)
    logins: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a pull request, what has to be asked for, and why some of it cannot be known."""

    seen: Seen
    missing: frozenset[Missing] = frozenset()
    refused: tuple[str, ...] = ()


def answer(
    connection: Connection, one: Subscription, bare: Seen, *, now: datetime
) -> tuple[Answer, frozenset[Missing]]:
    """Tell whether what is seen passes the filter, events aside, and what has to be asked for.

    `bare` is the pull request alone: of what else there is only that is read which the filter takes.
    """
    wanted, passes = _by_pulls(one.filter)
    found = passes(replace(bare, me=one.created_by) if ME in one.filter else bare)
    if found is not Answer.UNKNOWN:
        return found, _NOTHING
    seen = look(connection, wanted, bare.pull, me=one.created_by, now=now)
    return passes(seen.seen), seen.missing


@lru_cache(8192)
def heard(text: str) -> frozenset[Event]:
    """Return the events that a stored filter lets be told."""
    return told(stored_filter(text))


@lru_cache(8192)
def _by_pulls(text: str) -> tuple[Filter, Predicate]:
    """Return what a stored filter asks of pull requests; a text is found sooner than what it was read to."""
    wanted = stored_filter(text).of_pulls()
    return wanted, compiled(wanted)


def look(
    connection: Connection,
    wanted: Filter,
    pull: Pull,
    *,
    me: str,
    now: datetime | None = None,
    late: bool = False,
) -> Look:
    """Return what the filter looks at; `late` takes the files of whatever head they were read for.

    Without `now` nothing that is known is too old.
    """
    required = needs(wanted, pull.repo.partition("/")[0])
    return see(required, pull, read(connection, required, pull, me=me), me=me, now=now, late=late)


def read(connection: Connection, required: Needs, pull: Pull, *, me: str) -> Known:
    """Read what is required, as far as it is known."""
    named = _asked(required, me)
    user_groups = {one for one in named if one.startswith("S")}
    in_slack = {
        team.name: team
        for team in knowledge.teams_named(connection, [group_name(one) for one in user_groups])
    }
    found_groups = {one: in_slack[group_name(one)] for one in user_groups if group_name(one) in in_slack}
    stand_for = groups.teams_of(connection, user_groups)
    teams = required.teams | {team for several in stand_for.values() for team in several}
    users = (named - user_groups) | {user for group in found_groups.values() for user in group.members}
    return Known(
        files=knowledge.files(connection, pull.id) if required.paths or required.owners else None,
        owners=knowledge.owners(connection, pull.repo_id, pull.base) if required.owners else None,
        reviewed=[one.login for one in reviews.of_pull(connection, pull.id) if one.login]
        if required.reviews
        else None,
        teams={team.name: team for team in knowledge.teams_named(connection, teams)},
        groups=found_groups,
        stand_for=stand_for,
        logins={user: people.login_of(connection, user) for user in users},
    )


def see(
    required: Needs, pull: Pull, known: Known, *, me: str, now: datetime | None = None, late: bool = False
) -> Look:
    """Return what can be seen with what is known."""
    missing, refused = set[Missing](), list[str]()
    files = known.files
    if required.paths or required.owners:
        if files is None or not (late or (files.sha, files.base) == (pull.head_sha, pull.base)):
            files = None
            missing.add(Missing(What.FILES))
        elif files.error is not None:
            refused.append(f"its changed files cannot be read: {files.error}")
    paths = files.paths if files is not None and files.error is None else None
    complete = files is None or files.complete
    owners = None
    if required.owners:
        if known.owners is None:
            missing.add(Missing(What.OWNERS))
        owners, why = _owners(known.owners, paths if complete else None)
        refused += [why] if why else []
    gathered = {
        What.TEAM: (
            known.teams,
            required.teams | {team for some in known.stand_for.values() for team in some},
        ),
        What.GROUP: (known.groups, {one for one in _asked(required, me) if one.startswith("S")}),
    }
    for what, (teams, names) in gathered.items():
        missing |= {Missing(what, name) for name in names if _is_old(teams.get(name), now)}
        refused += [
            f"who is in `{name}` cannot be read: {team.error}" for name, team in teams.items() if team.error
        ]
    seen = Seen(
        pull,
        me,
        paths=paths,
        all_paths=complete,
        owners=owners,
        reviewed=known.reviewed,
        members={name: team.members for name, team in known.teams.items() if team.error is None},
        people=_people(known),
    )
    return Look(seen, frozenset(missing), tuple(refused))


def ask(connection: Connection, pull: Pull, missing: Iterable[Missing], *, now: datetime) -> list[str]:
    """Ask for what is missing, and return the orderings in which the answers come."""
    orderings = []
    for what, name in sorted(missing):
        if what is What.FILES:
            orderings.append(knowledge.ask_files(connection, pull, now=now))
        elif what is What.OWNERS:
            orderings.append(knowledge.ask_owners(connection, pull, now=now))
        elif what is What.TEAM:
            orderings.append(knowledge.ask_team(connection, name, pull.repo, now=now))
        else:
            orderings.append(knowledge.ask_group(connection, name, now=now))
    return orderings


def group_name(identifier: str) -> str:
    """Return the name under which the people of Slack's user group are kept; no team bears such a name."""
    return f"<{identifier.lower()}>"


def _owners(file: OwnersFile | None, paths: Iterable[str] | None) -> tuple[set[str] | None, str]:
    """Return whom the file names for these paths, None if nobody can tell, and why not."""
    if file is not None and file.error is not None:
        return None, f"CODEOWNERS cannot be read: {file.error}"
    if file is None or paths is None:
        return None, ""
    found = _parsed(file.text).of_all(paths)
    if found.problem:
        return None, found.problem
    return {owner.removeprefix("@").lower() for group in found.groups for owner in group.owners}, ""


@lru_cache(16)
def _parsed(text: str) -> Owners:
    return parse(text)


def _asked(required: Needs, me: str) -> frozenset[str]:
    """Return the people and groups of Slack that the filter depends on."""
    return required.people | ({me} if required.me and me else frozenset())


def _is_old(team: Team | None, now: datetime | None) -> bool:
    return team is None or (now is not None and team.read_at + _FRESH <= now)


def _people(known: Known) -> dict[str, Collection[str]]:
    """Return the logins and teams behind people and groups of Slack; who is not linked is nobody."""
    found: dict[str, Collection[str]] = {
        user: [login] if login else [] for user, login in known.logins.items()
    }
    for name, group in known.groups.items():
        if group.error is None:
            logins = [login for user in group.members if (login := known.logins.get(user))]
            found[name] = [*logins, *known.stand_for.get(name, ())]
    return found
