"""What was seen in pull requests, for whoever chooses among it: the latest and the most frequent first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from bot.models import GHOST, Pull
from storage import facts
from storage.tables import people, pull_files, pulls, repositories, reviews

# So many of the latest pull requests are looked through.
_LOOKED_AT = 300
_MOST_REPOSITORIES = 2_000
_MOST_FOLDERS = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What pull requests had, most frequent first; `teams` are `owner/team`, `folders` end with `/**`."""

    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def repositories_seen(connection: Connection) -> list[str]:
    """Return the known repositories by name."""
    query = select(repositories.c.full_name).order_by(repositories.c.full_name).limit(_MOST_REPOSITORIES)
    return list(connection.execute(query).scalars())


def seen_in(connection: Connection, repo: str) -> Seen:
    """Return what the latest pull requests of `owner/name`, or of all of `owner/*`, had."""
    owner = repo.partition("/")[0].lower()
    columns = (pulls.c.id, pulls.c.author, pulls.c.labels, pulls.c.reviewers, pulls.c.teams, pulls.c.base)
    latest = (
        select(*columns)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(_is_in(repo))
        .order_by(pulls.c.updated_at.desc())
        .limit(_LOOKED_AT)
    )
    found = connection.execute(latest).all()
    numbers = [row.id for row in found]
    reviewed = connection.execute(select(reviews.c.login).where(reviews.c.pull_id.in_(numbers))).scalars()
    changed = connection.execute(select(pull_files.c.paths).where(pull_files.c.pull_id.in_(numbers)))
    linked = connection.execute(select(people.c.login)).scalars()
    folders = [folder for paths in changed.scalars() for folder in _folders(paths)]
    logins = [login for row in found for login in (row.author, *row.reviewers)]
    return Seen(
        labels=_frequent(label for row in found for label in row.labels),
        people=tuple(dict.fromkeys((*_frequent((*logins, *reviewed)), *linked))),
        teams=_frequent(f"{owner}/{team}" for row in found for team in row.teams),
        branches=_frequent(row.base for row in found),
        folders=_frequent(folders)[:_MOST_FOLDERS],
    )


def latest_pulls(connection: Connection, repo: str, limit: int) -> list[Pull]:
    """Return the pull requests of `owner/name`, or of all of `owner/*`, that were opened last."""
    query = (
        select(pulls, repositories.c.full_name)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(_is_in(repo))
        .order_by(pulls.c.created_at.desc(), pulls.c.id.desc())
        .limit(limit)
    )
    return [facts.pull_of(row) for row in connection.execute(query).mappings()]


def _is_in(repo: str) -> ColumnElement[bool]:
    """Return the condition that a row of `repositories` is `owner/name`, or one of `owner/*`."""
    name = func.lower(repositories.c.full_name)
    if repo.endswith("/*"):
        return name.startswith(repo[:-1].lower(), autoescape=True)
    return name == repo.lower()


def _frequent(names: Iterable[str | None]) -> tuple[str, ...]:
    counts = Counter(name for name in names if name and name != GHOST)
    return tuple(name for name, _ in counts.most_common())


def _folders(paths: Iterable[str]) -> Iterable[str]:
    """Return each folder that holds a changed file, with those around it, once."""
    found = dict[str, None]()
    for path in paths:
        parts = path.split("/")[:-1]
        for depth in range(1, min(len(parts), 4) + 1):
            found["/".join(parts[:depth]) + "/**"] = None
    return found
