"""Drafts of release notes, the e-mails that carry them, and the addresses that want none.

Plain functions of a connection that never commit. Who acts on a draft names the digest they saw: what changed
meanwhile is never decided by accident.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from bot.models import Category, DraftState, MailState, Note, Recipient
from storage.sql import insert
from storage.tables import drafts, mails, pulls, repositories, suppressions

# Why an address is not written to.
UNSUBSCRIBED, BOUNCED = "unsubscribed", "bounced"

# PostgreSQL takes 65,535 parameters in one statement, SQLite 32,766.
_ROWS_AT_ONCE = 500


def create_draft(
    connection: Connection,
    *,
    pull_id: int,
    note: Note,
    recipients: Iterable[Recipient],
    digest: str,
    now: datetime,
) -> RowMapping:
    """Store the first draft of a pull request; one that is there already is returned untouched."""
    connection.execute(
        insert(connection, drafts)
        .values(
            pull_id=pull_id,
            state=DraftState.OPEN.value,
            recipients=_contributors(recipients),
            created_at=now,
            **_content(note, digest),
        )
        .on_conflict_do_nothing(index_elements=[drafts.c.pull_id])
    )
    return connection.execute(select(drafts).where(drafts.c.pull_id == pull_id)).mappings().one()


def get_draft(connection: Connection, draft_id: int) -> RowMapping | None:
    """Return a draft by its id."""
    return connection.execute(select(drafts).where(drafts.c.id == draft_id)).mappings().one_or_none()


def of_pull(connection: Connection, pull_id: int) -> RowMapping | None:
    """Return the draft of a pull request."""
    return connection.execute(select(drafts).where(drafts.c.pull_id == pull_id)).mappings().one_or_none()


def open_drafts(connection: Connection, repos: Collection[str] | None = None) -> Sequence[RowMapping]:
    """Return the open drafts, oldest first, each with its pull request's `repo`, `number`, `title`, `author`.

    `repos` are `owner/name` in any case; None stands for all.
    """
    query = (
        select(drafts, repositories.c.full_name.label("repo"), pulls.c.number, pulls.c.title, pulls.c.author)
        .join(pulls, pulls.c.id == drafts.c.pull_id)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(drafts.c.state == DraftState.OPEN.value)
        .order_by(drafts.c.id)
    )
    if repos is not None:
        query = query.where(func.lower(repositories.c.full_name).in_([repo.lower() for repo in repos]))
    return connection.execute(query).mappings().all()


def recipients_of(draft: RowMapping) -> tuple[Recipient, ...]:
    """Return the recipients that a draft's row holds."""
    return tuple(Recipient(**recipient) for recipient in draft["recipients"])


def decide(
    connection: Connection, draft_id: int, digest: str, state: DraftState, *, user: str, now: datetime
) -> RowMapping | None:
    """Approve or discard an open draft whose text is the one with the digest; None if somebody was first."""
    changed = connection.execute(
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.state == DraftState.OPEN.value, drafts.c.digest == digest)
        .values(state=state.value, decided_by=user, decided_at=now)
    )
    return get_draft(connection, draft_id) if changed.rowcount else None


def start_redraft(connection: Connection, draft_id: int, digest: str, *, guidance: str, user: str) -> bool:
    """Set an open draft aside for a new text; `guidance` is what the person asked for."""
    changed = connection.execute(
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.state == DraftState.OPEN.value, drafts.c.digest == digest)
        .values(state=DraftState.REDRAFTING.value, guidance=guidance, changed_by=user)
    )
    return bool(changed.rowcount)


def revise(
    connection: Connection,
    draft_id: int,
    old_digest: str,
    *,
    note: Note,
    digest: str,
    user: str | None = None,
    recipients: Iterable[Recipient] | None = None,
) -> RowMapping | None:
    """Replace the text of an undecided draft and open it; None if it changed meanwhile or is decided.

    `user` is who edited it, `recipients` replaces them where given.
    """
    values = _content(note, digest)
    if user is not None:
        values["changed_by"] = user
    if recipients is not None:
        values["recipients"] = _contributors(recipients)
    changed = connection.execute(
        update(drafts)
        .where(
            drafts.c.id == draft_id,
            drafts.c.digest == old_digest,
            drafts.c.state.in_([DraftState.OPEN.value, DraftState.REDRAFTING.value]),
        )
        .values(state=DraftState.OPEN.value, **values)
    )
    return get_draft(connection, draft_id) if changed.rowcount else None


def restore(connection: Connection, draft_id: int) -> bool:
    """Open again a draft that was discarded, or whose redrafting came to nothing; an approved one stays."""
    changed = connection.execute(
        update(drafts)
        .where(
            drafts.c.id == draft_id,
            drafts.c.state.in_([DraftState.DISCARDED.value, DraftState.REDRAFTING.value]),
        )
        .values(state=DraftState.OPEN.value, decided_by=None, decided_at=None)
    )
    return bool(changed.rowcount)


def add_mails(
    connection: Connection,
    draft_id: int,
    recipients: Iterable[Recipient],
    *,
    names: Callable[[], tuple[str, str]],
    now: datetime,
) -> Sequence[RowMapping]:
    """Add one e-mail per recipient that has none yet and return all of the draft's, in order.

    `names` makes a fresh (token, message id). Recipients to skip, and suppressed addresses, become rows too,
    with the reason.
    """
    people = {person.address.lower(): person for person in recipients}
    unwanted = _suppressed_among(connection, list(people))
    rows = []
    for address, person in people.items():
        reason = person.skipped or unwanted.get(address)
        token, message_id = names()
        rows.append(
            {
                "draft_id": draft_id,
                "address": person.address,
                "name": person.name,
                "state": (MailState.SKIPPED if reason else MailState.QUEUED).value,
                "reason": reason,
                "message_id": message_id,
                "token": token,
                "changed_at": now,
                "why": person.why.value,
            }
        )
    statement = insert(connection, mails).on_conflict_do_nothing(index_elements=["draft_id", "address"])
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        connection.execute(statement, rows[start : start + _ROWS_AT_ONCE])
    return mails_of(connection, draft_id)


def mails_of(connection: Connection, draft_id: int) -> Sequence[RowMapping]:
    """Return a draft's e-mails in the order they were added."""
    return (
        connection.execute(select(mails).where(mails.c.draft_id == draft_id).order_by(mails.c.id))
        .mappings()
        .all()
    )


def get_mail(connection: Connection, mail_id: int) -> RowMapping | None:
    """Return an e-mail by its id."""
    return connection.execute(select(mails).where(mails.c.id == mail_id)).mappings().one_or_none()


def by_token(connection: Connection, token: str) -> RowMapping | None:
    """Return the e-mail whose unsubscribe link holds the token."""
    return connection.execute(select(mails).where(mails.c.token == token)).mappings().one_or_none()


def mark_mail(
    connection: Connection,
    mail_id: int,
    state: MailState,
    *,
    now: datetime,
    reason: str | None = None,
    only_from: Collection[MailState] | None = None,
) -> bool:
    """Record an e-mail's fate; with `only_from`, only if it stands there. False if nothing changed."""
    statement = update(mails).where(mails.c.id == mail_id)
    if only_from is not None:
        statement = statement.where(mails.c.state.in_([allowed.value for allowed in only_from]))
    changed = connection.execute(statement.values(state=state.value, reason=reason, changed_at=now))
    return bool(changed.rowcount)


def suppress(connection: Connection, address: str, *, reason: str, now: datetime) -> None:
    """Write to the address no more; the first reason stays."""
    connection.execute(
        insert(connection, suppressions)
        .values(address=address.lower(), reason=reason, created_at=now)
        .on_conflict_do_nothing(index_elements=[suppressions.c.address])
    )


def allow(connection: Connection, address: str, *, only: str | None = None) -> bool:
    """Write to the address again, if `only` this reason kept from it; False if nothing did."""
    statement = delete(suppressions).where(suppressions.c.address == address.lower())
    if only is not None:
        statement = statement.where(suppressions.c.reason == only)
    return bool(connection.execute(statement).rowcount)


def suppression(connection: Connection, address: str) -> str | None:
    """Return why the address is not written to."""
    return _suppressed_among(connection, [address.lower()]).get(address.lower())


def _suppressed_among(connection: Connection, addresses: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(addresses), _ROWS_AT_ONCE):
        some = addresses[start : start + _ROWS_AT_ONCE]
        query = select(suppressions.c.address, suppressions.c.reason).where(suppressions.c.address.in_(some))
        found |= {row.address: row.reason for row in connection.execute(query)}
    return found


def _contributors(recipients: Iterable[Recipient]) -> list[dict[str, Any]]:
    """Return the recipients as a draft keeps them; who else gets the note is looked up when it goes out."""
    return [
        {"name": one.name, "login": one.login, "address": one.address, "skipped": one.skipped}
        for one in recipients
    ]


def _content(note: Note, digest: str) -> dict[str, Any]:
    return {
        "category": Category(note.category).value,
        "text": note.text,
        "source": note.source[:80],
        "digest": digest,
        "evidence": {
            "reasons": list(note.reasons),
            "commits": list(note.commits),
            "paths": list(note.paths),
            "extra": dict(note.extra),
        },
    }
