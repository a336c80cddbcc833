"""The page behind a mail's unsubscribe link: GET shows a button, POST does it (RFC 8058)."""

import re
from html import escape

from aiohttp import web

from bot.context import Context
from storage import notes
from storage.database import DatabaseUnavailable

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:17px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1.2em;
color-scheme:light dark}}button{{font:inherit;padding:.5em 1.2em;border-radius:.4em;border:1px solid}}</style>
</head><body><h1>{title}</h1><p>{text}</p>{form}</body></html>"""
_TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
_UNKNOWN = "This link is not one of ours, or it is incomplete. Please use the one in your e-mail."
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def show_unsubscribe(context: Context, request: web.Request) -> web.Response:
    """Ask whether to stop the mails to this address; a mere look changes nothing."""
    address = await _address(context, request)
    form = '<form method="post"><button>Unsubscribe</button></form>'
    text = f"PatchForge sends release notes to <b>{escape(address)}</b>. Stop them?"
    return _page("Release notes by e-mail", text, form)


async def unsubscribe(context: Context, request: web.Request) -> web.Response:
    """Stop the mails to this address."""
    address, now = await _address(context, request), context.clock.now()
    try:
        await context.database.write(
            lambda connection: notes.suppress(connection, address, reason="unsubscribed", now=now)
        )
    except DatabaseUnavailable:
        raise _refused(web.HTTPServiceUnavailable, "Please try again in a minute.") from None
    return _page("Unsubscribed", f"No more release notes go to <b>{escape(address)}</b>.", "")


async def _address(context: Context, request: web.Request) -> str:
    token = request.match_info["token"]
    if not _TOKEN.fullmatch(token):
        raise _refused(web.HTTPNotFound, _UNKNOWN)
    try:
        mail = await context.database.read(lambda connection: notes.by_token(connection, token))
    except DatabaseUnavailable:
        raise _refused(web.HTTPServiceUnavailable, "Please try again in a minute.") from None
    if mail is None:
        raise _refused(web.HTTPNotFound, _UNKNOWN)
    return str(mail["address"])


def _refused(kind: type[web.HTTPException], text: str) -> web.HTTPException:
    return kind(
        text=_PAGE.format(title="Release notes by e-mail", text=escape(text), form=""),
        content_type="text/html",
        headers=_HEADERS,
    )


def _page(title: str, text: str, form: str) -> web.Response:
    return web.Response(
        text=_PAGE.format(title=title, text=text, form=form), content_type="text/html", headers=_HEADERS
    )
