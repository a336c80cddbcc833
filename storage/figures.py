"""How long first reviews and merges took: what is counted, and what was counted last, by repository."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, or_, select

from bot.models import Verdict
from storage.open_pulls import named
from storage.sql import insert
from storage.tables import figures, pulls, repositories, reviews


def courses(connection: Connection, repos: Collection[str], *, since: datetime) -> Sequence[RowMapping]:
    """Return when the pull requests touched since then came to what: those of these repositories.

    The first review is one by somebody else than the author, and no mere draft of a review.
    """
    by_others = or_(pulls.c.author.is_(None), func.lower(reviews.c.login) != func.lower(pulls.c.author))
    looked = case((by_others & (reviews.c.verdict != Verdict.PENDING), reviews.c.submitted_at))
    query = (
        select(
            func.lower(repositories.c.full_name).label("repo"),
            pulls.c.created_at,
            pulls.c.ready_at,
            pulls.c.merged_at,
            func.min(looked).label("first_review_at"),
        )
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .outerjoin(reviews, reviews.c.pull_id == pulls.c.id)
        .where(named(repos), pulls.c.updated_at >= since)
        .group_by(pulls.c.id, repositories.c.full_name)
    )
    return connection.execute(query).mappings().all()


def put(connection: Connection, repo: str, weeks: Sequence[Any], *, now: datetime) -> None:
    """Record the figures of a repository, a plain list for each week."""
    values = {"weeks": list(weeks), "read_at": now}
    connection.execute(
        insert(connection, figures)
        .values(repo=repo.lower(), **values)
        .on_conflict_do_update(index_elements=[figures.c.repo], set_=values)
    )


def of_repos(connection: Connection, repos: Collection[str]) -> Mapping[str, Sequence[Any]]:
    """Return the figures of those of the repositories that have any, by name."""
    names = [repo for repo in repos if not repo.endswith("/*")]
    owners = [repo.removesuffix("*") for repo in repos if repo.endswith("/*")]
    wanted = or_(
        figures.c.repo.in_(names), *(figures.c.repo.startswith(one, autoescape=True) for one in owners)
    )
    query = select(figures.c.repo, figures.c.weeks).where(wanted).order_by(figures.c.repo)
    return {row["repo"]: row["weeks"] for row in connection.execute(query).mappings()}
