"""Slack's envelopes that were taken in: a copy may come to any replica, at once or minutes later."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from storage.sql import Insert, prepared
from storage.tables import envelopes


@prepared
def _add(insert: Insert) -> sqlite.Insert:
    return insert(envelopes).on_conflict_do_nothing(index_elements=[envelopes.c.id])


def seen(connection: Connection, envelope_id: str, now: datetime) -> bool:
    """Tell whether this envelope was taken in before; from now on it was.

    On PostgreSQL a copy waits here until the transaction that took the first one in has ended.
    """
    return not connection.execute(_add(connection), {"id": envelope_id, "seen_at": now}).rowcount
