"""What surrounds pull requests, from storage: what the rules of whose turn it is want beyond the facts.

A CODEOWNERS file is parsed once, and what owners a pull request needs is worked out once for each head.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection

from bot.models import Comment, Pull, PullFacts, PullState, Verdict
from bot.owners.owners import Owners, Rule
from bot.owners.waiting import Need, bare, needs, unmet
from bot.reviews.owning import parsed
from bot.reviews.standing import NOTHING, Around, full_name
from storage import attention, knowledge, nearby, reviews
from storage.knowledge import FilesHead, OwnersHead, Team

# A team's members, and what GitHub refused, are asked for again after so long.
_FRESH = timedelta(hours=1)

_Heads = Mapping[tuple[int, str], OwnersHead]


@dataclass(frozen=True, slots=True)
class Missing:
    """What GitHub has to be asked for, of one pull request: teams by "owner/slug"."""

    files: bool = False
    owners: bool = False
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a pull request, and what is not."""

    around: Around
    missing: Missing


_CLOSED = Surroundings(NOTHING, Missing())


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """One line of a CODEOWNERS file: where it stands, and what it says."""

    path: str
    rule: Rule


def around(connection: Connection, facts: PullFacts, *, now: datetime) -> Surroundings:
    """Return what surrounds one pull request."""
    pull = facts.pull
    if pull.state is not PullState.OPEN:
        return _CLOSED
    heads, commented = nearby.of_pull(connection, pull)
    known = _known(connection, [pull], heads)
    said = reviews.comments_of(connection, pull.id) if commented else ()
    return Surroundings(_around(facts, said, known), _missing(pull, known, now))


def around_all(
    connection: Connection,
    found: Iterable[PullFacts],
    comments: Mapping[int, Sequence[Comment]],
    *,
    now: datetime,
) -> dict[int, Surroundings]:
    """Return what surrounds each pull request, by id, with a few statements for all of them."""
    found = list(found)
    opened = [facts.pull for facts in found if facts.pull.state is PullState.OPEN]
    known = _known(connection, opened)
    return {
        facts.pull.id: Surroundings(
            _around(facts, comments.get(facts.pull.id, ()), known), _missing(facts.pull, known, now)
        )
        if facts.pull.state is PullState.OPEN
        else _CLOSED
        for facts in found
    }


def concerning(connection: Connection, pulls: Sequence[Pull], login: str) -> list[Pull]:
    """Return those of these open pull requests on which it may be a person's turn.

    Whoever is named nowhere around a pull request has nothing to do on it, so that no more is read of it.
    """
    me, known = login.lower(), _known(connection, pulls)
    said = reviews.of_login(connection, [pull.id for pull in pulls], me)
    mine = {team.name for team in known.teams.values() if me in map(str.lower, team.members)}
    found = []
    for pull in pulls:
        names = (pull.author or "", *pull.reviewers, *pull.assignees, *known.asked.get(pull.id, {}).values())
        if (
            pull.id in said
            or me in known.owned(pull).owners
            or not mine.isdisjoint(known.named[pull.id])
            or me in map(str.lower, names)
        ):
            found.append(pull)
    return found


def ask(connection: Connection, pull: Pull, missing: Missing, *, now: datetime) -> None:
    """Ask GitHub for what is missing, once however often this is called."""
    if missing.owners:
        knowledge.ask_owners(connection, pull, now=now)
    if missing.files:
        knowledge.ask_files(connection, pull, now=now)
    for team in missing.teams:
        knowledge.ask_team(connection, team, pull.repo, now=now)


def owners_of(connection: Connection, repo_id: int, branch: str) -> tuple[str | None, Owners]:
    """Return where the CODEOWNERS file of a branch stands, None if nowhere, and what it says."""
    head = knowledge.owners_heads(connection, {(repo_id, branch)}).get((repo_id, branch))
    if head is None or head.path is None:
        return None, Owners()
    return head.path, parsed(connection, head)


def owner_problems(connection: Connection, repos: Collection[str]) -> list[str]:
    """Say what is wrong with the CODEOWNERS files that were read of these repositories, line by line."""
    found: list[str] = []
    for repo, head in knowledge.owners_named(connection, repos):
        if head.error is not None:
            found.append(f"{repo}: CODEOWNERS on {head.branch} could not be read: {head.error}")
        elif head.path is not None:
            where = f"{repo}: {head.path} on {head.branch}"
            found += [
                f"{where}, line {line}: {reason}" if line else f"{where}: {reason}"
                for line, reason in parsed(connection, head).problems
            ]
    return found


def owner_lines(connection: Connection, pull: Pull, patterns: Iterable[str]) -> list[OwnerLine]:
    """Return the last line for each of these patterns in the file that holds for a pull request."""
    path, found = owners_of(connection, pull.repo_id, pull.base)
    last = {rule.pattern: rule for rule in found.rules}
    return [OwnerLine(path, last[pattern]) for pattern in patterns if path and pattern in last]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for several pull requests; `wanted`, `named` and `asked` are by pull request.

    `named` are the teams that are asked, or own something, by "owner/slug".
    """

    owners: _Heads
    files: Mapping[int, FilesHead]
    wanted: Mapping[int, "_Wanted"]
    named: Mapping[int, tuple[str, ...]]
    teams: Mapping[str, Team]
    asked: Mapping[int, Mapping[str, str]]

    def owned(self, pull: Pull) -> "_Wanted":
        """Return the owners that a pull request needs."""
        return self.wanted.get(pull.id, _NOBODY)


def _known(connection: Connection, pulls: Sequence[Pull], owners: _Heads | None = None) -> _Known:
    if owners is None:
        owners = knowledge.owners_heads(connection, {(pull.repo_id, pull.base) for pull in pulls})
    owned = [pull for pull in pulls if (head := owners.get((pull.repo_id, pull.base))) and head.path]
    files = knowledge.files_heads(connection, [pull.id for pull in owned])
    wanted = _needs(connection, owned, owners, files)
    named = {pull.id: _teams(pull, wanted.get(pull.id, _NOBODY)) for pull in pulls}
    names = {name for teams in named.values() for name in teams}
    teams = {team.name: team for team in knowledge.teams_named(connection, names)}
    asked = attention.asked(connection, [pull.id for pull in pulls]) if names else {}
    return _Known(owners, files, wanted, named, teams, asked)


def _around(facts: PullFacts, comments: Sequence[Comment], known: _Known) -> Around:
    pull = facts.pull
    wanted = known.owned(pull).needs
    teams = [known.teams[name] for name in known.named[pull.id] if name in known.teams]
    members = {team.name: team.members for team in teams if team.error is None}
    if wanted:
        agreed = [login for login, verdict in facts.verdicts().items() if verdict is Verdict.APPROVED]
        wanted = unmet(wanted, agreed, members, pull.author)
    return Around(
        comments=tuple(comments),
        pushed_at=pull.pushed_at,
        merge_state=pull.mergeable_state or "",
        queued=pull.queued_at is not None,
        needs=wanted,
        members=members,
        asked=known.asked.get(pull.id, {}),
    )


def _missing(pull: Pull, known: _Known, now: datetime) -> Missing:
    head, read = known.owners.get((pull.repo_id, pull.base)), known.files.get(pull.id)
    current = read is not None and (read.sha, read.base) == (pull.head_sha, pull.base)
    return Missing(
        files=head is not None and head.path is not None and not current,
        owners=head is None or (head.error is not None and head.read_at + _FRESH <= now),
        teams=tuple(
            name
            for name in known.named[pull.id]
            if name not in known.teams or known.teams[name].read_at + _FRESH <= now
        ),
    )


def _teams(pull: Pull, wanted: "_Wanted") -> tuple[str, ...]:
    """Return the teams that are asked, or own something, by "owner/slug"."""
    if not pull.teams:
        return wanted.teams
    asked = [full_name(team, pull.repo) for team in pull.teams]
    return tuple(dict.fromkeys([*asked, *wanted.teams]))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The owners that a pull request needs: in sets, then all of them by bare name, and which are teams."""

    needs: tuple[Need, ...] = ()
    owners: frozenset[str] = frozenset()
    teams: tuple[str, ...] = ()


_NOBODY = _Wanted()


@dataclass(frozen=True, slots=True)
class _Touched:
    """The files of a pull request at one head, with their owners; `paths` fetches them."""

    pull_id: int
    sha: str
    base: str
    owners_read_at: datetime
    owners: Owners = field(compare=False)
    paths: Callable[[int], Sequence[str]] = field(compare=False)


@lru_cache(maxsize=8192)
def _needed(touched: _Touched) -> _Wanted:
    found = needs(touched.owners.of_all(touched.paths(touched.pull_id)).groups, (), {})
    names = dict.fromkeys(bare(owner) for need in found for owner in need.owners)
    return _Wanted(found, frozenset(names), tuple(name for name in names if "/" in name))


def _needs(
    connection: Connection,
    pulls: Sequence[Pull],
    owners: _Heads,
    files: Mapping[int, FilesHead],
) -> dict[int, _Wanted]:
    """Return the owners that pull requests need, by id; files of an older head do until others are known."""
    # The paths of all are fetched when those of the first are wanted.
    paths: dict[int, Sequence[str]] = {}

    def fetch(pull_id: int) -> Sequence[str]:
        if pull_id not in paths:
            wanted = [pull.id for pull in pulls if pull.id in files]
            paths.update(knowledge.paths_of(connection, wanted))
        return paths.get(pull_id, ())

    branches = {(pull.repo_id, pull.base) for pull in pulls}
    rules = {branch: parsed(connection, owners[branch]) for branch in branches}
    found: dict[int, _Wanted] = {}
    for pull in pulls:
        branch = pull.repo_id, pull.base
        read, head = files.get(pull.id), owners[branch]
        if read is None or read.error is not None:
            continue
        touched = _Touched(
            pull_id=pull.id,
            sha=read.sha,
            base=read.base,
            owners_read_at=head.read_at,
            owners=rules[branch],
            paths=fetch,
        )
        found[pull.id] = _needed(touched)
    return found
