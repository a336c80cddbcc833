"""Which GitHub login an e-mail address belongs to, by what GitHub shows of it."""

import asyncio

import structlog
from sqlalchemy import Connection

from bot.context import Context
from bot.errors import PatchForgeError
from bot.subscriptions.repository import is_whole
from storage import subscriptions

# A person waits for the answer, and can do without.
_PATIENCE = 1.5

log = structlog.stdlib.get_logger(__name__)


async def address_of(context: Context, slack_user: str) -> str | None:
    """Return a person's e-mail address in Slack; None if Slack does not tell it."""
    try:
        found = await context.slack.user(slack_user)
    except PatchForgeError:
        return None
    profile = found.get("profile") or {}
    address = str(profile.get("email") or "").strip().lower()
    return address if address.count("@") == 1 and not address.startswith("@") else None


async def logins_of(context: Context, address: str) -> set[str]:
    """Return the logins that an address belongs to: by public profiles, else by commits.

    What GitHub does not tell in time is nothing.
    """
    if context.github is None:
        return set()
    people = context.github.people
    near = await context.database.read(nearby)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await people.showing(address, near) or await people.committing(address, near)
    except (PatchForgeError, TimeoutError) as error:
        log.info("people.no_match", error=type(error).__name__)
        return set()


async def suggested(context: Context, slack_user: str) -> tuple[str, str] | None:
    """Return the one login that a person's address in Slack belongs to, with the address; None if unclear."""
    address = await address_of(context, slack_user)
    logins = await logins_of(context, address) if address else set()
    return (next(iter(logins)), address) if address and len(logins) == 1 else None


async def is_proven(context: Context, slack_user: str, login: str) -> bool:
    """Tell whether the person's address in Slack belongs to this login and to no other."""
    found = await suggested(context, slack_user)
    return found is not None and found[0].lower() == login.lower()


def nearby(connection: Connection) -> str:
    """Return a repository that is followed: an App reads with its owner's token."""
    return min((repo for repo in subscriptions.repos(connection) if not is_whole(repo)), default="")
