"""Forget what is old, a few rows at a time: each call is one short transaction, and tells if more is left.

Rows are walked by their ids, which rise with time; so no index is needed that every new row would pay for.
`rows` are those that one call looks at.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, Select, delete, func, select, update

from storage import cursors, lanes
from storage.deliveries import GONE
from storage.tables import deliveries, envelopes, jobs

# Clocks of replicas differ, and a delivery's moment is taken before it is committed: rows that are this much
# too young do not yet mean that all behind them are.
_DISORDER = timedelta(hours=1)
_JOBS_CURSOR, _BODIES_CURSOR = "retention.jobs", "retention.bodies"


def prune_jobs(
    connection: Connection, *, kinds: Collection[str], before: datetime, now: datetime, rows: int
) -> bool:
    """Delete the next jobs that are of these kinds and finished before this moment; False at the end.

    At the end the walk starts anew: a message that is shown again and again keeps its job's old id.
    """
    after = int(cursors.get(connection, _JOBS_CURSOR) or 0)
    query = select(jobs.c.id, jobs.c.created_at).where(jobs.c.id > after).order_by(jobs.c.id).limit(rows)
    old = _until(connection, query, before + _DISORDER)
    last = old[-1] if old else after
    # SQLite gives the highest id anew once its row is gone, and others name a job by its id.
    newest = select(func.max(jobs.c.id)).scalar_subquery()
    connection.execute(
        delete(jobs).where(
            jobs.c.id > after,
            jobs.c.id <= last,
            jobs.c.id < newest,
            jobs.c.kind.in_(list(kinds)),
            jobs.c.finished_at < before,
            jobs.c.state != "ambiguous",
        )
    )
    more = len(old) == rows
    cursors.put(connection, _JOBS_CURSOR, str(last if more else 0), now=now)
    return more


def empty_bodies(connection: Connection, *, before: datetime, now: datetime, rows: int) -> bool:
    """Empty the bodies of the next processed deliveries that came before this moment; False at the end."""
    after = int(cursors.get(connection, _BODIES_CURSOR) or 0)
    query = (
        select(deliveries.c.id, deliveries.c.received_at)
        .where(deliveries.c.id > after)
        .order_by(deliveries.c.id)
        .limit(rows)
    )
    old = _until(connection, query, before)
    if not old:
        return False
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id > after, deliveries.c.id <= old[-1], deliveries.c.state != "new")
        .values(body=GONE)
    )
    cursors.put(connection, _BODIES_CURSOR, str(old[-1]), now=now)
    return len(old) == rows


def forget_envelopes(connection: Connection, *, before: datetime, rows: int) -> bool:
    """Delete some of the envelopes that were seen before this moment; False at the end."""
    oldest = select(envelopes.c.id).where(envelopes.c.seen_at < before).order_by(envelopes.c.seen_at)
    # As a sub-query PostgreSQL may compare them with every row of the table.
    old = connection.execute(oldest.limit(rows)).scalars().all()
    if old:
        connection.execute(delete(envelopes).where(envelopes.c.id.in_(old)))
    return len(old) == rows


def forget_lanes(connection: Connection, *, before: datetime) -> None:
    """Delete the lanes that nobody used since this moment."""
    lanes.forget(connection, before=before)


def _until(connection: Connection, query: Select[int, datetime], moment: datetime) -> list[int]:
    """Return the first ids whose moments come before this one.

    No row behind them is read: in SQLite a row's moment lies behind its body, which may be large.
    """
    with connection.execute(query) as found:
        return [row_id for row_id, _ in takewhile(lambda row: row[1] < moment, found)]
