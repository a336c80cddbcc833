"""What was said of pull requests: reviews and comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, bindparam, case, func, or_, select

from bot.models import Comment, Review, Verdict
from storage.sql import insert, one_of, rows
from storage.tables import comments, reviews

_REVIEWS = (
    select(reviews)
    .where(reviews.c.pull_id == bindparam("pull"))
    .order_by(reviews.c.submitted_at, reviews.c.id)
)
_COMMENTS = (
    select(comments)
    .where(comments.c.pull_id == bindparam("pull"), comments.c.deleted.is_(False))
    .order_by(comments.c.created_at, comments.c.id)
)
_OF_LOGIN = select(reviews.c.pull_id).where(
    one_of(reviews.c.pull_id, "ids"), func.lower(reviews.c.login) == bindparam("login")
)


def put(connection: Connection, values: Mapping[str, Any], *, first: bool) -> None:
    """Record a review; a dismissal is never undone, nor a text by an older one or by the `first` event."""
    statement, key = insert(connection, reviews).values(**values), [reviews.c.id]
    if first:
        connection.execute(statement.on_conflict_do_nothing(index_elements=key))
        return
    fresh = statement.excluded
    newer, gone = _is_newer(fresh, reviews), Verdict.DISMISSED
    verdict = case(
        (reviews.c.verdict == gone, reviews.c.verdict),
        (or_(newer, fresh.verdict == gone), fresh.verdict),
        else_=reviews.c.verdict,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={"verdict": verdict, **_latest(newer, fresh, reviews)},
            where=reviews.c.pull_id == fresh.pull_id,
        )
    )


def put_comment(connection: Connection, values: Mapping[str, Any], *, first: bool) -> None:
    """Record a comment; a deletion is never undone, nor a text by an older one or by the `first` event."""
    statement, key = insert(connection, comments).values(**values), [comments.c.kind, comments.c.id]
    if first:
        connection.execute(statement.on_conflict_do_nothing(index_elements=key))
        return
    fresh = statement.excluded
    deleted = or_(comments.c.deleted, fresh.deleted)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={"deleted": deleted, **_latest(_is_newer(fresh, comments), fresh, comments)},
            where=comments.c.pull_id == fresh.pull_id,
        )
    )


def _is_newer(fresh: Any, table: Table) -> ColumnElement[bool]:
    """Tell whether a text is not older than the stored one; of one without a time nobody knows."""
    return or_(table.c.updated_at.is_(None), fresh.updated_at >= table.c.updated_at)


def _latest(newer: ColumnElement[bool], fresh: Any, table: Table) -> dict[str, Any]:
    return {name: case((newer, fresh[name]), else_=table.c[name]) for name in ("body", "updated_at")}


def of_pull(connection: Connection, pull_id: int) -> Sequence[Review]:
    """Return the reviews of a pull request, oldest first."""
    return [review_of(row) for row in rows(connection, _REVIEWS, {"pull": pull_id})]


def of_login(connection: Connection, pull_ids: Sequence[int], login: str) -> set[int]:
    """Return those of these pull requests that a login, in lower case, has reviewed."""
    return {row["pull_id"] for row in rows(connection, _OF_LOGIN, {"ids": list(pull_ids), "login": login})}


def comments_of(connection: Connection, pull_id: int) -> Sequence[Comment]:
    """Return the comments of a pull request that still stand, oldest first."""
    return [comment_of(row) for row in rows(connection, _COMMENTS, {"pull": pull_id})]


def review_of(row: RowMapping) -> Review:
    """Return the review of a row."""
    return Review(
        id=row["id"],
        pull_id=row["pull_id"],
        login=row["login"],
        verdict=Verdict(row["verdict"]),
        body=row["body"],
        url=row["url"],
        submitted_at=row["submitted_at"],
    )


def comment_of(row: RowMapping) -> Comment:
    """Return the comment of a row."""
    return Comment(
        id=row["id"],
        pull_id=row["pull_id"],
        login=row["login"],
        is_bot=row["is_bot"],
        body=row["body"],
        path=row["path"],
        review_id=row["review_id"],
        url=row["url"],
        created_at=row["created_at"],
    )
