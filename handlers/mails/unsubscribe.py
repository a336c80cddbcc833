"""The page behind a mail's unsubscribe link: GET shows a button, POST does it (RFC 8058)."""

import re
from html import escape

from aiohttp import web

from bot.context import Context
from handlers.mails.page import page, refused
from storage import notes
from storage.database import DatabaseUnavailable

_TITLE = "Release notes by e-mail"
_TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
_UNKNOWN = "This link is not one of ours, or it is incomplete. Please use the one in your e-mail."


async def show(context: Context, request: web.Request) -> web.Response:
    """Ask whether to stop the mails to this address; a mere look changes nothing."""
    address = await _address(context, request)
    form = '<form method="post"><button>Unsubscribe</button></form>'
    return page(_TITLE, f"PatchForge sends release notes to <b>{escape(address)}</b>. Stop them?", form)


async def stop(context: Context, request: web.Request) -> web.Response:
    """Stop the mails to this address."""
    address, now = await _address(context, request), context.clock.now()
    try:
        await context.database.write(
            lambda connection: notes.suppress(connection, address, reason=notes.UNSUBSCRIBED, now=now)
        )
    except DatabaseUnavailable:
        raise refused(web.HTTPServiceUnavailable, _TITLE, "Please try again in a minute.") from None
    return page("Unsubscribed", f"No more release notes go to <b>{escape(address)}</b>.")


async def _address(context: Context, request: web.Request) -> str:
    token = request.match_info["token"]
    if not _TOKEN.fullmatch(token):
        raise refused(web.HTTPNotFound, _TITLE, _UNKNOWN)
    try:
        mail = await context.database.read(lambda connection: notes.by_token(connection, token))
    except DatabaseUnavailable:
        raise refused(web.HTTPServiceUnavailable, _TITLE, "Please try again in a minute.") from None
    if mail is None:
        raise refused(web.HTTPNotFound, _TITLE, _UNKNOWN)
    return str(mail["address"])
