"""The e-mail that asks whether an address is right: sent once, to be answered on a page."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from blocks import mails as blocks
from bot.clients.mail import LANE
from bot.context import Context
from bot.errors import PatchForgeError, Permanent, RateLimited, RetryLater
from bot.ledger.policy import MAIL
from bot.ledger.worker import Finish
from bot.mails import links
from bot.mails.compose import compose_question, new_message_id
from bot.models import Job
from handlers.people.telling import tell
from storage import addresses, jobs, notes, sendings
from storage.addresses import Address

KIND = "mails.ask"

_UNKNOWN = "the mail server never confirmed it; if nothing arrives, register the address once more"


class _NotAskedError(PatchForgeError):
    """There is another question by now, or the address is not to be written to."""


def enqueue(connection: Connection, asked: Address, *, now: datetime) -> None:
    """Ask for the e-mail to be sent; an older question about the same owner's address is sent no more."""
    jobs.enqueue(
        connection,
        KIND,
        f"{KIND}:{asked.owner}:{asked.asked_at.timestamp():.6f}",
        lane=LANE,
        payload={"owner": asked.owner, "asked_at": asked.asked_at.isoformat()},
        now=now,
        priority=jobs.PERSON,
    )


async def ask(context: Context, job: Job) -> Finish:
    """Send the question; what may have been sent is not sent again: the person can ask for another."""
    owner, moment = job.payload["owner"], datetime.fromisoformat(job.payload["asked_at"])
    asked = await context.database.read(lambda connection: addresses.get(connection, owner))
    if asked is None or asked.asked_at != moment or asked.verified_at or context.mailer is None:
        return Finish({"skipped": "there is nothing to ask any more"})
    if asked.mailed_at:
        return _ended(context, asked, _UNKNOWN)
    message_id = new_message_id(context.settings.mail_from or "")
    try:
        answer = await _send(context, asked, message_id)
    except _NotAskedError as error:
        return Finish({"skipped": str(error)})
    except RateLimited:
        raise
    except RetryLater as error:
        if error.ambiguous:
            return _ended(context, asked, _UNKNOWN)
        if job.attempts + 1 >= MAIL.attempts:
            return _ended(context, asked, str(error))
        await context.database.write(lambda connection: addresses.mailed(connection, asked, None))
        raise
    except Permanent as error:
        return _ended(context, asked, str(error))
    return Finish({"mail": "sent", "answer": answer})


async def _send(context: Context, asked: Address, message_id: str) -> str:
    settings, now = context.settings, context.clock.now()
    token = links.sign(settings, links.Question(asked.owner, asked.asked_at))
    message = compose_question(
        address=asked.address,
        url=f"{settings.base_url}/mail/verify/{token}",
        workspace=urlsplit(context.workspace_url).hostname or "",
        lifetime=links.LIFETIME_WORDS,
        sender=settings.mail_from or "",
        message_id=message_id,
        now=now,
    )

    def record(connection: Connection) -> None:
        if why := notes.suppression(connection, asked.address):
            raise _NotAskedError(why)
        if not addresses.mailed(connection, asked, now):
            raise _NotAskedError("another attempt has it")
        sendings.record(connection, message_id, asked.address, now=now)

    async def before_data() -> None:
        await context.database.write(record)

    assert context.mailer  # noqa: S101 - ask() looked
    return await context.mailer.send(message, before_data)


def _ended(context: Context, asked: Address, why: str) -> Finish:
    """Tell whoever registered the address."""
    now = context.clock.now()
    told = blocks.undeliverable(asked.address, why)
    return Finish(
        {"mail": "failed", "reason": why},
        lambda connection: tell(connection, asked.set_by, told, why="mail", now=now),
    )
