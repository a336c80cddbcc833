"""Corrections of notes that went out: the text is replaced, and whoever got the old one gets the new one.

An e-mail keeps its row, and gets a new Message-ID; those that it had before are in `sendings`.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from bot.models import Category, DraftState, MailState
from storage import notes, sendings
from storage.tables import drafts, mails

# Who may have got the note.
REACHED = (MailState.SENT, MailState.AMBIGUOUS)


def correct(
    connection: Connection,
    draft_id: int,
    old_digest: str,
    *,
    category: Category,
    text: str,
    digest: str,
    user: str,
    now: datetime,
) -> RowMapping | None:
    """Replace the text of an approved note, with `user` as who approved it; None if it changed meanwhile."""
    changed = connection.execute(
        update(drafts)
        .where(
            drafts.c.id == draft_id,
            drafts.c.digest == old_digest,
            drafts.c.state == DraftState.APPROVED.value,
        )
        .values(
            category=category.value,
            text=text,
            digest=digest,
            changed_by=user,
            decided_by=user,
            decided_at=now,
        )
    )
    return notes.get_draft(connection, draft_id) if changed.rowcount else None


def is_sending(connection: Connection, draft_id: int) -> bool:
    """Tell whether some e-mail's text is on its way right now: nobody could say which."""
    query = select(mails.c.id).where(mails.c.draft_id == draft_id, mails.c.state == MailState.SENDING.value)
    return connection.execute(query.limit(1)).first() is not None


def requeue(connection: Connection, draft_id: int, *, names: Callable[[], str], now: datetime) -> list[int]:
    """Queue every e-mail that may have arrived once more, under a new Message-ID, and return their ids.

    One that is still queued goes out with the text as it is then.
    """
    reached = [state.value for state in REACHED]
    query = select(mails).where(mails.c.draft_id == draft_id, mails.c.state.in_(reached))
    found = connection.execute(query.order_by(mails.c.id)).mappings().all()
    for row in found:
        # An e-mail that went out before Message-IDs were kept has none there yet.
        sendings.record(
            connection, row["message_id"], row["address"], now=row["changed_at"], mail_id=row["id"]
        )
        connection.execute(
            update(mails)
            .where(mails.c.id == row["id"])
            .values(state=MailState.QUEUED.value, reason=None, message_id=names(), changed_at=now)
        )
    return [row["id"] for row in found]
