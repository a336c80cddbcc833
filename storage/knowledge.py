"""What was read of GitHub beside its events: changed files, CODEOWNERS, the members of teams."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    RowMapping,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
)

from bot.models import Pull, PullState
from storage import jobs
from storage.sql import first, insert, one_of, rows
from storage.tables import codeowners, pull_files, pulls, repositories, teams

_FILES = select(pull_files).where(pull_files.c.pull_id == bindparam("pull"))
_OWNERS = select(codeowners).where(
    codeowners.c.repo_id == bindparam("repo"), codeowners.c.branch == bindparam("name")
)
_FILES_HEADS = select(pull_files.c.pull_id, pull_files.c.sha, pull_files.c.base, pull_files.c.error).where(
    one_of(pull_files.c.pull_id, "ids")
)
_PATHS = select(pull_files.c.pull_id, pull_files.c.paths).where(one_of(pull_files.c.pull_id, "ids"))
_OWNERS_HEADS = select(
    codeowners.c.repo_id, codeowners.c.branch, codeowners.c.path, codeowners.c.error, codeowners.c.read_at
).where(one_of(codeowners.c.repo_id, "repos"), one_of(codeowners.c.branch, "names"))


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a pull request changes at one head.

    `complete` is False where GitHub lists no more; with `error` nobody knows them.
    """

    sha: str
    base: str
    paths: tuple[str, ...]
    complete: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """The CODEOWNERS file of a branch at one commit; `path` is None where there is none, `error` says why."""

    commit: str
    path: str | None
    text: str
    error: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class FilesHead:
    """For which head of a pull request, into which branch, its files were read, without the files."""

    sha: str
    base: str
    error: str | None


@dataclass(frozen=True, slots=True)
class OwnersHead:
    """Where a branch's CODEOWNERS file was found and when it was read, without its text."""

    repo_id: int
    branch: str
    path: str | None
    error: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Team:
    """Who is in a team, by login; with `error` nobody knows."""

    name: str
    members: tuple[str, ...]
    error: str | None
    read_at: datetime


def files(connection: Connection, pull_id: int) -> Files | None:
    """Return the files that were read last of a pull request, whatever its head is now."""
    row = first(connection, _FILES, {"pull": pull_id})
    if row is None:
        return None
    return Files(row["sha"], row["base"], tuple(row["paths"]), row["complete"], row["error"])


def files_heads(connection: Connection, pull_ids: Collection[int]) -> dict[int, FilesHead]:
    """Return for which heads the files of these pull requests were read, by pull request."""
    if not pull_ids:
        return {}
    found = rows(connection, _FILES_HEADS, {"ids": list(pull_ids)})
    return {row["pull_id"]: FilesHead(row["sha"], row["base"], row["error"]) for row in found}


def paths_of(connection: Connection, pull_ids: Collection[int]) -> dict[int, Sequence[str]]:
    """Return the changed paths of these pull requests, by pull request."""
    return {row["pull_id"]: row["paths"] for row in rows(connection, _PATHS, {"ids": list(pull_ids)})}


def put_files(connection: Connection, pull_id: int, found: Files, *, now: datetime) -> None:
    """Record the files of a pull request at its head."""
    values = {
        "sha": found.sha,
        "base": found.base,
        "paths": list(found.paths),
        "complete": found.complete,
        "error": found.error,
        "read_at": now,
    }
    connection.execute(
        insert(connection, pull_files)
        .values(pull_id=pull_id, **values)
        .on_conflict_do_update(index_elements=[pull_files.c.pull_id], set_=values)
    )


def owners(connection: Connection, repo_id: int, branch: str) -> OwnersFile | None:
    """Return the CODEOWNERS file that was read last for a branch."""
    row = first(connection, _OWNERS, {"repo": repo_id, "name": branch})
    if row is None:
        return None
    return OwnersFile(row["commit"], row["path"], row["text"], row["error"], row["read_at"])


def owners_heads(
    connection: Connection, branches: Collection[tuple[int, str]]
) -> dict[tuple[int, str], OwnersHead]:
    """Return where the CODEOWNERS files of these (repository, branch) were found, by the same."""
    if not branches:
        return {}
    names = {
        "repos": list({repo for repo, _ in branches}),
        "names": list({branch for _, branch in branches}),
    }
    found = (OwnersHead(**row) for row in rows(connection, _OWNERS_HEADS, names))
    return {(head.repo_id, head.branch): head for head in found}


def owners_named(connection: Connection, repos: Collection[str]) -> list[tuple[str, OwnersHead]]:
    """Return the CODEOWNERS files that were read of these repositories, in lower case, with their names."""
    name = func.lower(repositories.c.full_name)
    columns = (codeowners.c[column] for column in ("repo_id", "branch", "path", "error", "read_at"))
    query = (
        select(name, *columns)
        .join(repositories, repositories.c.id == codeowners.c.repo_id)
        .where(name.in_(list(repos)))
        .order_by(name, codeowners.c.branch)
    )
    return [(repo, OwnersHead(*head)) for repo, *head in connection.execute(query)]


def put_owners(connection: Connection, repo_id: int, branch: str, found: OwnersFile) -> None:
    """Record the CODEOWNERS file of a branch."""
    values = {
        "commit": found.commit,
        "path": found.path,
        "text": found.text,
        "error": found.error,
        "read_at": found.read_at,
    }
    connection.execute(
        insert(connection, codeowners)
        .values(repo_id=repo_id, branch=branch, **values)
        .on_conflict_do_update(index_elements=[codeowners.c.repo_id, codeowners.c.branch], set_=values)
    )


def forget_owners(connection: Connection, repo_id: int, branch: str) -> None:
    """Let the CODEOWNERS file of a branch be read anew."""
    connection.execute(
        delete(codeowners).where(codeowners.c.repo_id == repo_id, codeowners.c.branch == branch)
    )


def team(connection: Connection, name: str) -> Team | None:
    """Return who is in the team `owner/slug`, as it was read last."""
    return next(iter(teams_named(connection, [name])), None)


def teams_named(connection: Connection, names: Collection[str]) -> list[Team]:
    """Return those of the teams `owner/slug` that were read."""
    if not names:
        return []
    query = select(teams).where(teams.c.name.in_([name.lower() for name in names])).order_by(teams.c.name)
    return [_team(row) for row in connection.execute(query).mappings()]


def put_team(
    connection: Connection, name: str, members: Sequence[str], *, error: str | None, now: datetime
) -> None:
    """Record who is in the team `owner/slug`, or why nobody knows."""
    values = {"members": list(members), "error": error, "read_at": now}
    connection.execute(
        insert(connection, teams)
        .values(name=name.lower(), **values)
        .on_conflict_do_update(index_elements=[teams.c.name], set_=values)
    )


def forget_team(connection: Connection, name: str) -> None:
    """Let the members of a team be read anew."""
    connection.execute(delete(teams).where(teams.c.name == name.lower()))


def waiting_for_team(connection: Connection, name: str) -> list[int]:
    """Return the open pull requests that may wait for the team `owner/slug`: it is asked, or owns code."""
    owner, slug = name.lower().split("/", 1)
    owns = (
        exists()
        .where(codeowners.c.repo_id == pulls.c.repo_id, codeowners.c.branch == pulls.c.base)
        .where(func.lower(codeowners.c.text).contains(f"@{owner}/{slug}", autoescape=True))
    )
    asked = func.lower(cast(pulls.c.teams, Text)).contains(f'"{slug}"', autoescape=True)
    query = (
        select(pulls.c.id)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(
            func.lower(repositories.c.full_name).startswith(f"{owner}/", autoescape=True),
            pulls.c.state == PullState.OPEN,
            or_(asked, owns),
        )
    )
    return list(connection.execute(query).scalars())


def open_into(connection: Connection, repo_id: int, branch: str, *, limit: int) -> list[int]:
    """Return the open pull requests into a branch, those touched last first."""
    query = (
        select(pulls.c.id)
        .where(
            pulls.c.repo_id == repo_id,
            pulls.c.base == branch,
            pulls.c.state == PullState.OPEN,
        )
        .order_by(pulls.c.updated_at.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def ask_files(connection: Connection, pull: Pull, *, now: datetime, priority: int = jobs.MESSAGE) -> str:
    """Ask for the files of a pull request at its head, once for each head; return the ordering."""
    ordering = f"refresh:{pull.repo_id}:{pull.number}"
    jobs.enqueue(
        connection,
        "pull.files",
        f"files:{pull.id}:{pull.head_sha}:{pull.base}"[:200],
        ordering=ordering,
        payload={"pull_id": pull.id},
        now=now,
        priority=priority,
        again=True,
    )
    return ordering


def ask_owners(connection: Connection, pull: Pull, *, now: datetime, priority: int = jobs.MESSAGE) -> str:
    """Ask for the CODEOWNERS file of the branch that a pull request goes to; return the ordering."""
    key = f"owners:{pull.repo_id}:{pull.base}"[:200]
    payload = {"pull_id": pull.id}
    jobs.enqueue(connection, "repo.owners", key, payload=payload, now=now, priority=priority, again=True)
    return key


def ask_team(
    connection: Connection, name: str, repo: str, *, now: datetime, priority: int = jobs.MESSAGE
) -> str:
    """Ask for the members of the team `owner/slug`; `repo` says whose token to use; return the ordering."""
    key = f"team:{name.lower()}"[:200]
    payload = {"team": name.lower(), "repo": repo}
    jobs.enqueue(connection, "team.members", key, payload=payload, now=now, priority=priority, again=True)
    return key


def ask_group(connection: Connection, usergroup: str, *, now: datetime, priority: int = jobs.MESSAGE) -> str:
    """Ask Slack for the people of a user group; return the ordering."""
    key = f"group:{usergroup}"
    payload = {"group": usergroup}
    jobs.enqueue(connection, "group.members", key, payload=payload, now=now, priority=priority, again=True)
    return key


def _team(row: RowMapping) -> Team:
    return Team(row["name"], tuple(row["members"]), row["error"], row["read_at"])
