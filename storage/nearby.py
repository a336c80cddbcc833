"""What one pull request's card looks at beside the facts, found with one statement: mostly it is nothing."""

from sqlalchemy import Connection, and_, bindparam, exists, literal_column, select

from bot.models import Pull
from storage.knowledge import OwnersHead
from storage.sql import rows
from storage.tables import codeowners, comments

_HEAD = ("repo_id", "branch", "path", "error", "read_at")
_ALONE = select(literal_column("1").label("one")).subquery("alone")
_NEARBY = select(
    *(codeowners.c[name] for name in _HEAD),
    exists().where(comments.c.pull_id == bindparam("pull"), comments.c.deleted.is_(False)).label("commented"),
).select_from(
    _ALONE.outerjoin(
        codeowners,
        and_(codeowners.c.repo_id == bindparam("repo"), codeowners.c.branch == bindparam("name")),
    )
)


def of_pull(connection: Connection, pull: Pull) -> tuple[dict[tuple[int, str], OwnersHead], bool]:
    """Return the head of its branch's CODEOWNERS file by that branch, and whether comments stand on it."""
    row = rows(connection, _NEARBY, {"pull": pull.id, "repo": pull.repo_id, "name": pull.base})[0]
    if row["repo_id"] is None:
        return {}, row["commented"]
    return {(pull.repo_id, pull.base): OwnersHead(*(row[name] for name in _HEAD))}, row["commented"]
