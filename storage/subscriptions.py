"""Which channel listens to which repository, and how."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, exists, select, update

from bot.models import Subscription
from storage.sql import insert, rows
from storage.tables import subscriptions

_OF_REPO = (
    select(subscriptions).where(subscriptions.c.repo == bindparam("name")).order_by(subscriptions.c.channel)
)


def put(
    connection: Connection,
    *,
    channel: str,
    repo: str,
    features: Sequence[str],
    filter_text: str,
    user: str,
    now: datetime,
) -> tuple[Subscription, bool]:
    """Subscribe the channel and tell whether that is new.

    Subscribing again replaces features and filter, and keeps who subscribed first.
    """
    known = subscriptions.c.channel == channel, subscriptions.c.repo == repo.lower()
    created = not connection.scalar(select(exists().where(*known)))
    statement = insert(connection, subscriptions).values(
        channel=channel,
        repo=repo.lower(),
        features=list(features),
        filter=filter_text,
        created_by=user,
        created_at=now,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[subscriptions.c.channel, subscriptions.c.repo],
            set_={"features": statement.excluded.features, "filter": statement.excluded.filter},
        )
    )
    return _select(connection, *known)[0], created


def remove(connection: Connection, subscription_id: int) -> Subscription | None:
    """End the subscription and return it as it was; None if it was gone already."""
    found = get(connection, subscription_id)
    connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id))
    return found


def get(connection: Connection, subscription_id: int) -> Subscription | None:
    """Return one subscription; None if it was removed."""
    return next(iter(_select(connection, subscriptions.c.id == subscription_id)), None)


def of_channel(connection: Connection, channel: str) -> list[Subscription]:
    """Return the channel's subscriptions by repository."""
    return _select(connection, subscriptions.c.channel == channel)


def of_channels(connection: Connection, channels: Collection[str]) -> list[Subscription]:
    """Return the subscriptions of these channels by repository, then channel."""
    return _select(connection, subscriptions.c.channel.in_(channels))


def of_repo(connection: Connection, repo: str) -> list[Subscription]:
    """Return every channel's subscription to the repository."""
    return [_subscription(row) for row in rows(connection, _OF_REPO, {"name": repo.lower()})]


def repos(connection: Connection) -> list[str]:
    """Return the repositories that some channel follows, in lower case."""
    query = select(subscriptions.c.repo).distinct().order_by(subscriptions.c.repo)
    return list(connection.execute(query).scalars())


def rename_repo(connection: Connection, old: str, new: str) -> None:
    """Follow a renamed repository; a channel that already has the new name keeps that subscription."""
    old, new = old.lower(), new.lower()
    if old == new:
        return
    taken = subscriptions.alias("taken")
    has_new = exists().where(taken.c.channel == subscriptions.c.channel, taken.c.repo == new)
    connection.execute(delete(subscriptions).where(subscriptions.c.repo == old, has_new))
    connection.execute(update(subscriptions).where(subscriptions.c.repo == old).values(repo=new))


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[Subscription]:
    rows = connection.execute(
        select(subscriptions).where(*conditions).order_by(subscriptions.c.repo, subscriptions.c.channel)
    )
    return [_subscription(row) for row in rows.mappings()]


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**{**row, "features": tuple(row["features"])})
