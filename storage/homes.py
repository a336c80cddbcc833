"""Who has opened App Home, and what it shows them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from storage.sql import insert
from storage.tables import homes


def opened(connection: Connection, slack_user: str, channels: Sequence[str], *, now: datetime) -> None:
    """Record that the person opened Home, and which channels they share with the bot."""
    values = {"channels": list(channels), "opened_at": now}
    connection.execute(
        insert(connection, homes)
        .values(slack_user=slack_user, **values)
        .on_conflict_do_update(index_elements=[homes.c.slack_user], set_=values)
    )


def shown(connection: Connection, slack_user: str, digest: str) -> None:
    """Record what Home shows the person."""
    connection.execute(update(homes).where(homes.c.slack_user == slack_user).values(shown=digest))


def get(connection: Connection, slack_user: str) -> RowMapping | None:
    """Return one person's Home."""
    return connection.execute(select(homes).where(homes.c.slack_user == slack_user)).mappings().first()


def open_since(connection: Connection, since: datetime) -> Sequence[str]:
    """Return those who opened Home since then."""
    return list(connection.execute(select(homes.c.slack_user).where(homes.c.opened_at >= since)).scalars())


def has_any(connection: Connection) -> bool:
    """Tell whether anybody ever opened Home."""
    return connection.execute(select(homes.c.slack_user).limit(1)).scalar() is not None
