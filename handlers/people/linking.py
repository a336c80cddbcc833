"""Who I am on GitHub: a person proves it, confirms it, or says so."""

from sqlalchemy import Connection

from blocks import ids
from blocks import people as blocks
from bot.context import Context
from bot.errors import UserError
from bot.models import SlackMessage
from bot.people.logins import parse_login
from handlers.feature import Click, CommandCall, Reply
from handlers.people import anew, device, proofs
from handlers.people.telling import tell
from storage import people
from storage.people import EMAIL, SAID, Linked

_PROVE = "prove"


async def link(context: Context, call: CommandCall) -> Reply:
    """Link the person who asks, by the best proof there is."""
    word = call.text.strip()
    if word.lower() == _PROVE:
        if context.device_flow is None:
            raise UserError("Nothing here lets GitHub confirm it: an admin must set GITHUB_CLIENT_ID first.")
        return await device.start(context, call.user)
    if not word:
        return await _without_login(context, call.user)
    login = parse_login(word)
    known = await context.database.read(lambda connection: people.of_user(connection, call.user))
    if known is not None and known.login.lower() == login.lower() and known.proof != SAID:
        return blocks.standing(_standing(context, known))
    if await proofs.is_proven(context, call.user, login):
        return await _link(context, call.user, login, EMAIL)
    if context.device_flow is not None:
        return await device.start(context, call.user)
    return await _link(context, call.user, login, SAID)


async def unlink(context: Context, call: CommandCall) -> Reply:
    """End the link of the person who asks."""
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        device.give_up(connection, call.user, now)
        login = people.login_of(connection, call.user)
        was = people.unlink(connection, call.user)
        anew.show(connection, logins=[login], now=now, actor=call.user)
        return blocks.unlinked(was=was)

    return await context.database.write(record)


async def confirm(context: Context, click: Click) -> Reply:
    """Link the person to the login that their address led to."""
    wanted = ids.decode(ids.PersonRef, click.value)
    _require_self(click, wanted.user)
    if not await proofs.is_proven(context, click.user, wanted.login):
        raise UserError("Your address no longer leads to that account; type `/patchforge link your-login`.")
    return await _link(context, click.user, wanted.login, EMAIL)


async def decline(context: Context, click: Click) -> Reply:
    """Take note that it is not they, which changes nothing."""
    _require_self(click, ids.decode(ids.PersonRef, click.value).user)
    del context
    return blocks.invitation()


def tell_displaced(connection: Connection, linked: Linked, login: str, winner: str, context: Context) -> None:
    """Tell whoever had claimed the login without as good a proof."""
    if linked.lost_by:
        now = context.clock.now()
        tell(connection, linked.lost_by, blocks.displaced(login, winner), why="displaced", now=now)


async def _without_login(context: Context, slack_user: str) -> SlackMessage:
    """Answer a bare `link`: how the person is linked, or the best way to be."""
    known = await context.database.read(lambda connection: people.of_user(connection, slack_user))
    if known is not None:
        return blocks.standing(_standing(context, known))
    if context.device_flow is not None:
        return await device.start(context, slack_user)
    found = await proofs.suggested(context, slack_user)
    if found is None:
        raise UserError("Write your GitHub login behind it, like `/patchforge link octocat`.")
    login, address = found
    return blocks.suggestion(slack_user, login, address, context.settings.github_web_url)


async def _link(context: Context, slack_user: str, login: str, proof: str) -> Reply:
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        before = people.login_of(connection, slack_user)
        done = people.link(connection, slack_user, login, now=now, proof=proof)
        if done.taken_by:
            holder = people.of_user(connection, done.taken_by)
            assert holder is not None  # noqa: S101 - it was found in this transaction
            provable = context.device_flow is not None
            raise UserError(blocks.taken(login, holder.slack_user, holder.proof, provable=provable))
        tell_displaced(connection, done, login, slack_user, context)
        anew.show(connection, logins=[before, login], now=now, actor=slack_user)
        return blocks.linked(login, proof)

    return await context.database.write(record)


def _standing(context: Context, known: people.Person) -> blocks.Standing:
    provable = context.device_flow is not None and known.proof != people.GITHUB
    return blocks.Standing(known.login, known.proof, provable)


def _require_self(click: Click, user: str) -> None:
    if click.user != user:
        raise UserError("That question was for somebody else; type `/patchforge link` for your own.")
