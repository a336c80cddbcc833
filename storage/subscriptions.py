"""Which channel listens to which repository, and how."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.models import Subscription
from storage.sql import insert, one_of, rows
from storage.tables import cursors, repositories, subscriptions

_NAMED = select(subscriptions).where(one_of(subscriptions.c.repo, "names")).order_by(subscriptions.c.channel)
_IN_CHANNEL = _NAMED.where(subscriptions.c.channel == bindparam("place"))
_VERSIONS = select(cursors.c.name, cursors.c.position).where(one_of(cursors.c.name, "names"))


def put(
    connection: Connection,
    *,
    channel: str,
    repo: str,
    features: Sequence[str],
    filter_text: str,
    user: str,
    now: datetime,
    broadcast: Sequence[str] = (),
    excluded: Sequence[str] = (),
    source: str | None = None,
) -> tuple[Subscription, bool]:
    """Subscribe the channel and tell whether that is new.

    Subscribing again replaces all but who subscribed first, and when. `source` is the file that asks for it.
    """
    known = subscriptions.c.channel == channel, subscriptions.c.repo == repo.lower()
    created = not connection.scalar(select(exists().where(*known)))
    wanted = {
        "features": list(features),
        "filter": filter_text,
        "broadcast": list(broadcast) or None,
        "excluded": list(excluded) or None,
        "source": source,
    }
    connection.execute(
        insert(connection, subscriptions)
        .values(channel=channel, repo=repo.lower(), created_by=user, created_at=now, **wanted)
        .on_conflict_do_update(index_elements=[subscriptions.c.channel, subscriptions.c.repo], set_=wanted)
    )
    _changed(connection, repo)
    return _select(connection, *known)[0], created


def remove(connection: Connection, subscription_id: int) -> Subscription | None:
    """End the subscription and return it as it was; None if it was gone already."""
    found = get(connection, subscription_id)
    connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id))
    if found is not None:
        _changed(connection, found.repo)
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


def named(connection: Connection, names: Collection[str]) -> list[Subscription]:
    """Return every subscription to just these `owner/name` or `owner/*`."""
    return [_subscription(row) for row in rows(connection, _NAMED, {"names": _lower(names)})]


def named_in(connection: Connection, channel: str, names: Collection[str]) -> list[Subscription]:
    """Return the channel's subscriptions to just these."""
    values = {"place": channel, "names": _lower(names)}
    return [_subscription(row) for row in rows(connection, _IN_CHANNEL, values)]


def of_owner(connection: Connection, owner: str) -> list[Subscription]:
    """Return every subscription to an owner's repositories, to all of them or by name."""
    return _select(connection, subscriptions.c.repo.startswith(f"{owner.lower()}/", autoescape=True))


def of_source(connection: Connection, owner: str) -> list[Subscription]:
    """Return every subscription that a file of the owner asked for."""
    return _select(connection, subscriptions.c.source.startswith(f"{owner.lower()}/", autoescape=True))


def whole(connection: Connection) -> list[Subscription]:
    """Return the subscriptions to all that an owner has."""
    return _select(connection, subscriptions.c.repo.endswith("/*"))


def repos(connection: Connection) -> set[str]:
    """Return everything that any channel follows, `owner/*` as such."""
    return set(connection.execute(select(subscriptions.c.repo).distinct()).scalars())


def known_repos(connection: Connection, owners: Collection[str]) -> list[str]:
    """Return the known repositories of these owners, in lower case."""
    name = func.lower(repositories.c.full_name)
    belongs = [name.startswith(f"{owner.lower()}/", autoescape=True) for owner in owners]
    if not belongs:
        return []
    return list(connection.execute(select(name).where(or_(*belongs)).order_by(name)).scalars())


def versions(connection: Connection, names: Collection[str]) -> Mapping[str, str]:
    """Return what differs whenever the subscriptions to one of these were changed; those never changed lack.

    Read in the transaction that goes by it, it tells of every change that was committed, by whomever.
    """
    keys = {_version(name): name for name in _lower(names)}
    return {keys[row["name"]]: row["position"] for row in rows(connection, _VERSIONS, {"names": list(keys)})}


def rename_repo(connection: Connection, old: str, new: str) -> None:
    """Follow a renamed or transferred repository, also where it is left out of all that its owner has.

    A channel that already has the new name keeps that subscription.
    """
    old, new = old.lower(), new.lower()
    if old == new:
        return
    taken = subscriptions.alias("taken")
    has_new = exists().where(taken.c.channel == subscriptions.c.channel, taken.c.repo == new)
    connection.execute(delete(subscriptions).where(subscriptions.c.repo == old, has_new))
    connection.execute(update(subscriptions).where(subscriptions.c.repo == old).values(repo=new))
    _changed(connection, old, new)
    owner = new.partition("/")[0]
    if owner != old.partition("/")[0]:
        return
    for found in named(connection, [f"{owner}/*"]):
        if old in found.excluded:
            kept = [new if name == old else name for name in found.excluded]
            connection.execute(
                update(subscriptions).where(subscriptions.c.id == found.id).values(excluded=kept)
            )
            _changed(connection, found.repo)


def forgetting(connection: Connection, user: str) -> None:
    """Let whoever keeps subscriptions in memory know that those of a person will name them no more."""
    _changed(connection, *{one.repo for one in _select(connection, subscriptions.c.created_by == user)})


def _changed(connection: Connection, *repos: str) -> None:
    """Let whoever keeps the subscriptions to these in memory know.

    A number counted up would come back after an undo, for another change.
    """
    for repo in repos:
        values = {"position": secrets.token_hex(8), "changed_at": func.current_timestamp()}
        connection.execute(
            insert(connection, cursors)
            .values(name=_version(repo.lower()), **values)
            .on_conflict_do_update(index_elements=[cursors.c.name], set_=values)
        )


def _version(repo: str) -> str:
    return f"listeners:{hashlib.blake2b(repo.encode(), digest_size=16).hexdigest()}"


def _lower(names: Collection[str]) -> list[str]:
    return [name.lower() for name in names]


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[Subscription]:
    rows = connection.execute(
        select(subscriptions).where(*conditions).order_by(subscriptions.c.repo, subscriptions.c.channel)
    )
    return [_subscription(row) for row in rows.mappings()]


def _subscription(row: RowMapping) -> Subscription:
    lists = {name: tuple(row[name] or ()) for name in ("features", "broadcast", "excluded")}
    return Subscription(**{**row, **lists})
