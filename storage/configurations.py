"""The configuration files as they were read: the version in force, and what was seen last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, or_, select, update

from storage import jobs, permissions
from storage.sql import first, insert
from storage.tables import configurations, reminders, slas, subscriptions

# Looked for with every head that is pushed.
_NAMED = select(configurations).where(configurations.c.repo == bindparam("source"))

HOME = ".patchforge"
"""The repository of an organisation whose file is the organisation's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: `source` is `owner/name`, or `owner/*` for the organisation's, in lower case.

    `commit` and `text` are the version in force, None if there is none. `seen_commit` was read last, with
    `problems` that say why it is not in force. `repo_id` is the repository it was read from.
    """

    source: str
    seen_at: datetime
    seen_commit: str | None = None
    problems: Sequence[Mapping[str, Any]] = ()
    commit: str | None = None
    text: str | None = None
    in_force_since: datetime | None = None
    repo_id: int | None = None

    @property
    def repo(self) -> str:
        """Return the repository in which the file stands."""
        return home_of(self.source)

    @property
    def is_there(self) -> bool:
        """Tell whether the repository has the file, right or wrong."""
        return self.text is not None or bool(self.problems)


def home_of(source: str) -> str:
    """Return the repository in which a file stands."""
    return f"{source[:-1]}{HOME}" if source.endswith("/*") else source


def source_of(repo: str) -> str:
    """Return whose file that of a repository is: the organisation's, or its own."""
    owner, _, name = repo.lower().partition("/")
    return f"{owner}/*" if name == HOME else f"{owner}/{name}"


def organisation_of(source: str) -> str:
    """Return the file of the organisation that a file belongs to."""
    return f"{source.partition('/')[0]}/*"


def get(connection: Connection, source: str) -> Kept | None:
    """Return a file; None if it was never looked for."""
    row = first(connection, _NAMED, {"source": source.lower()})
    return _kept(row) if row else None


def in_force(connection: Connection, owner: str) -> dict[str, Kept]:
    """Return the files of an owner that are in force, by source."""
    belongs = configurations.c.repo.startswith(f"{owner.lower()}/", autoescape=True)
    query = select(configurations).where(belongs, configurations.c.text.is_not(None))
    return {kept.source: kept for kept in _all(connection, query.order_by(configurations.c.repo))}


def organisations(connection: Connection) -> dict[str, Kept]:
    """Return the files of all organisations that are in force, by source."""
    query = select(configurations).where(
        configurations.c.repo.endswith("/*"), configurations.c.text.is_not(None)
    )
    return {kept.source: kept for kept in _all(connection, query.order_by(configurations.c.repo))}


def owners_in_force(connection: Connection) -> list[str]:
    """Return one of the files in force of each owner that has any."""
    query = select(configurations.c.repo).where(configurations.c.text.is_not(None))
    found = connection.execute(query.order_by(configurations.c.repo)).scalars()
    return list({source.partition("/")[0]: source for source in found}.values())


def faulty(connection: Connection, source: str) -> list[str]:
    """Return the repositories' files of the same owner that were wrong when they were seen last."""
    belongs = configurations.c.repo.startswith(source[:-1], autoescape=True)
    found = _all(connection, select(configurations).where(belongs).order_by(configurations.c.repo))
    return [kept.source for kept in found if kept.problems and kept.source != source]


def oldest(connection: Connection, *, before: datetime, limit: int) -> list[str]:
    """Return the files that were looked at last before this moment, the longest ago first."""
    query = select(configurations.c.repo).where(configurations.c.seen_at < before)
    return list(connection.execute(query.order_by(configurations.c.seen_at).limit(limit)).scalars())


def known(connection: Connection) -> set[str]:
    """Return every file that was ever looked for."""
    return set(connection.execute(select(configurations.c.repo)).scalars())


def saw(connection: Connection, kept: Kept) -> None:
    """Record a file as it was read."""
    values = {
        "seen_commit": kept.seen_commit,
        "seen_at": kept.seen_at,
        "problems": list(kept.problems),
        "commit": kept.commit,
        "text": kept.text,
        "in_force_since": kept.in_force_since,
        "repo_id": kept.repo_id,
    }
    connection.execute(
        insert(connection, configurations)
        .values(repo=kept.source, **values)
        .on_conflict_do_update(index_elements=[configurations.c.repo], set_=values)
    )


def forget(connection: Connection, source: str) -> None:
    """Forget a file with all that was allowed to it: its name is another repository's now."""
    connection.execute(delete(configurations).where(_is(source)))
    permissions.forget(connection, source)


def rename(connection: Connection, old: str, new: str, *, now: datetime) -> None:
    """Follow a repository to its new name, with what it was allowed and what it put in force.

    What another repository of the new name had is gone with it.
    """
    old, new = source_of(old), source_of(new)
    if old == new:
        return
    for table in (subscriptions, reminders, slas):
        connection.execute(update(table).where(table.c.source == old).values(source=new))
    if get(connection, old) is not None:
        connection.execute(delete(configurations).where(_is(new)))
        connection.execute(update(configurations).where(_is(old)).values(repo=new))
    permissions.rename(connection, old, new)
    for source in (old, new):
        ask_application(connection, source, now=now)
    ask_reading(connection, new, now=now)


def subscribed(connection: Connection, repo: str, *, now: datetime) -> None:
    """Take note that somebody changed what a channel hears of `owner/name` or `owner/*`.

    Files that were never looked for are read, and what those in force ask for is worked out anew.
    """
    if organisation_of(repo) != repo and get(connection, repo) is None:
        ask_reading(connection, source_of(repo), now=now)
    if get(connection, organisation_of(repo)) is None:
        ask_reading(connection, organisation_of(repo), now=now)
    sides = or_(_is(source_of(repo)), _is(organisation_of(repo)))
    query = select(configurations.c.repo).where(sides, configurations.c.text.is_not(None))
    if connection.execute(query).first() is not None:
        ask_application(connection, repo, now=now)


def ask_reading(connection: Connection, source: str, *, now: datetime, priority: int = jobs.MESSAGE) -> None:
    """Ask for a file to be read as it stands on the default branch now."""
    jobs.enqueue(
        connection,
        "configuration.read",
        f"configuration:{source}"[:200],
        ordering=_ordering(source),
        payload={"source": source},
        now=now,
        priority=priority,
        again=True,
    )


def ask_application(
    connection: Connection, source: str, *, now: datetime, delay: timedelta = timedelta()
) -> None:
    """Ask for all that the files of an owner say to be put in force."""
    owner = source.partition("/")[0].lower()
    jobs.enqueue(
        connection,
        "configuration.apply",
        f"configuration-of:{owner}",
        ordering=_ordering(source),
        payload={"owner": owner},
        now=now,
        run_at=now + delay,
        again=True,
    )


def _ordering(source: str) -> str:
    return f"configuration:{source.partition('/')[0].lower()}"


def _is(source: str) -> Any:
    return configurations.c.repo == source.lower()


def _all(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[Kept]:
    return [_kept(row) for row in connection.execute(query).mappings()]


def _kept(row: RowMapping) -> Kept:
    return Kept(
        source=row["repo"],
        seen_at=row["seen_at"],
        seen_commit=row["seen_commit"],
        problems=tuple(row["problems"]),
        commit=row["commit"],
        text=row["text"],
        in_force_since=row["in_force_since"],
        repo_id=row["repo_id"],
    )
