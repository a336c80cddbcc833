"""Slack's envelopes that were taken in: a copy may come to any replica, at once or minutes later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
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


def answer(connection: Connection, envelope_id: str) -> Mapping[str, Any] | None:
    """Return what a copy of this envelope is to be told."""
    query = select(envelopes.c.answer).where(envelopes.c.id == envelope_id)
    found: Mapping[str, Any] | None = connection.execute(query).scalar()
    return found


def set_answer(connection: Connection, envelope_id: str, answer: Mapping[str, Any] | None) -> None:
    """Record what a copy of this envelope is to be told; None if nothing more."""
    connection.execute(update(envelopes).where(envelopes.c.id == envelope_id).values(answer=answer))
