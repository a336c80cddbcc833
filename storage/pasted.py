"""Messages of people that link to a pull request, and what of it Slack shows on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, exists, select, update
from sqlalchemy.sql.dml import ReturningInsert

from storage import jobs
from storage.sql import Insert, first, prepared, rows
from storage.tables import pasted

# The kind of the jobs that bring a message to what it should show.
SHOW = "pasted.show"
# Events come in bursts, and nobody waits for a reaction.
_GATHER = timedelta(seconds=2)

_OF_PULL = select(pasted.c.channel, pasted.c.ts).where(pasted.c.pull_id == bindparam("pull"))

_FORGET = delete(pasted).where(pasted.c.channel == bindparam("place"), pasted.c.ts == bindparam("at"))


@prepared
def _add(insert: Insert) -> ReturningInsert[*tuple[Any, ...]]:
    return insert(pasted).on_conflict_do_nothing().returning(pasted.c.pull_id)


def add(
    connection: Connection,
    *,
    channel: str,
    ts: str,
    pull_id: int,
    url: str,
    quiet: timedelta,
    now: datetime,
) -> bool:
    """Keep a message that links to a pull request, and ask for it to be shown; False if it is kept already.

    It is unfurled unless another message of the channel was for the same pull request within `quiet`.
    """
    lately = exists().where(
        pasted.c.channel == channel,
        pasted.c.pull_id == pull_id,
        pasted.c.unfurled,
        pasted.c.pasted_at > now - quiet,
    )
    values = {
        "channel": channel,
        "ts": ts,
        "pull_id": pull_id,
        "url": url,
        "unfurled": not connection.scalar(select(lately)),
        "pasted_at": now,
    }
    if first(connection, _add(connection), values) is None:
        return False
    _ask(connection, channel, ts, pull_id, now=now, run_at=now)
    return True


def look_again(connection: Connection, pull_id: int, *, now: datetime) -> None:
    """Ask for all messages that link to the pull request to be shown as they should be now."""
    for row in rows(connection, _OF_PULL, {"pull": pull_id}):
        _ask(connection, row["channel"], row["ts"], pull_id, now=now, run_at=now + _GATHER)


def _ask(
    connection: Connection, channel: str, ts: str, pull_id: int, *, now: datetime, run_at: datetime
) -> None:
    jobs.enqueue(
        connection,
        SHOW,
        f"pasted:{channel}:{ts}:{pull_id}",
        # Two links of one message may share a reaction.
        ordering=f"pasted:{channel}:{ts}",
        lane="pasted",
        payload={"channel": channel, "ts": ts, "pull_id": pull_id},
        now=now,
        run_at=run_at,
        again=True,
    )


def of_message(connection: Connection, channel: str, ts: str) -> Sequence[RowMapping]:
    """Return what is kept of a message: one row for each pull request that it links to."""
    query = select(pasted).where(pasted.c.channel == channel, pasted.c.ts == ts)
    return connection.execute(query).mappings().all()


def shown(connection: Connection, channel: str, ts: str, pull_id: int, *, emoji: str) -> None:
    """Record which reaction stands on the message for the pull request."""
    connection.execute(
        update(pasted)
        .where(pasted.c.channel == channel, pasted.c.ts == ts, pasted.c.pull_id == pull_id)
        .values(emoji=emoji)
    )


def forget(connection: Connection, channel: str, ts: str) -> None:
    """Keep nothing of a message any more: nothing can be shown on it."""
    connection.execute(_FORGET, {"place": channel, "at": ts})


def prune(connection: Connection, *, before: datetime, rows: int) -> bool:
    """Forget some of the messages from before this moment; False when none is left."""
    oldest = select(pasted.c.channel, pasted.c.ts).where(pasted.c.pasted_at < before)
    found = connection.execute(oldest.order_by(pasted.c.pasted_at).limit(rows))
    old = [{"place": row.channel, "at": row.ts} for row in found]
    if old:
        connection.execute(_FORGET, old)  # one by one: SQLite finds no pairs by an index
    return len(old) == rows
