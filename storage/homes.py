"""Who has opened App Home, what it shows them, and the jobs that bring it up to date."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, select, update

from storage import jobs
from storage.sql import first, insert
from storage.tables import homes

# Changes are gathered for a moment: a burst of events is one look at each Home.
_GATHER = timedelta(seconds=2)
_ANY = select(homes.c.slack_user).limit(1)


def opened(
    connection: Connection, slack_user: str, channels: Sequence[str], *, blank: bool, now: datetime
) -> None:
    """Record that the person opened Home, and which channels they share with the bot.

    `blank` says that Slack has no page for them, whatever was published before.
    """
    values = {"channels": list(channels), "opened_at": now, **({"shown": None} if blank else {})}
    connection.execute(
        insert(connection, homes)
        .values(slack_user=slack_user, **values)
        .on_conflict_do_update(index_elements=[homes.c.slack_user], set_=values)
    )


def left(connection: Connection, slack_user: str, channel: str) -> bool:
    """Forget that the person is in the channel; False if that was not known."""
    row = get(connection, slack_user)
    if row is None or channel not in row["channels"]:
        return False
    kept = [one for one in row["channels"] if one != channel]
    connection.execute(update(homes).where(homes.c.slack_user == slack_user).values(channels=kept))
    return True


def forget(connection: Connection, slack_user: str) -> None:
    """Forget that the person ever opened Home."""
    connection.execute(delete(homes).where(homes.c.slack_user == slack_user))


def shown(connection: Connection, slack_user: str, digest: str) -> None:
    """Record what Home shows the person."""
    connection.execute(update(homes).where(homes.c.slack_user == slack_user).values(shown=digest))


def get(connection: Connection, slack_user: str) -> RowMapping | None:
    """Return one person's Home."""
    return connection.execute(select(homes).where(homes.c.slack_user == slack_user)).mappings().first()


def channels_of(connection: Connection, slack_user: str) -> Sequence[str]:
    """Return the channels that the person shares with the bot, as far as Home knows."""
    row = get(connection, slack_user)
    return list(row["channels"]) if row else []


def open_since(connection: Connection, since: datetime) -> Sequence[str]:
    """Return those who opened Home since then."""
    return list(connection.execute(select(homes.c.slack_user).where(homes.c.opened_at >= since)).scalars())


def mark_stale(connection: Connection, *, now: datetime, actor: str | None = None) -> None:
    """Ask for a look at every Home soon, many asks being one look; `actor`, who waits, is served at once."""
    if first(connection, _ANY, {}) is None:
        return
    # In the order in which the sweep's own transaction takes these rows, so that none waits for the other.
    jobs.enqueue(
        connection,
        "home.sweep",
        "home.sweep",
        priority=jobs.HOUSEKEEPING,
        run_at=now + _GATHER,
        now=now,
        again=True,
    )
    if actor and get(connection, actor):
        ask_show(connection, actor, now=now, priority=jobs.PERSON)


def ask_show(connection: Connection, slack_user: str, *, now: datetime, priority: int) -> None:
    """Ask for one person's Home to be shown as it should be now."""
    jobs.enqueue(
        connection,
        "home.show",
        f"home:{slack_user}",
        payload={"user": slack_user},
        now=now,
        priority=priority,
        again=True,
    )
