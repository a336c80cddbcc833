"""Who is who on GitHub: people say so themselves, one login to one person."""

import re

from sqlalchemy import Connection

from blocks import kit
from bot.context import Context
from bot.errors import UserError
from bot.models import SlackMessage
from handlers.feature import Command, CommandCall, Feature, Reply
from storage import homes, people

# GitHub's rule for logins: letters, digits and single hyphens, 39 at most; those that a company manages end
# in `_` and its short code.
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}")
_BEFORE = re.compile(r"^(?:@|(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]+/)")
_UNLINKED = "Unlinked: I no longer know your GitHub login. `/patchforge link your-login` links you again."


def parse_login(text: str) -> str:
    """Read a GitHub login, with or without `@` or the address of its page; raises UserError."""
    word = text.strip().strip("<>`").partition("|")[0].rstrip("/")
    login = _BEFORE.sub("", word)
    if not word:
        raise UserError("Write your GitHub login behind it, like `/patchforge link octocat`.")
    mentioned = text.strip().startswith("<@")  # Slack turned a member's name into an id
    if mentioned or not _LOGIN.fullmatch(login):
        shown = word.replace("`", "")[:40]
        raise UserError(f"`{shown}` is not a GitHub login; write it like `/patchforge link octocat`.")
    return login


async def _link(context: Context, call: CommandCall) -> Reply:
    if not call.text.strip():
        current = await context.database.read(lambda connection: people.login_of(connection, call.user))
        if current:
            return _say(
                f"You are `{current}` on GitHub. To change that, type `/patchforge link other-login`."
            )
    login, now = parse_login(call.text), context.clock.now()

    def record(connection: Connection) -> None:
        taken = people.link(connection, call.user, login, now=now)
        if taken:
            raise UserError(
                kit.join(
                    kit.code(login),
                    " is linked to ",
                    kit.mention(taken),
                    " already; check the spelling, or ask them to type ",
                    kit.code("/patchforge unlink"),
                    ".",
                )
            )
        homes.mark_stale(connection, now=now, actor=call.user)

    await context.database.write(record)
    return _say(f"Linked: you are `{login}` on GitHub. App Home shows what waits for you.")


async def _unlink(context: Context, call: CommandCall) -> Reply:
    now = context.clock.now()

    def record(connection: Connection) -> bool:
        homes.mark_stale(connection, now=now, actor=call.user)
        return people.unlink(connection, call.user)

    was = await context.database.write(record)
    return _say(_UNLINKED if was else "You were not linked, so nothing changed.")


def _say(sentence: str) -> SlackMessage:
    return kit.message(sentence.replace("`", ""), [kit.section(kit.prose(sentence))])


FEATURE = Feature(
    name="people",
    commands=(
        Command(
            "link",
            "link your-login",
            "Tell me who you are on GitHub.",
            _link,
            "I use it to show what waits for you in App Home, to mention you when your review is wanted, "
            "and so that nobody approves the release note of their own change. Only you can set yours.",
        ),
        Command("unlink", "unlink", "Forget who I am on GitHub.", _unlink),
    ),
)
