"""Every Message-ID that went out, and to whom: what a bounce must name, and what a correction replies to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.sql import insert
from storage.tables import mails, sendings


@dataclass(frozen=True, slots=True)
class Sending:
    """One text on its way to one address; `mail_id` is None for what asks whether the address is right."""

    message_id: str
    address: str
    mail_id: int | None


def record(
    connection: Connection, message_id: str, address: str, *, now: datetime, mail_id: int | None = None
) -> None:
    """Record that the text goes out; one that goes out again keeps its row."""
    connection.execute(
        insert(connection, sendings)
        .values(message_id=message_id, address=address.lower(), mail_id=mail_id, sent_at=now)
        .on_conflict_do_nothing(index_elements=[sendings.c.message_id])
    )


def find(connection: Connection, message_id: str) -> Sending | None:
    """Return what bears this Message-ID, also where it went out before this was recorded."""
    known = (
        select(sendings.c.message_id, sendings.c.address, sendings.c.mail_id)
        .where(sendings.c.message_id == message_id)
        .limit(1)
    )
    if (row := connection.execute(known).first()) is not None:
        return Sending(*row)
    old = select(mails.c.message_id, mails.c.address, mails.c.id).where(
        mails.c.message_id == message_id, mails.c.state.in_(["sent", "sending", "ambiguous"])
    )
    row = connection.execute(old.limit(1)).first()
    return Sending(row[0], row[1].lower(), row[2]) if row else None


def earlier(connection: Connection, mail_id: int, message_id: str) -> tuple[str, ...]:
    """Return the Message-IDs by which this e-mail went out before it had the present one, oldest first."""
    query = (
        select(sendings.c.message_id)
        .where(sendings.c.mail_id == mail_id, sendings.c.message_id != message_id)
        .order_by(sendings.c.sent_at, sendings.c.message_id)
    )
    return tuple(connection.execute(query).scalars())


def prune(connection: Connection, *, before: datetime, rows: int) -> bool:
    """Forget some of the questions that went out before this moment; False at the end."""
    old = (
        select(sendings.c.message_id)
        .where(sendings.c.mail_id.is_(None), sendings.c.sent_at < before)
        .limit(rows)
    )
    found = connection.execute(old).scalars().all()
    if found:
        connection.execute(delete(sendings).where(sendings.c.message_id.in_(found)))
    return len(found) == rows
