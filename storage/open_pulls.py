"""All open pull requests of many repositories with what is known of them, read at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, RowMapping, case, func, or_, select
from sqlalchemy.dialects import sqlite

from bot.models import CheckState, Comment, Pull, PullFacts, PullState
from storage import facts, reviews
from storage.sql import Insert, affect, one_of, prepared, rows
from storage.tables import asked, checks, comments, pulls, repositories
from storage.tables import reviews as reviews_table

# Moments take the longest to read: only those that are looked at.
_REVIEWS = (
    select(*(column for column in reviews_table.c if column.name != "updated_at"))
    .where(one_of(reviews_table.c.pull_id, "pulls"))
    .order_by(reviews_table.c.submitted_at, reviews_table.c.id)
)
_COMMENTS = (
    select(*(column for column in comments.c if column.name not in {"updated_at", "deleted"}))
    .where(one_of(comments.c.pull_id, "pulls"), comments.c.deleted.is_(False))
    .order_by(comments.c.created_at, comments.c.id)
)
_CHECKS = select(
    *(checks.c[name] for name in ("repo_id", "sha", "source", "name", "state", "url")),
    case((checks.c.state == CheckState.FAILED, checks.c.updated_at)).label("updated_at"),
).where(one_of(checks.c.sha, "commits"), one_of(checks.c.repo_id, "repos"))
_ASKED = select(asked).where(one_of(asked.c.pull_id, "pulls"))
# How many are read with one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Open:
    """One open pull request: `asked` says when a review was asked of whom, by name in lower case.

    `failed_at` is when the first of its checks failed that are failed now.
    """

    facts: PullFacts
    comments: tuple[Comment, ...] = ()
    asked: Mapping[str, datetime] = field(default_factory=dict)
    failed_at: datetime | None = None


@prepared
def _put_asked(insert: Insert) -> sqlite.Insert:
    statement = insert(asked)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[asked.c.pull_id, asked.c.name],
        set_={"asked_at": fresh.asked_at},
        where=asked.c.asked_at < fresh.asked_at,
    )


def put_asked(connection: Connection, pull_id: int, name: str, at: datetime) -> None:
    """Record when a review was asked of a login or a team's slug; an earlier moment changes nothing."""
    values = {"pull_id": pull_id, "name": name.lower()[:200], "asked_at": at}
    affect(connection, _put_asked(connection), values)


def open_pulls(connection: Connection, repos: Collection[str]) -> list[Open]:
    """Return all open pull requests of these repositories with what is known of them."""
    return known(connection, open_in(connection, repos))


def open_in(connection: Connection, repos: Collection[str]) -> list[Pull]:
    """Return all open pull requests of these repositories, `owner/*` standing for all of an owner's."""
    query = facts.PULLS.where(pulls.c.state == PullState.OPEN, named(repos)).order_by(pulls.c.id)
    return [facts.pull_of(row) for row in connection.execute(query).mappings()]


def known(connection: Connection, found: Sequence[Pull]) -> list[Open]:
    """Return what is known of these pull requests."""
    return [
        one for at in range(0, len(found), _AT_ONCE) for one in _known(connection, found[at : at + _AT_ONCE])
    ]


def named(repos: Collection[str]) -> ColumnElement[bool]:
    """Look for repositories by their names, `owner/*` standing for all of an owner's."""
    names = [repo.lower() for repo in repos if not repo.endswith("/*")]
    owners = [repo.lower().removesuffix("*") for repo in repos if repo.endswith("/*")]
    name = func.lower(repositories.c.full_name)
    return or_(name.in_(names), *(name.startswith(owner, autoescape=True) for owner in owners))


def _known(connection: Connection, found: Sequence[Pull]) -> list[Open]:
    ids = {"pulls": [pull.id for pull in found]}
    said = _by(connection, _REVIEWS, ids, "pull_id")
    words = _by(connection, _COMMENTS, ids, "pull_id")
    requests = _by(connection, _ASKED, ids, "pull_id")
    heads = {"commits": [pull.head_sha for pull in found], "repos": list({pull.repo_id for pull in found})}
    ran = _by(connection, _CHECKS, heads, "repo_id", "sha")
    return [
        _open(pull, said[pull.id,], words[pull.id,], requests[pull.id,], ran[pull.repo_id, pull.head_sha])
        for pull in found
    ]


def _open(
    pull: Pull,
    said: Sequence[RowMapping],
    words: Sequence[RowMapping],
    requests: Sequence[RowMapping],
    ran: Sequence[RowMapping],
) -> Open:
    outcomes = sorted(ran, key=lambda row: (row["state"] != CheckState.FAILED, row["name"]))
    counting = facts.telling([facts.check_of(row) for row in outcomes])
    failed = {(check.source, check.name) for check in counting if check.state is CheckState.FAILED}
    return Open(
        facts=PullFacts(
            pull=pull, reviews=tuple(reviews.review_of(row) for row in said), checks=tuple(counting)
        ),
        comments=tuple(reviews.comment_of(row) for row in words),
        asked={row["name"]: row["asked_at"] for row in requests},
        failed_at=min(
            (row["updated_at"] for row in ran if (row["source"], row["name"]) in failed), default=None
        ),
    )


def _by(
    connection: Connection, statement: Executable, values: Mapping[str, Any], *columns: str
) -> defaultdict[tuple[Any, ...], list[RowMapping]]:
    found: defaultdict[tuple[Any, ...], list[RowMapping]] = defaultdict(list)
    for row in rows(connection, statement, values):
        found[tuple(row[column] for column in columns)].append(row)
    return found
