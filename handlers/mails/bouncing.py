"""What comes back: a relay's report or a notification from the bounce mailbox stops mail to an address."""

import asyncio
import base64
import binascii
import hmac

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.context import Context
from bot.mails.bounces import MOST_BYTES, Bounce, read_notification, read_report
from bot.models import MailState
from handlers.notes import showing
from handlers.notes.deciding import mail_key
from storage import jobs, notes, sendings
from storage.database import DatabaseUnavailable

# Seconds for a body to arrive.
_PATIENCE = 15.0
_NOTIFICATIONS = {"message/rfc822", "multipart/report"}

log = structlog.stdlib.get_logger(__name__)


async def receive(context: Context, request: web.Request) -> web.Response:
    """Take one report: 200 with how many were ours, 4xx if it is none, 503 if it is to be sent again."""
    secret = context.settings.mail_bounce_secret
    if secret is None:
        return _no(404, "MAIL_BOUNCE_SECRET is not set")
    if not _knows(request, secret.get_secret_value()):
        return _no(401, "the secret is missing or wrong")
    try:
        body = await asyncio.wait_for(_read(request), _PATIENCE)
    except TimeoutError:
        return _no(408, "the body took too long")
    if body is None:
        return _no(413, f"the body is larger than {MOST_BYTES} bytes")
    if request.content_type in _NOTIFICATIONS:
        # Anybody may write to the mailbox: what is made to be slow must not keep the others waiting.
        found: list[Bounce] | None = await asyncio.to_thread(read_notification, body)
    elif request.content_type == "application/json":
        found = read_report(body)
    else:
        return _no(415, "send application/json or message/rfc822")
    if found is None:
        return _no(400, "the report is not in a form that is understood")
    try:
        taken = await context.database.write(lambda connection: _take(context, connection, found))
    except DatabaseUnavailable:
        return _no(503, "not stored; send it again")
    return web.json_response({"taken": taken, "ignored": len(found) - taken})


def _take(context: Context, connection: Connection, found: list[Bounce]) -> int:
    """Act on those that name a text that went to that very address; return how many did."""
    taken, now = 0, context.clock.now()
    for bounce in found:
        sent = sendings.find(connection, bounce.message_id)
        if sent is None or sent.address != bounce.address or not bounce.is_final:
            continue
        taken += 1
        if bounce.is_of_address:
            notes.suppress(connection, bounce.address, reason=notes.BOUNCED, now=now)
        if sent.mail_id is not None:
            reason = f"it came back: {bounce.status}"
            ended = {MailState.SENT, MailState.AMBIGUOUS}
            if notes.mark_mail(
                connection, sent.mail_id, MailState.FAILED, now=now, reason=reason, only_from=ended
            ):
                jobs.settle(connection, mail_key(sent.mail_id))
            showing.mark_mail_stale(connection, sent.mail_id, now=now)
        log.info("mail.bounced", message_id=bounce.message_id, status=bounce.status)
    return taken


async def _read(request: web.Request) -> bytes | None:
    """Return the body; None if it is too large."""
    pieces, size = [], 0
    while piece := await request.content.readany():
        size += len(piece)
        if size > MOST_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _knows(request: web.Request, secret: str) -> bool:
    """Tell whether the request bears the secret, as `Bearer` or as the password of `Basic`."""
    kind, _, said = request.headers.get("Authorization", "").partition(" ")
    given = said.strip().encode("utf-8", "surrogateescape")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
    elif kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given, secret.encode())


def _no(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status)
