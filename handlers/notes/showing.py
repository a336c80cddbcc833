"""What a draft shows, in its thread and wherever else it may be decided."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping

from blocks import notes as blocks
from bot.context import Context
from bot.errors import Permanent
from bot.models import Category, DraftState, MailState, Pull, SlackMessage
from handlers.feature import Render
from storage import addresses, facts, homes, jobs, messages, notes


def draft_view(context: Context, connection: Connection, draft: RowMapping, pull: Pull) -> blocks.DraftView:
    """Gather all that a person needs in order to decide about the draft."""
    extra = draft["evidence"]["extra"]
    return blocks.DraftView(
        id=draft["id"],
        digest=draft["digest"],
        state=DraftState(draft["state"]),
        category=Category(draft["category"]),
        text=draft["text"],
        source=draft["source"],
        pull=pull,
        web_url=context.settings.github_web_url,
        fallback=extra.get("fallback", ""),
        unheeded=extra.get("unheeded", False),
        commits=tuple((sha, subject) for sha, subject in extra.get("commits", ())),
        files=tuple(blocks.FileCount(*counted) for counted in extra.get("files", ())),
        findings=tuple(extra.get("findings", ())),
        cut=extra.get("cut"),
        recipients=addresses.audience(connection, pull.repo, notes.recipients_of(draft)),
        mails=tuple(
            blocks.MailView(row["id"], row["name"], row["address"], MailState(row["state"]), row["reason"])
            for row in notes.mails_of(connection, draft["id"])
        ),
        changed_by=draft["changed_by"],
        decided_by=draft["decided_by"],
        decided_at=draft["decided_at"],
        mail_enabled=context.mailer is not None,
    )


def view_of(context: Context, connection: Connection, draft_id: int) -> blocks.DraftView | None:
    """Return the view of a draft by its id."""
    draft = notes.get_draft(connection, draft_id)
    pull = facts.pull(connection, draft["pull_id"]) if draft else None
    return draft_view(context, connection, draft, pull) if draft and pull else None


def render(render: Render) -> SlackMessage:
    """Render the draft's message in a thread."""
    draft = notes.of_pull(render.connection, render.message["pull_id"])
    pull = facts.pull(render.connection, render.message["pull_id"])
    if draft is None or pull is None:
        raise Permanent("its draft is unknown")
    return blocks.draft(draft_view(render.context, render.connection, draft, pull))


def changed(connection: Connection, pull_id: int, *, now: datetime, actor: str | None = None) -> None:
    """Show the draft as it is now in the threads and in App Home; `actor` is who changed it."""
    mark_stale(connection, pull_id, now=now)
    homes.mark_stale(connection, now=now, actor=actor)


def mark_stale(connection: Connection, pull_id: int, *, now: datetime) -> None:
    """Ask for the draft's messages to be shown as they are now; a person is waiting."""
    for row in messages.of_pull(connection, pull_id):
        if row["kind"] == "draft":
            messages.mark_stale(connection, row, now=now, priority=jobs.PERSON)


def mark_mail_stale(connection: Connection, mail_id: int, *, now: datetime) -> None:
    """Ask for the draft that an e-mail carries to be shown as it is now."""
    mail = notes.get_mail(connection, mail_id)
    draft = notes.get_draft(connection, mail["draft_id"]) if mail else None
    if draft is not None:
        mark_stale(connection, draft["pull_id"], now=now)
