"""Whose configuration file may speak for a channel, and which organisation's may say who is who."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from storage.sql import insert
from storage.tables import permissions

PEOPLE = "people"
"""Stands for the channel where the permission is to say who is who."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission; `source` is `owner/name`, or `owner/*` for the organisation's file, in lower case."""

    channel: str
    source: str
    allowed_by: str
    allowed_at: datetime


def allow(connection: Connection, channel: str, source: str, *, user: str, now: datetime) -> None:
    """Let a file speak for a channel; who allowed it last is kept."""
    values = {"allowed_by": user, "allowed_at": now}
    connection.execute(
        insert(connection, permissions)
        .values(channel=channel, source=source.lower(), **values)
        .on_conflict_do_update(index_elements=[permissions.c.channel, permissions.c.source], set_=values)
    )


def disallow(connection: Connection, channel: str, source: str) -> bool:
    """Take a permission back; False if there was none."""
    found = permissions.c.channel == channel, permissions.c.source == source.lower()
    return bool(connection.execute(delete(permissions).where(*found)).rowcount)


def of_owner(connection: Connection, owner: str) -> list[Permission]:
    """Return the permissions of an owner's files, of the organisation's and the repositories'."""
    belongs = permissions.c.source.startswith(f"{owner.lower()}/", autoescape=True)
    query = select(permissions).where(belongs).order_by(permissions.c.source, permissions.c.channel)
    return [Permission(**row) for row in connection.execute(query).mappings()]


def of_channel(connection: Connection, channel: str) -> list[str]:
    """Return the files that may speak for a channel."""
    query = select(permissions.c.source).where(permissions.c.channel == channel)
    return list(connection.execute(query.order_by(permissions.c.source)).scalars())


def trusting(connection: Connection) -> list[Permission]:
    """Return the permissions of organisations' files to say who is who, the first given at first."""
    query = select(permissions).where(permissions.c.channel == PEOPLE)
    query = query.order_by(permissions.c.allowed_at, permissions.c.source)
    return [Permission(**row) for row in connection.execute(query).mappings()]


def sources(connection: Connection) -> list[str]:
    """Return every file that anybody allowed anything."""
    return list(connection.execute(select(permissions.c.source).distinct()).scalars())


def is_any(connection: Connection, names: Collection[str]) -> bool:
    """Tell whether any of these files may speak for anybody."""
    query = select(func.count()).where(or_(*(permissions.c.source == name.lower() for name in names)))
    return bool(connection.execute(query.select_from(permissions)).scalar())


def forget(connection: Connection, source: str) -> None:
    """Take back all that a file was allowed."""
    connection.execute(delete(permissions).where(permissions.c.source == source.lower()))


def rename(connection: Connection, old: str, new: str) -> None:
    """Let what was allowed to a file be allowed under its new name, unless it is there already."""
    known = select(permissions.c.channel).where(permissions.c.source == new.lower())
    mine = permissions.c.source == old.lower()
    connection.execute(delete(permissions).where(mine, permissions.c.channel.in_(known.scalar_subquery())))
    connection.execute(update(permissions).where(mine).values(source=new.lower()))
