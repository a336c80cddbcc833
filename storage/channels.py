"""What a channel decided for itself."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from storage.sql import insert
from storage.tables import channels


def self_approval(connection: Connection, channel: str) -> bool:
    """Tell whether authors may approve their own notes here; they may not unless somebody allowed it."""
    return bool(connection.execute(select(channels.c.self_approval).where(channels.c.id == channel)).scalar())


def set_self_approval(
    connection: Connection, channel: str, *, allowed: bool, user: str, now: datetime
) -> None:
    """Record whether authors may approve their own notes here, and who said so."""
    values = {"self_approval": allowed, "changed_by": user, "changed_at": now}
    connection.execute(
        insert(connection, channels)
        .values(id=channel, **values)
        .on_conflict_do_update(index_elements=[channels.c.id], set_=values)
    )


def set_where(
    connection: Connection, channel: str, said: Mapping[str, str], *, user: str, now: datetime
) -> None:
    """Record by whose clock and holidays a channel goes (`zone`, `country` or both), and who said so."""
    values = {**said, "changed_by": user, "changed_at": now}
    connection.execute(
        insert(connection, channels)
        .values(id=channel, **values)
        .on_conflict_do_update(index_elements=[channels.c.id], set_=values)
    )


def where(connection: Connection, channel: str) -> tuple[str | None, str | None]:
    """Return the zone and the country by whose clock and holidays the channel goes, as far as it has said."""
    query = select(channels.c.zone, channels.c.country).where(channels.c.id == channel)
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else (None, None)
