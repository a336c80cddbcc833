"""Which channel may see what a link leads to; that the person who pasted it may is no permission."""

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import Permanent
from bot.subscriptions import listening


def follows(connection: Connection, channel: str, repo: str) -> bool:
    """Tell whether the channel follows the repository, by its name or with all that its owner has."""
    return listening.in_channel(connection, channel, repo) is not None


async def is_public(context: Context, repo: str) -> bool:
    """Ask GitHub whether everybody may see the repository; what cannot be asked is not public."""
    if context.github is None:
        return False
    try:
        return not (await context.github.repository(repo)).private
    except Permanent:
        return False
