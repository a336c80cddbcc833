"""The page behind the link that confirms an address: GET asks, as mail scanners open links; POST answers."""

from html import escape

from aiohttp import web
from sqlalchemy import Connection

from blocks import mails as blocks
from bot.context import Context
from bot.mails import links
from handlers.mails.page import page, refused
from handlers.notes import showing
from handlers.people.telling import tell
from storage import addresses, notes
from storage.addresses import Address
from storage.database import DatabaseUnavailable

_TITLE = "Is this your address?"
_AGAIN = "In Slack, /patchforge email with your address behind it sends a new link."
_FOREIGN = f"This link is not one of ours, or it is incomplete. Please use the one in your e-mail. {_AGAIN}"
_OLD = f"This link was good for {links.LIFETIME_WORDS} and is too old now. {_AGAIN}"
_REPLACED = "There is a newer link, or the address was changed since. Please use the newest e-mail."
_USED = "This address is confirmed already; there is nothing left to do."
_LATER = "Please try again in a minute."


async def show(context: Context, request: web.Request) -> web.Response:
    """Ask whether the address is right; a mere look changes nothing."""
    asked = await _asked(context, request)
    here = escape(request.path)
    form = (
        f'<form method="post" action="{here}"><button>Yes, send them here</button></form>'
        f'<form method="post" action="{here}/never"><button>No, never write to me</button></form>'
    )
    about = "this list" if "/" in asked.owner else "you"
    text = f"Somebody wants PatchForge to mail release notes to {about} at <b>{escape(asked.address)}</b>."
    return page(_TITLE, text, form)


async def confirm(context: Context, request: web.Request) -> web.Response:
    """Confirm the address, once."""
    asked, now = await _asked(context, request), context.clock.now()

    def record(connection: Connection) -> bool:
        if not addresses.verify(connection, asked.owner, asked.asked_at, now=now):
            return False
        for draft in notes.open_drafts(connection):
            showing.mark_stale(connection, draft["pull_id"], now=now)
        tell(connection, asked.set_by, blocks.confirmed(asked.address), why="mail", now=now)
        return True

    try:
        if not await context.database.write(record):
            raise refused(web.HTTPGone, _TITLE, _USED)
    except DatabaseUnavailable:
        raise refused(web.HTTPServiceUnavailable, _TITLE, _LATER) from None
    return page("Thank you", f"Release notes go to <b>{escape(asked.address)}</b> from now on.")


async def never(context: Context, request: web.Request) -> web.Response:
    """Write to the address no more, whoever asks."""
    asked, now = await _asked(context, request), context.clock.now()

    def record(connection: Connection) -> None:
        notes.suppress(connection, asked.address, reason=notes.UNSUBSCRIBED, now=now)
        addresses.forget(connection, asked.owner)

    try:
        await context.database.write(record)
    except DatabaseUnavailable:
        raise refused(web.HTTPServiceUnavailable, _TITLE, _LATER) from None
    return page("Never", f"PatchForge will not write to <b>{escape(asked.address)}</b> again.")


async def _asked(context: Context, request: web.Request) -> Address:
    """Return what the link asks about; raises a page that says why it does not work."""
    question = links.read(context.settings, request.match_info["token"])
    if question is None:
        raise refused(web.HTTPNotFound, _TITLE, _FOREIGN)
    if question.is_old(context.clock.now()):
        raise refused(web.HTTPGone, _TITLE, _OLD)
    try:
        asked = await context.database.read(lambda connection: addresses.get(connection, question.owner))
    except DatabaseUnavailable:
        raise refused(web.HTTPServiceUnavailable, _TITLE, _LATER) from None
    if asked is None or asked.asked_at != question.asked_at:
        raise refused(web.HTTPGone, _TITLE, _REPLACED)
    if asked.verified_at:
        raise refused(web.HTTPGone, _TITLE, _USED)
    return asked
