"""`/patchforge email …`: where a person's release notes go, and which they want."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from blocks import mails as blocks
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.mails.request import Act, EmailRequest, parse_email
from bot.notes.recipients import unusable
from bot.subscriptions import listening
from handlers.feature import CommandCall, Reply
from handlers.mails import asking
from handlers.mails.sight import channels_with_notes
from handlers.notes import showing
from handlers.people.proofs import address_of
from handlers.people.rights import require_admin
from storage import addresses, notes, subscriptions
from storage.addresses import ALL, Address

_OFF = "E-mail is off here; an admin must set SMTP_HOST first."
_TOO_OFTEN = "I asked about that address often enough today; please try again tomorrow."
_STOPPED = (
    "I may not write to that address: it said so itself, or mail to it came back. "
    "Name another, or ask an admin for `/patchforge email allow`."
)


async def email(context: Context, call: CommandCall) -> Reply:
    """Do what the person asks about their e-mail."""
    request = parse_email(call.text)
    if context.mailer is None:
        raise UserError(_OFF)
    return await _RUN[request.act](context, call, request)


async def _show(context: Context, call: CommandCall, _request: EmailRequest) -> Reply:
    def look(connection: Connection) -> blocks.Standing:
        known, chosen = addresses.get(connection, call.user), addresses.choices(connection, call.user)
        return blocks.Standing(
            address=known.address if known else "",
            verified=bool(known and known.verified_at),
            stopped=(notes.suppression(connection, known.address) or "") if known else "",
            on=[repo for repo, wanted in chosen.items() if wanted],
            off=[repo for repo, wanted in chosen.items() if not wanted and repo != ALL],
            all_off=chosen.get(ALL) is False,
        )

    return blocks.standing(await context.database.read(look))


async def _on(context: Context, call: CommandCall, request: EmailRequest) -> Reply:
    if not request.repo and await context.database.write(lambda connection: _undone(connection, call.user)):
        return blocks.turned_back_on()
    repo = request.repo or await _only_repo(context, call)
    await _require_sight(context, call.user, repo)
    known = await context.database.read(lambda connection: addresses.get(connection, call.user))
    address = known.address if known else await address_of(context, call.user) or ""
    if unusable(address):
        raise UserError("Tell me your address first, with `/patchforge email you@example.org`.")

    def record(connection: Connection) -> Reply:
        mine = addresses.get(connection, call.user)
        addresses.choose(connection, call.user, repo, wanted=True)
        if mine is None or not mine.verified_at:
            _ask(connection, context, call.user, mine.address if mine else address, by=call.user)
            return blocks.to_confirm(mine.address if mine else address, repo)
        # Whoever confirmed an address may undo that they unsubscribed it; that mail came back they may not.
        notes.allow(connection, mine.address, only=notes.UNSUBSCRIBED)
        if notes.suppression(connection, mine.address):
            raise UserError(_STOPPED)
        _show_anew(connection, context, repo)
        return blocks.turned_on(repo, mine.address)

    return await context.database.write(record)


def _undone(connection: Connection, slack_user: str) -> bool:
    """Undo that a person turned all of it off; False if they had not."""
    off = addresses.choices(connection, slack_user).get(ALL) is False
    addresses.unchoose(connection, slack_user, ALL)
    return off


async def _off(context: Context, call: CommandCall, request: EmailRequest) -> Reply:
    def record(connection: Connection) -> Reply:
        before = addresses.choices(connection, call.user)
        addresses.choose(connection, call.user, request.repo or ALL, wanted=False)
        for repo in [request.repo] if request.repo else before:
            _show_anew(connection, context, repo)
        return blocks.turned_off(request.repo)

    return await context.database.write(record)


async def _register(context: Context, call: CommandCall, request: EmailRequest) -> Reply:
    def record(connection: Connection) -> Reply:
        mine = addresses.get(connection, call.user)
        if mine and mine.address == request.address and mine.verified_at:
            raise UserError("That is your address already, and it is confirmed.")
        _ask(connection, context, call.user, request.address, by=call.user)
        return blocks.to_confirm(request.address)

    return await context.database.write(record)


async def _forget(context: Context, call: CommandCall, _request: EmailRequest) -> Reply:
    def record(connection: Connection) -> Reply:
        return blocks.forgotten(was=addresses.forget(connection, call.user))

    return await context.database.write(record)


async def _team(context: Context, call: CommandCall, request: EmailRequest) -> Reply:
    await require_admin(context, call.user)

    def record(connection: Connection) -> Reply:
        if request.address:
            _ask(connection, context, request.repo, request.address, by=call.user)
        else:
            addresses.forget(connection, request.repo)
        _show_anew(connection, context, request.repo)
        return blocks.team(request.repo, request.address)

    return await context.database.write(record)


async def _allow(context: Context, call: CommandCall, request: EmailRequest) -> Reply:
    await require_admin(context, call.user)

    def record(connection: Connection) -> Reply:
        return blocks.allowed(request.address, was=notes.allow(connection, request.address))

    return await context.database.write(record)


def _ask(connection: Connection, context: Context, owner: str, address: str, *, by: str) -> Address:
    """Register the address and ask whether it is right; raises UserError."""
    if notes.suppression(connection, address):
        raise UserError(_STOPPED)
    asked = addresses.register(connection, owner, address, by=by, now=context.clock.now())
    if asked is None:
        raise UserError(_TOO_OFTEN)
    asking.enqueue(connection, asked, now=context.clock.now())
    return asked


async def _only_repo(context: Context, call: CommandCall) -> str:
    """Return the one repository that the channel follows; raises UserError."""
    found = await context.database.read(
        lambda connection: listening.repos_of(connection, subscriptions.of_channel(connection, call.channel))
    )
    if len(found) != 1:
        raise UserError("Name the repository, like `/patchforge email on owner/repo`.")
    return found.pop()


async def _require_sight(context: Context, slack_user: str, repo: str) -> None:
    """Raise UserError unless a channel of theirs gets this repository's notes: they are nobody else's."""
    wanted = await context.database.read(lambda connection: channels_with_notes(connection, repo))
    try:
        theirs = await context.slack.channels_of(slack_user)
    except Permanent:
        theirs = []
    except RetryLater:
        raise UserError(
            "Slack did not tell me just now which channels you are in; please try again."
        ) from None
    if not wanted & set(theirs):
        raise UserError(
            f"No channel that you are in gets release notes of `{repo}`; join one that does, "
            f"or type `/patchforge subscribe {repo}` in one of yours."
        )


def _show_anew(connection: Connection, context: Context, repo: str) -> None:
    """Show the open drafts of a repository with those who get them now."""
    for draft in notes.open_drafts(connection, [repo]):
        showing.mark_stale(connection, draft["pull_id"], now=context.clock.now())


_RUN: Mapping[Act, Callable[[Context, CommandCall, EmailRequest], Awaitable[Reply]]] = MappingProxyType(
    {
        "show": _show,
        "on": _on,
        "off": _off,
        "address": _register,
        "forget": _forget,
        "team": _team,
        "allow": _allow,
    }
)
