"""What is remembered of missed deliveries, and of repositories that are asked for changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from bot.models import PullState
from storage.sql import affect, insert, one_of
from storage.tables import deliveries, etags, hook_sweeps, pulls, redeliveries, repositories, watches

# How many of the latest deliveries are looked at to see who still sends any.
_RECENT = 5_000

_UNWATCH = delete(watches).where(one_of(watches.c.repo, "repos"))


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far a webhook's deliveries were looked through.

    All before `until` are dealt with. While `newest` is set, a look that began there goes on at `cursor`.
    """

    until: datetime
    newest: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a repository's ways to tell us of itself.

    `hooks` are the ids of the webhooks that lead here, `closed_until` and `polled_until` say up to which
    update its closed, or all, pull requests were looked at.
    """

    hooks: Sequence[int] = ()
    denied_at: datetime | None = None
    closed_until: datetime | None = None
    polled_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The commit at the head of a pull request, in the repository that it is to be merged into."""

    repo_id: int
    repo: str
    sha: str


# Webhooks and their deliveries


def sweep(connection: Connection, source: str) -> Sweep | None:
    """Return how far a webhook's deliveries were looked through; None if never."""
    query = select(hook_sweeps).where(hook_sweeps.c.source == source)
    row = connection.execute(query).mappings().first()
    return Sweep(row["until"], row["newest"], row["cursor"]) if row else None


def set_sweep(connection: Connection, source: str, state: Sweep) -> None:
    """Record how far a webhook's deliveries were looked through."""
    values = {"until": state.until, "newest": state.newest, "cursor": state.cursor}
    statement = insert(connection, hook_sweeps).values(source=source, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[hook_sweeps.c.source], set_=values))


def add_failed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note deliveries that never succeeded; those noted before keep their attempts."""
    if rows:
        statement = insert(connection, redeliveries)
        connection.execute(
            statement.on_conflict_do_nothing(index_elements=[redeliveries.c.guid]),
            [dict(row) for row in rows],
        )


def settle(connection: Connection, guids: Collection[str]) -> None:
    """Forget failures of these deliveries: one attempt succeeded after all."""
    connection.execute(delete(redeliveries).where(redeliveries.c.guid.in_(guids)))


def received(connection: Connection, guids: Collection[str]) -> set[str]:
    """Return which of these deliveries are in the inbox."""
    return set(connection.execute(select(deliveries.c.guid).where(deliveries.c.guid.in_(guids))).scalars())


def due(connection: Connection, source: str, *, now: datetime, limit: int) -> Sequence[RowMapping]:
    """Return a webhook's deliveries to ask for now, the oldest first."""
    query = (
        select(redeliveries)
        .where(redeliveries.c.source == source, redeliveries.c.next_at <= now)
        .order_by(redeliveries.c.delivered_at, redeliveries.c.attempt_id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def tried(connection: Connection, guid: str, *, attempts: int, next_at: datetime | None) -> None:
    """Record that a delivery was asked for once more; None gives up."""
    connection.execute(
        update(redeliveries).where(redeliveries.c.guid == guid).values(attempts=attempts, next_at=next_at)
    )


def given_up(connection: Connection) -> int:
    """Count the deliveries of the last days that could not be had again."""
    query = select(func.count()).select_from(redeliveries).where(redeliveries.c.next_at.is_(None))
    return connection.execute(query).scalar_one()


# Repositories


def watch(connection: Connection, repo: str) -> Watch:
    """Return what is known of a repository's ways to tell us of itself."""
    row = connection.execute(select(watches).where(watches.c.repo == repo)).mappings().first()
    if row is None:
        return Watch()
    return Watch(row["hooks"], row["denied_at"], row["closed_until"], row["polled_until"])


def hooked(connection: Connection) -> set[str]:
    """Return the repositories of which a webhook is known that leads here."""
    return {row.repo for row in connection.execute(select(watches.c.repo, watches.c.hooks)) if row.hooks}


def set_watch(connection: Connection, repo: str, **values: Any) -> None:
    """Change some of what is known of a repository."""
    statement = insert(connection, watches).values(repo=repo, **{"hooks": [], **values})
    connection.execute(statement.on_conflict_do_update(index_elements=[watches.c.repo], set_=values))


def denied(connection: Connection) -> list[str]:
    """Return the repositories whose webhooks GitHub does not tell us of, and `app` for the App's."""
    query = select(watches.c.repo).where(watches.c.denied_at.is_not(None)).order_by(watches.c.repo)
    return list(connection.execute(query).scalars())


def heard_from(connection: Connection, *, since: datetime) -> set[str]:
    """Return the repositories, in lower case, that sent one of the latest deliveries since then."""
    latest = (
        select(deliveries.c.repo, deliveries.c.guid, deliveries.c.event, deliveries.c.received_at)
        .order_by(deliveries.c.id.desc())
        .limit(_RECENT)
        .subquery()
    )
    query = (
        select(func.lower(latest.c.repo))
        .where(
            latest.c.received_at > since,
            latest.c.guid.not_like("refresh-%"),
            latest.c.guid.not_like("poll-%"),
            latest.c.event != "ping",
            latest.c.repo.is_not(None),
        )
        .distinct()
    )
    return set(connection.execute(query).scalars())


def open_heads(connection: Connection, repo: str, *, limit: int) -> list[Head]:
    """Return the heads of a repository's open pull requests, those touched last first."""
    query = (
        select(repositories.c.id, repositories.c.full_name, pulls.c.head_sha)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(func.lower(repositories.c.full_name) == repo, pulls.c.state == PullState.OPEN)
        .order_by(pulls.c.updated_at.desc())
        .limit(limit)
    )
    return [Head(*row) for row in connection.execute(query)]


# Tags


def etag(connection: Connection, name: str) -> str | None:
    """Return the tag that a list bore when it was read last."""
    found: str | None = connection.execute(select(etags.c.etag).where(etags.c.name == name)).scalar()
    return found


def set_etag(connection: Connection, name: str, tag: str | None, *, now: datetime) -> None:
    """Record the tag that a list bears now; without one it is read anew the next time."""
    if tag is None or len(tag) > 200:
        connection.execute(delete(etags).where(etags.c.name == name))
        return
    values = {"etag": tag, "changed_at": now}
    statement = insert(connection, etags).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[etags.c.name], set_=values))


def forget(connection: Connection, *, keep: Collection[str], before: datetime) -> None:
    """Drop what nobody follows any more, and deliveries and tags older than that."""
    known = set(connection.execute(select(watches.c.repo)).scalars())
    affect(connection, _UNWATCH, {"repos": sorted(known - {*keep, "app"})})
    connection.execute(delete(redeliveries).where(redeliveries.c.delivered_at < before))
    connection.execute(delete(etags).where(etags.c.changed_at < before))
