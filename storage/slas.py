"""How long a review may take in each repository, and who is told when it takes longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from storage.sql import insert
from storage.tables import slas


@dataclass(frozen=True, slots=True)
class Sla:
    """The deadlines of one repository, `owner/name` in lower case.

    `ladder` holds hours of working time for reviewer, author and channel. `calendar` may say when time
    counts: `zone`, `days` (0 is Monday), `starts` and `ends` in minutes after midnight, `country`; None is
    the calendar of each channel. `source` is the file that asked for it, None for a person's own word.
    """

    repo: str
    ladder: tuple[int, int, int]
    set_at: datetime
    set_by: str | None = None
    calendar: Mapping[str, Any] | None = None
    source: str | None = None


def put(connection: Connection, sla: Sla) -> None:
    """Set the deadlines of a repository, in place of those before."""
    values = {
        "hours": sla.ladder[0],
        "ladder": list(sla.ladder),
        "calendar": dict(sla.calendar) if sla.calendar else None,
        "set_by": sla.set_by,
        "set_at": sla.set_at,
        "source": sla.source,
    }
    connection.execute(
        insert(connection, slas)
        .values(repo=sla.repo.lower(), **values)
        .on_conflict_do_update(index_elements=[slas.c.repo], set_=values)
    )


def remove(connection: Connection, repo: str) -> Sla | None:
    """Let a repository have no deadlines, and return those that it had."""
    found = of_repo(connection, repo)
    connection.execute(delete(slas).where(slas.c.repo == repo.lower()))
    return found


def of_repo(connection: Connection, repo: str) -> Sla | None:
    """Return the deadlines of a repository."""
    row = connection.execute(select(slas).where(slas.c.repo == repo.lower())).mappings().first()
    return _sla(row) if row else None


def every(connection: Connection) -> list[Sla]:
    """Return all deadlines, by repository."""
    return [_sla(row) for row in connection.execute(select(slas).order_by(slas.c.repo)).mappings()]


def rename_repo(connection: Connection, old: str, new: str) -> None:
    """Follow a renamed repository; one that has deadlines under the new name keeps those."""
    if old.lower() != new.lower() and of_repo(connection, new) is None:
        connection.execute(update(slas).where(slas.c.repo == old.lower()).values(repo=new.lower()))


def _sla(row: RowMapping) -> Sla:
    first, second, third = row["ladder"]
    return Sla(
        row["repo"], (first, second, third), row["set_at"], row["set_by"], row["calendar"], row["source"]
    )
