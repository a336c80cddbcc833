"""A person decides: approve and send, edit, regenerate, discard, restore."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from blocks import ids, kit
from blocks import notes as blocks
from bot.clients.mail import LANE
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.mails.compose import new_message_id
from bot.models import Category, DraftState, MailState, Note
from bot.notes.digest import digest
from bot.notes.plain import visible
from handlers.feature import Click, FieldErrors, Reply, Submission
from handlers.notes import showing
from storage import addresses, channels, facts, jobs, messages, notes, people

_CHANGED = "The text changed since you looked; read it again in the thread, then decide."
_YOURS = (
    "You wrote this change, so somebody else has to approve its note. "
    "A channel can allow it with `/patchforge settings self-approval on`."
)
_GONE = "This draft is no longer there; look for a newer message."


@dataclass(frozen=True, slots=True)
class _Rights:
    login: str | None
    self_approval: bool
    draft: RowMapping
    channels: frozenset[str]


async def approve(context: Context, click: Click) -> Reply:
    """Approve exactly the text that the person saw, and queue one e-mail per contributor."""
    ref, now = ids.decode(ids.DraftRef, click.value), context.clock.now()
    await require_right(context, click, ref.draft_id)

    def record(connection: Connection) -> None:
        draft = notes.decide(
            connection, ref.draft_id, ref.digest, DraftState.APPROVED, user=click.user, now=now
        )
        if draft is None:
            raise _too_late(notes.get_draft(connection, ref.draft_id), click.user)
        if context.mailer is not None:
            queue_mails(connection, draft, sender=context.settings.mail_from or "", now=now)
        showing.changed(connection, draft["pull_id"], now=now, actor=click.user)

    await context.database.write(record)
    return None


async def discard(context: Context, click: Click) -> Reply:
    """Set the draft aside; *Restore* brings it back."""
    ref, now = ids.decode(ids.DraftRef, click.value), context.clock.now()

    def record(connection: Connection) -> None:
        _require_place(connection, click, notes.get_draft(connection, ref.draft_id))
        draft = notes.decide(
            connection, ref.draft_id, ref.digest, DraftState.DISCARDED, user=click.user, now=now
        )
        if draft is None:
            raise _too_late(notes.get_draft(connection, ref.draft_id), click.user)
        showing.changed(connection, draft["pull_id"], now=now, actor=click.user)

    await context.database.write(record)
    return None


async def restore(context: Context, click: Click) -> Reply:
    """Bring a discarded draft back to be decided."""
    ref, now = ids.decode(ids.DraftRef, click.value), context.clock.now()

    def record(connection: Connection) -> None:
        draft = _require_place(connection, click, notes.get_draft(connection, ref.draft_id))
        if draft["state"] != DraftState.OPEN and not notes.restore(connection, ref.draft_id):
            raise _too_late(draft, click.user)
        showing.changed(connection, draft["pull_id"], now=now, actor=click.user)

    await context.database.write(record)
    return None


async def open_edit(context: Context, click: Click) -> Reply:
    """Open the modal with category and text."""
    await context.slack.open_view(click.trigger_id, blocks.edit_modal(await _open_draft(context, click)))
    return None


async def open_regenerate(context: Context, click: Click) -> Reply:
    """Open the modal that asks what should change."""
    view = blocks.regenerate_modal(await _open_draft(context, click))
    await context.slack.open_view(click.trigger_id, view)
    return None


async def save(context: Context, submission: Submission) -> Reply | FieldErrors:
    """Keep the edited text; whoever looked at the former one must look again."""
    ref, now = ids.decode(ids.DraftRef, submission.metadata), context.clock.now()
    text = visible(str(submission.values.get(ids.FIELD_TEXT) or "")).strip()
    chosen = str(submission.values.get(ids.FIELD_CATEGORY) or "")
    if not text:
        return FieldErrors({ids.FIELD_TEXT: "Write what changes for the people who use it."})
    if not blocks.fits(text):
        return FieldErrors({ids.FIELD_TEXT: "Make it shorter: the thread has to show all that is approved."})
    if chosen not in {*Category}:
        return FieldErrors({ids.FIELD_CATEGORY: "Choose one of the categories."})

    def record(connection: Connection) -> None:
        draft = notes.get_draft(connection, ref.draft_id)
        if draft is None:
            raise UserError(_GONE)
        evidence, to = draft["evidence"], notes.recipients_of(draft)
        note = Note(
            category=Category(chosen),
            text=text,
            source=draft["source"],
            reasons=tuple(evidence["reasons"]),
            commits=tuple(evidence["commits"]),
            paths=tuple(evidence["paths"]),
            extra=evidence["extra"],
        )
        revised = notes.revise(
            connection,
            ref.draft_id,
            ref.digest,
            note=note,
            digest=digest(note.category, note.text, to),
            user=submission.user,
        )
        if revised is None:
            raise _too_late(draft, submission.user)
        showing.changed(connection, draft["pull_id"], now=now, actor=submission.user)

    await context.database.write(record)
    return None


async def regenerate(context: Context, submission: Submission) -> Reply | FieldErrors:
    """Draft again with the person's guidance; the thread shows that it is under way."""
    ref, now = ids.decode(ids.DraftRef, submission.metadata), context.clock.now()
    guidance = visible(str(submission.values.get(ids.FIELD_CHANGE) or "")).strip()

    def record(connection: Connection) -> None:
        draft = notes.get_draft(connection, ref.draft_id)
        if draft is None:
            raise UserError(_GONE)
        if not notes.start_redraft(
            connection, ref.draft_id, ref.digest, guidance=guidance, user=submission.user
        ):
            raise _too_late(draft, submission.user)
        jobs.enqueue(
            connection,
            "notes.redraft",
            f"redraft:{ref.draft_id}",
            payload={"draft_id": ref.draft_id},
            priority=jobs.PERSON,
            now=now,
            again=True,
        )
        showing.changed(connection, draft["pull_id"], now=now, actor=submission.user)

    await context.database.write(record)
    return None


async def require_right(context: Context, click: Click, draft_id: int) -> None:
    """Raise UserError unless this person may approve the draft: known, and not its only author.

    They must be in a channel that shows it, and in the one they press its button in. A channel may let
    authors approve their own notes; where several show it, all must, or an author would make one for it.
    Outside a channel, as in Home, the strict rule holds.
    """

    def look(connection: Connection) -> _Rights:
        draft = _require_place(connection, click, notes.get_draft(connection, draft_id))
        places = _channels(connection, draft)
        allowed = bool(click.channel) and all(channels.self_approval(connection, place) for place in places)
        return _Rights(people.login_of(connection, click.user), allowed, draft, places)

    rights = await context.database.read(look)
    await _require_member(context, click.user, {click.channel} if click.channel else rights.channels)
    if rights.self_approval:
        return
    if rights.login is None:
        raise UserError(
            "Tell me first who you are on GitHub, with `/patchforge link your-login`; "
            "authors cannot approve their own notes, so I need to know."
        )
    extra = rights.draft["evidence"]["extra"]
    authors = {author.lower() for author in extra.get("authors", ())}
    if click.user in extra.get("people", ()):
        raise UserError(_YOURS)
    if rights.login.lower() in authors or await _address(context, click.user) in extra.get("addresses", ()):
        raise UserError(_YOURS)


def queue_mails(connection: Connection, draft: RowMapping, *, sender: str, now: datetime) -> None:
    """Queue an approved draft's e-mails: one to each contributor, subscriber and list."""
    pull, contributors = facts.pull(connection, draft["pull_id"]), notes.recipients_of(draft)
    rows = notes.add_mails(
        connection,
        draft["id"],
        addresses.audience(connection, pull.repo, contributors) if pull else contributors,
        names=lambda: (secrets.token_urlsafe(24), new_message_id(sender)),
        now=now,
    )
    for row in rows:
        if row["state"] == MailState.QUEUED:
            enqueue_mail(connection, row["id"], now=now)


def enqueue_mail(connection: Connection, mail_id: int, *, now: datetime, again: bool = False) -> None:
    """Queue one e-mail."""
    jobs.enqueue(
        connection,
        "mail.send",
        mail_key(mail_id),
        lane=LANE,
        payload={"mail_id": mail_id},
        priority=jobs.PERSON,
        now=now,
        again=again,
    )


def mail_key(mail_id: int) -> str:
    """Return the key of the job that sends an e-mail."""
    return f"mail:{mail_id}"


async def _address(context: Context, user: str) -> str | None:
    """Return the person's e-mail address in Slack, if they have one that apps may see."""
    try:
        profile = (await context.slack.user(user)).get("profile") or {}
    except Permanent:
        return None
    except RetryLater:
        raise UserError(
            "Slack did not tell me just now whether you are among the authors; please try again."
        ) from None
    return str(profile.get("email") or "").lower() or None


def _channels(connection: Connection, draft: RowMapping) -> frozenset[str]:
    """Return the channels that show the draft."""
    shown = messages.of_pull(connection, draft["pull_id"])
    return frozenset(row["channel"] for row in shown if row["kind"] == "draft")


def _require_place(connection: Connection, click: Click, draft: RowMapping | None) -> RowMapping:
    """Return the draft; raises UserError if it is gone, or pressed in a channel that does not show it."""
    if draft is None or (click.channel and click.channel not in _channels(connection, draft)):
        raise UserError(_GONE)
    return draft


async def _require_member(context: Context, user: str, places: Collection[str]) -> None:
    """Raise UserError unless the person is in one of the channels: a public one can be read from outside."""
    try:
        theirs = await context.slack.channels_of(user)
    except Permanent:
        theirs = []
    except RetryLater:
        raise UserError(
            "Slack did not tell me just now which channels you are in; please try again."
        ) from None
    if not set(theirs) & set(places):
        raise UserError("Only members of the channel decide about its release notes; join it first.")


async def _open_draft(context: Context, click: Click) -> blocks.DraftView:
    ref = ids.decode(ids.DraftRef, click.value)

    def look(connection: Connection) -> blocks.DraftView | None:
        _require_place(connection, click, notes.get_draft(connection, ref.draft_id))
        return showing.view_of(context, connection, ref.draft_id)

    view = await context.database.read(look)
    if view is None:
        raise UserError(_GONE)
    if view.state is not DraftState.OPEN or view.digest != ref.digest:
        raise _too_late(view, click.user)
    return view


def _too_late(draft: RowMapping | blocks.DraftView | None, user: str) -> UserError:
    """Say who was first, or that the text is another now; `user` is who hears it."""
    if draft is None:
        return UserError(_GONE)
    state, by = (
        (draft.state, draft.decided_by)
        if isinstance(draft, blocks.DraftView)
        else (draft["state"], draft["decided_by"])
    )
    who = "You" if by == user else kit.mention(by) if by else "Somebody"
    said = {
        DraftState.APPROVED: kit.join(who, " approved this note already."),
        DraftState.DISCARDED: kit.join(
            who, " discarded this draft already; press Restore in the thread to bring it back."
        ),
        DraftState.REDRAFTING: "A new text is being written; it will show in the thread.",
    }
    return UserError(said.get(DraftState(state), _CHANGED))
