"""A note that went out was wrong: a person writes the right one, and whoever got the old one gets that."""

from sqlalchemy import Connection

from blocks import ids
from blocks import notes as blocks
from bot.context import Context
from bot.errors import UserError
from bot.mails.compose import new_message_id
from bot.models import Category, DraftState
from bot.notes.digest import digest
from bot.notes.plain import visible
from handlers.feature import Click, FieldErrors, Reply, Submission
from handlers.notes import showing
from handlers.notes.deciding import enqueue_mail, require_right
from storage import corrections, notes

_CHANGED = "The note was changed since you looked; read it again in the thread."
_ON_ITS_WAY = "Some e-mails are on their way right now; please try again in a minute."


async def open_form(context: Context, click: Click) -> Reply:
    """Open the modal with category and text."""
    ref = ids.decode(ids.DraftRef, click.value)
    await require_right(context, click, ref.draft_id)
    view = await context.database.read(lambda connection: showing.view_of(context, connection, ref.draft_id))
    if view is None or view.state is not DraftState.APPROVED or view.digest != ref.digest:
        raise UserError(_CHANGED)
    await context.slack.open_view(click.trigger_id, blocks.correct_modal(view, click.channel))
    return None


async def send(context: Context, submission: Submission) -> Reply | FieldErrors:
    """Replace the text and queue one correction for each who may have got the old one."""
    ref, now = ids.decode(ids.CorrectionRef, submission.metadata), context.clock.now()
    text = visible(str(submission.values.get(ids.FIELD_TEXT) or "")).strip()
    chosen = str(submission.values.get(ids.FIELD_CATEGORY) or "")
    if not text:
        return FieldErrors({ids.FIELD_TEXT: "Write what changes for the people who use it."})
    if not blocks.fits(text):
        return FieldErrors({ids.FIELD_TEXT: "Make it shorter: the thread has to show all that is sent."})
    if chosen not in {*Category}:
        return FieldErrors({ids.FIELD_CATEGORY: "Choose one of the categories."})
    # Who may approve may have lost the right since the form was opened.
    click = Click(submission.user, ids.DRAFT_CORRECT, submission.metadata, "", ref.channel)
    await require_right(context, click, ref.draft_id)

    def record(connection: Connection) -> FieldErrors | None:
        draft = notes.get_draft(connection, ref.draft_id)
        if draft is None or corrections.is_sending(connection, ref.draft_id):
            raise UserError(_ON_ITS_WAY if draft else _CHANGED)
        if (draft["text"], draft["category"]) == (text, chosen):
            return FieldErrors({ids.FIELD_TEXT: "Change something: this is what they got."})
        done = corrections.correct(
            connection,
            ref.draft_id,
            ref.digest,
            category=Category(chosen),
            text=text,
            digest=digest(Category(chosen), text, notes.recipients_of(draft)),
            user=submission.user,
            now=now,
        )
        if done is None:
            raise UserError(_CHANGED)
        sender = context.settings.mail_from or ""
        again = corrections.requeue(connection, ref.draft_id, names=lambda: new_message_id(sender), now=now)
        for mail_id in again:
            enqueue_mail(connection, mail_id, now=now, again=True)
        showing.changed(connection, done["pull_id"], now=now, actor=submission.user)
        return None

    return await context.database.write(record)
