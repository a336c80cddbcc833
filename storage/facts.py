"""What is true on GitHub now: repositories, pull requests, checks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from bot.models import Check, CheckState, Pull, PullFacts, PullState
from storage import reviews
from storage.sql import Insert, affect, first, later, prepared, rows
from storage.tables import checks, pulls, repositories
from storage.tables import reviews as said

_REPOSITORY = select(repositories).where(repositories.c.id == bindparam("repo"))
_PULL_ROW = select(pulls).where(pulls.c.id == bindparam("pull"))
PULLS = select(pulls, repositories.c.full_name).join(repositories, repositories.c.id == pulls.c.repo_id)
_PULL_BY_ID = PULLS.where(pulls.c.id == bindparam("pull"))
# Most have neither: to look for one costs less than to read none.
_FACTS = _PULL_BY_ID.add_columns(
    exists().where(said.c.pull_id == pulls.c.id).label("reviewed"),
    exists().where(checks.c.repo_id == pulls.c.repo_id, checks.c.sha == pulls.c.head_sha).label("checked"),
)
_CHECKS = (
    select(checks)
    .where(checks.c.repo_id == bindparam("repo"), checks.c.sha == bindparam("commit"))
    .order_by(case((checks.c.state == CheckState.FAILED, 0), else_=1), checks.c.name)
)


@prepared
def _add_repository(insert: Insert) -> sqlite.Insert:
    return insert(repositories).on_conflict_do_nothing()


@prepared
def _add_pull(insert: Insert) -> sqlite.Insert:
    return insert(pulls).on_conflict_do_nothing(index_elements=[pulls.c.id])


@prepared
def _put_check(insert: Insert) -> sqlite.Insert:
    statement = insert(checks)
    fresh = statement.excluded
    same_run = fresh.external_id == checks.c.external_id
    says_more = or_(fresh.state != CheckState.RUNNING, checks.c.state == CheckState.RUNNING)
    return statement.on_conflict_do_update(
        index_elements=[checks.c.repo_id, checks.c.sha, checks.c.source, checks.c.name],
        set_={name: fresh[name] for name in ("external_id", "state", "url", "updated_at")},
        where=or_(
            fresh.external_id > checks.c.external_id,
            and_(same_run, fresh.updated_at > checks.c.updated_at),
            and_(same_run, fresh.updated_at == checks.c.updated_at, says_more),
        ),
    )


def put_repository(
    connection: Connection,
    *,
    repo_id: int,
    full_name: str,
    default_branch: str,
    updated_at: datetime | None,
    certain: bool,
) -> tuple[str, str | None]:
    """Record the repository; return its name, and the former one if it was renamed since.

    A late event cannot bring an old name back: the name moves only with the repository's own `updated_at`,
    within one second only for a `certain` event, which is one about the name.
    """
    row = first(connection, _REPOSITORY, {"repo": repo_id})
    if row is None:
        values = {"id": repo_id, "full_name": full_name}
        values |= {"default_branch": default_branch, "updated_at": updated_at}
        affect(connection, _add_repository(connection), values)
        return full_name, None
    known, former = row["updated_at"], row["full_name"]
    if updated_at is None or (known and (updated_at < known or (updated_at == known and not certain))):
        return former, None
    if (former, row["default_branch"]) == (full_name, default_branch):
        return former, None
    connection.execute(
        update(repositories)
        .where(repositories.c.id == repo_id)
        .values(full_name=full_name, default_branch=default_branch, updated_at=updated_at)
    )
    return full_name, former if former.lower() != full_name.lower() else None


def pull_row(connection: Connection, pull_id: int) -> RowMapping | None:
    """Return the stored row of a pull request."""
    return first(connection, _PULL_ROW, {"pull": pull_id})


def put_pull(connection: Connection, values: Mapping[str, Any], *, known: bool) -> None:
    """Insert the pull request, or overwrite the stored one."""
    if known:
        connection.execute(
            update(pulls).where(pulls.c.id == bindparam("pull")), {"pull": values["id"], **values}
        )
        return
    later(connection, _add_pull(connection), values)


def put_check(connection: Connection, values: Mapping[str, Any]) -> None:
    """Record the latest word of a check: a newer run wins, and within a run an outcome beats running."""
    affect(connection, _put_check(connection), values)


def move_head(connection: Connection, *, repo_id: int, branch: str, before: str, after: str) -> list[int]:
    """Move the head of open pull requests from this branch, and return them."""
    where = and_(
        pulls.c.repo_id == repo_id,
        pulls.c.head == branch,
        pulls.c.head_sha == before,
        pulls.c.from_fork.is_(False),
        pulls.c.state == PullState.OPEN,
    )
    ids = list(connection.execute(select(pulls.c.id).where(where)).scalars())
    if ids:
        connection.execute(update(pulls).where(pulls.c.id.in_(ids)).values(head_sha=after))
    return ids


def base_moved(connection: Connection, repo_id: int, branch: str) -> None:
    """Forget how the open pull requests into this branch stand to it."""
    connection.execute(
        update(pulls)
        .where(
            pulls.c.repo_id == repo_id,
            pulls.c.base == branch,
            pulls.c.state == PullState.OPEN,
            pulls.c.mergeable_state.is_not(None),
        )
        .values(mergeable_state=None)
    )


def unsure(connection: Connection, repos: Collection[str], *, since: datetime, limit: int) -> list[Pull]:
    """Return open pull requests, lately updated first, of which nobody knows whether they can be merged."""
    query = (
        PULLS.where(
            func.lower(repositories.c.full_name).in_([repo.lower() for repo in repos]),
            pulls.c.state == PullState.OPEN,
            pulls.c.mergeable_state.is_(None),
            pulls.c.updated_at > since,
        )
        .order_by(pulls.c.updated_at.desc())
        .limit(limit)
    )
    return [pull_of(row) for row in connection.execute(query).mappings()]


def pulls_at(connection: Connection, repo_id: int, sha: str) -> list[int]:
    """Return the pull requests whose head is this commit."""
    query = select(pulls.c.id).where(pulls.c.repo_id == repo_id, pulls.c.head_sha == sha)
    return list(connection.execute(query).scalars())


def pull_id(connection: Connection, repo_id: int, number: int) -> int | None:
    """Find a pull request by its number."""
    query = select(pulls.c.id).where(pulls.c.repo_id == repo_id, pulls.c.number == number)
    found: int | None = connection.execute(query).scalar()
    return found


def pulls_of_repo(connection: Connection, repo_id: int) -> list[int]:
    """Return the open pull requests of a repository."""
    query = select(pulls.c.id).where(pulls.c.repo_id == repo_id, pulls.c.state == PullState.OPEN)
    return list(connection.execute(query).scalars())


def pull_of(row: RowMapping) -> Pull:
    """Return the pull request of a row of PULLS."""
    return Pull(
        id=row["id"],
        repo_id=row["repo_id"],
        repo=row["full_name"],
        number=row["number"],
        title=row["title"],
        body=row["body"],
        author=row["author"],
        author_is_bot=row["author_is_bot"],
        state=PullState(row["state"]),
        draft=row["draft"],
        base=row["base"],
        head=row["head"],
        head_sha=row["head_sha"],
        from_fork=row["from_fork"],
        additions=row["additions"],
        deletions=row["deletions"],
        changed_files=row["changed_files"],
        labels=tuple(row["labels"]),
        reviewers=tuple(row["reviewers"]),
        teams=tuple(row["teams"]),
        assignees=tuple(row["assignees"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        closed_at=row["closed_at"],
        merged_at=row["merged_at"],
        merged_by=row["merged_by"],
        merge_sha=row["merge_sha"],
        base_sha=row["base_sha"],
        mergeable_state=row["mergeable_state"],
        pushed_at=row["pushed_at"],
        ready_at=row["ready_at"],
        queued_at=row["queued_at"],
    )


def pull(connection: Connection, pull_id: int) -> Pull | None:
    """Return a pull request."""
    row = first(connection, _PULL_BY_ID, {"pull": pull_id})
    return pull_of(row) if row else None


def facts(connection: Connection, pull_id: int) -> PullFacts | None:
    """Return everything known of a pull request now."""
    row = first(connection, _FACTS, {"pull": pull_id})
    if row is None:
        return None
    found = pull_of(row)
    return PullFacts(
        pull=found,
        reviews=tuple(reviews.of_pull(connection, found.id)) if row["reviewed"] else (),
        checks=tuple(checks_of(connection, found.repo_id, found.head_sha)) if row["checked"] else (),
    )


def checks_of(connection: Connection, repo_id: int, sha: str) -> Sequence[Check]:
    """Return what the checks say of a commit: single checks if there are any, else workflows, else suites.

    A workflow that failed though none of its single checks did, since it never started, stands with those.
    """
    return telling([check_of(row) for row in rows(connection, _CHECKS, {"repo": repo_id, "commit": sha})])


def check_of(row: RowMapping) -> Check:
    """Return the check of a row."""
    return Check(source=row["source"], name=row["name"], state=CheckState(row["state"]), url=row["url"])


def telling(found: Sequence[Check]) -> Sequence[Check]:
    """Return those of a commit's checks that count, as `checks_of` says."""
    single = [check for check in found if check.source in {"run", "status"}]
    workflows = [check for check in found if check.source == "workflow"]
    if not single:
        return workflows or found
    if any(check.state is CheckState.FAILED for check in single):
        return single
    return [check for check in workflows if check.state is CheckState.FAILED] + single


def is_repository(connection: Connection, full_name: str) -> bool:
    """Tell whether a known repository bears this name now."""
    query = select(repositories.c.id).where(func.lower(repositories.c.full_name) == full_name.lower())
    return connection.execute(query).first() is not None


def repository_name(connection: Connection, repo_id: int) -> str | None:
    """Return a repository's `owner/name`."""
    query = select(repositories.c.full_name).where(repositories.c.id == repo_id)
    found: str | None = connection.execute(query).scalar()
    return found
