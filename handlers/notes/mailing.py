"""One e-mail to one contributor: sent once, or shown to a person when nobody can know."""

from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping

from blocks import ids
from bot.context import Context
from bot.errors import PatchForgeError, Permanent, RateLimited, RetryLater, UserError
from bot.ledger.policy import MAIL
from bot.ledger.worker import Finish
from bot.mails.compose import compose
from bot.models import Category, Job, JobState, MailState, Pull, Recipient, Why
from handlers.feature import Click, Reply
from handlers.notes import showing
from handlers.notes.deciding import enqueue_mail, mail_key, require_right
from storage import facts, jobs, notes, sendings
from storage.database import DatabaseUnavailable

log = structlog.stdlib.get_logger(__name__)

_UNKNOWN = "the mail server never confirmed it"


class _NotSentError(PatchForgeError):
    """The text is not to go out after all; `finish` is how the job ends."""

    def __init__(self, finish: Finish) -> None:
        super().__init__("not sent")
        self.finish = finish


@dataclass(frozen=True, slots=True)
class _Letter:
    mail: RowMapping
    draft: RowMapping
    pull: Pull
    corrects: tuple[str, ...]


async def send(context: Context, job: Job) -> Finish:
    """Send the e-mail; what may have been sent is never sent again without a person's word."""
    letter = await context.database.read(lambda connection: _look(connection, job.payload["mail_id"]))
    mail = letter.mail
    if mail["state"] == MailState.SENDING:
        # An earlier attempt got as far as the text, and left no word of what came of it.
        return _finish(context, letter, MailState.AMBIGUOUS, _UNKNOWN)
    if mail["state"] != MailState.QUEUED:
        return Finish({"skipped": f"it is {mail['state']}"})
    if context.mailer is None:
        return _finish(context, letter, MailState.FAILED, "e-mail is switched off now")

    try:
        return await _send(context, job, letter)
    except (PatchForgeError, DatabaseUnavailable):
        raise
    except Exception as error:
        if job.attempts + 1 < MAIL.attempts:
            raise
        log.exception("mail.gave_up", pull=f"{letter.pull.repo}#{letter.pull.number}")
        return await _give_up(context, letter, f"gave up: {type(error).__name__}")


async def _send(context: Context, job: Job, letter: _Letter) -> Finish:
    async def before_data() -> None:
        await _mark_sending(context, letter)

    assert context.mailer  # noqa: S101 - send() looked
    try:
        answer = await context.mailer.send(_compose(context, letter), before_data)
    except _NotSentError as end:
        return end.finish
    except Permanent as error:
        return _finish(context, letter, MailState.FAILED, str(error))
    except RateLimited:
        raise  # it is only not its turn
    except RetryLater as error:
        if error.ambiguous:
            return _finish(context, letter, MailState.AMBIGUOUS, _UNKNOWN)
        if job.attempts + 1 >= MAIL.attempts:
            return _finish(context, letter, MailState.FAILED, f"gave up: {error}")
        await _mark_waiting(context, letter, str(error))
        raise
    return _finish(context, letter, MailState.SENT, None, answer=answer)


async def got_it(context: Context, click: Click) -> Reply:
    """Settle an ambiguous e-mail: the recipient has it."""
    return await _settle(context, click, again=False)


async def send_again(context: Context, click: Click) -> Reply:
    """Send an ambiguous e-mail, or one that failed, once more, because a person says so."""
    return await _settle(context, click, again=True)


async def _settle(context: Context, click: Click, *, again: bool) -> Reply:
    mail_id, now = ids.decode(ids.MailRef, click.value).mail_id, context.clock.now()
    mail = await context.database.read(lambda connection: notes.get_mail(connection, mail_id))
    if mail is None:
        raise UserError("This e-mail is no longer there; look for a newer message.")
    await require_right(context, click, mail["draft_id"])

    def record(connection: Connection) -> None:
        state = MailState.QUEUED if again else MailState.SENT
        unsettled = {MailState.AMBIGUOUS, MailState.FAILED} if again else {MailState.AMBIGUOUS}
        if not notes.mark_mail(connection, mail_id, state, now=now, only_from=unsettled):
            raise UserError("Somebody settled this e-mail already; the thread shows how it stands.")
        if again:
            enqueue_mail(connection, mail_id, now=now, again=True)
        else:
            jobs.settle(connection, mail_key(mail_id))
        draft = notes.get_draft(connection, mail["draft_id"])
        if draft is not None:
            showing.mark_stale(connection, draft["pull_id"], now=now)

    await context.database.write(record)
    return None


def _look(connection: Connection, mail_id: int) -> _Letter:
    mail = notes.get_mail(connection, mail_id)
    draft = notes.get_draft(connection, mail["draft_id"]) if mail else None
    pull = facts.pull(connection, draft["pull_id"]) if draft else None
    if mail is None or draft is None or pull is None:
        raise Permanent("the e-mail's draft is no longer there")
    return _Letter(mail, draft, pull, sendings.earlier(connection, mail_id, mail["message_id"]))


def _compose(context: Context, letter: _Letter) -> Any:
    mail, draft, settings = letter.mail, letter.draft, context.settings
    title = draft["evidence"]["extra"].get("title", letter.pull.title)
    return compose(
        text=draft["text"],
        category=Category(draft["category"]),
        pull=replace(letter.pull, title=title),
        recipient=Recipient(mail["name"], None, mail["address"], why=Why(mail["why"] or Why.CONTRIBUTOR)),
        sender=settings.mail_from or "",
        unsubscribe_url=f"{settings.base_url}/mail/unsubscribe/{mail['token']}",
        message_id=mail["message_id"],
        web_url=settings.github_web_url,
        now=context.clock.now(),
        templates=context.templates,
        corrects=letter.corrects,
    )


async def _mark_sending(context: Context, letter: _Letter) -> None:
    """Record durably that the text goes out now.

    Raises _NotSentError if the address wants no e-mail, or if another attempt came as far while this one was
    held up.
    """
    now, mail = context.clock.now(), letter.mail

    def record(connection: Connection) -> None:
        if why := notes.suppression(connection, mail["address"]):
            raise _NotSentError(_finish(context, letter, MailState.SKIPPED, why))
        waiting = {MailState.QUEUED}
        if not notes.mark_mail(connection, mail["id"], MailState.SENDING, now=now, only_from=waiting):
            raise _NotSentError(Finish({"skipped": "another attempt has it"}))
        sendings.record(connection, mail["message_id"], mail["address"], now=now, mail_id=mail["id"])

    await context.database.write(record)


async def _give_up(context: Context, letter: _Letter, reason: str) -> Finish:
    """Leave nothing open behind the last attempt: it failed, unless it got as far as the text."""
    mail = await context.database.read(lambda connection: notes.get_mail(connection, letter.mail["id"]))
    if mail is not None and mail["state"] == MailState.SENDING:
        return _finish(context, letter, MailState.AMBIGUOUS, _UNKNOWN)
    return _finish(context, letter, MailState.FAILED, reason)


async def _mark_waiting(context: Context, letter: _Letter, reason: str) -> None:
    """Record that it was not taken and will be tried again, and show why."""
    now = context.clock.now()

    def record(connection: Connection) -> None:
        ours = {MailState.QUEUED, MailState.SENDING}
        notes.mark_mail(
            connection, letter.mail["id"], MailState.QUEUED, now=now, reason=reason, only_from=ours
        )
        showing.mark_stale(connection, letter.pull.id, now=now)

    await context.database.write(record)


def _finish(
    context: Context, letter: _Letter, state: MailState, reason: str | None, *, answer: str = ""
) -> Finish:
    now = context.clock.now()

    def record(connection: Connection) -> None:
        notes.mark_mail(connection, letter.mail["id"], state, now=now, reason=reason)
        showing.mark_stale(connection, letter.pull.id, now=now)

    outcome = {"mail": state.value, "reason": reason, "answer": answer}
    # The ledger leaves it open as well until a person says what became of it.
    ended = JobState.AMBIGUOUS if state is MailState.AMBIGUOUS else JobState.DONE
    return Finish({name: value for name, value in outcome.items() if value}, record, ended)
