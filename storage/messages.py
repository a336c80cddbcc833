"""What Slack should show: one row per message, a job to bring Slack to it, and what it shows now."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from storage import jobs
from storage.sql import Insert, first, later, one_of, prepared, rows
from storage.tables import jobs as jobs_table
from storage.tables import messages, pulls, repositories

# The kind of the jobs that show messages.
SHOW = "slack.show"
# The lane of all edits, whatever their channel.
EDITS = "edits"
# Events come in bursts: an opened pull request is labelled, assigned and checked within the same second.
_GATHER = timedelta(seconds=0.5)


_BY_ID = select(messages).where(messages.c.id == bindparam("message"))
_BY_KEY = select(messages).where(messages.c.key == bindparam("name"))
_OF_PULL = select(messages).where(messages.c.pull_id == bindparam("pull")).order_by(messages.c.id)
_UNPOSTED_REPLIES = (
    select(messages)
    .where(messages.c.parent_id == bindparam("parent"), messages.c.ts.is_(None))
    .order_by(messages.c.id)
)
_CARDS = (
    select(messages)
    .where(one_of(messages.c.pull_id, "pulls"), messages.c.kind == "card", messages.c.gone.is_(False))
    .order_by(messages.c.id)
)
_SHOWN = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(ts=bindparam("at"), shown=bindparam("digest"))
)


@prepared
def _add(insert: Insert) -> ReturningInsert[*tuple[Any, ...]]:
    return insert(messages).on_conflict_do_nothing(index_elements=[messages.c.key]).returning(messages)


def ensure(
    connection: Connection,
    key: str,
    *,
    kind: str,
    channel: str,
    pull_id: int,
    subject: str = "",
    parent_id: int | None = None,
    now: datetime,
) -> RowMapping:
    """Return the message with this key, adding it first if it is not there."""
    values = {
        "key": key,
        "kind": kind,
        "channel": channel,
        "pull_id": pull_id,
        "subject": subject,
        "parent_id": parent_id,
        "created_at": now,
    }
    return first(connection, _add(connection), values) or rows(connection, _BY_KEY, {"name": key})[0]


def mark_stale(
    connection: Connection,
    message: RowMapping,
    *,
    now: datetime,
    delivery_id: int | None = None,
    run_at: datetime | None = None,
    priority: int = jobs.MESSAGE,
) -> None:
    """Ask for the message to be shown as it should be now; many marks are one showing.

    A new message goes out at once, at its channel's pace. An edit waits a moment for more of its kind, unless
    a person is waiting.
    """
    posted = message["ts"] is not None
    if posted and run_at is None and priority != jobs.PERSON:
        run_at = now + _GATHER
    jobs.enqueue(
        connection,
        SHOW,
        f"show:{message['id']}",
        ordering=f"thread:{message['parent_id'] or message['id']}",
        lane=EDITS if posted else message["channel"],
        payload={"message_id": message["id"]},
        now=now,
        run_at=run_at,
        priority=priority,
        delivery_id=delivery_id,
        again=True,
    )


def get(connection: Connection, message_id: int) -> RowMapping | None:
    """Return a message's row."""
    return first(connection, _BY_ID, {"message": message_id})


def by_key(connection: Connection, key: str) -> RowMapping | None:
    """Return the message with this key."""
    return first(connection, _BY_KEY, {"name": key})


def of_pull(connection: Connection, pull_id: int) -> Sequence[RowMapping]:
    """Return all messages about a pull request, in order of their making."""
    return rows(connection, _OF_PULL, {"pull": pull_id})


def shown(connection: Connection, message_id: int, *, ts: str, digest: str | None) -> None:
    """Record what Slack shows now."""
    later(connection, _SHOWN, {"message": message_id, "at": ts, "digest": digest})


def set_subject(connection: Connection, message_id: int, subject: str) -> None:
    """Record what the message is about now."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(subject=subject))


def is_stopped(connection: Connection, message_id: int) -> bool:
    """Tell whether the message's showing was given up for now, or so long ago that its job is forgotten."""
    return _job_state(connection, message_id) in {None, "parked", "failed"}


def revive_replies(connection: Connection, message_id: int, *, now: datetime) -> None:
    """Ask again for those replies to a message that were given up for want of it."""
    for row in rows(connection, _UNPOSTED_REPLIES, {"parent": message_id}):
        # One without a job was noted only: it was never to be shown so far.
        if _job_state(connection, row["id"]) in {"parked", "failed"}:
            mark_stale(connection, row, now=now)


def _job_state(connection: Connection, message_id: int) -> str | None:
    found: str | None = connection.execute(
        select(jobs_table.c.state).where(jobs_table.c.key == f"show:{message_id}")
    ).scalar()
    return found


def gone(connection: Connection, message_id: int) -> None:
    """Record that a person deleted the message in Slack: it is not posted again."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(gone=True))


def mute(connection: Connection, message_id: int, user: str | None) -> None:
    """Mute the message's thread in its channel, or unmute it with None."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(muted_by=user))


def cards_of(connection: Connection, pull_ids: Collection[int]) -> Sequence[RowMapping]:
    """Return the cards of these pull requests that nobody deleted."""
    return rows(connection, _CARDS, {"pulls": list(pull_ids)}) if pull_ids else ()


def cards_asking(
    connection: Connection, logins: Collection[str], team: str | None = None
) -> Sequence[RowMapping]:
    """Return the cards of open pull requests that ask these people or this team `owner/slug` for a review."""
    asked = [_holds(pulls.c.reviewers, login) for login in logins]
    if team:
        owner, _, slug = team.lower().partition("/")
        asked.append(
            and_(
                func.lower(repositories.c.full_name).startswith(f"{owner}/", autoescape=True),
                _holds(pulls.c.teams, slug),
            )
        )
    if not asked:
        return []
    query = (
        select(messages)
        .join(pulls, pulls.c.id == messages.c.pull_id)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(messages.c.kind == "card", messages.c.gone.is_(False), pulls.c.state == "open", or_(*asked))
    )
    return connection.execute(query).mappings().all()


def _holds(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a list of names holds this one, in whatever case."""
    return func.lower(cast(column, Text)).contains(f'"{name.lower()}"', autoescape=True)
