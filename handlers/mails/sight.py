"""Which channels get a repository's release notes: only who is in one of them may have those mailed."""

from sqlalchemy import Connection

from bot.subscriptions import listening


def channels_with_notes(connection: Connection, repo: str) -> set[str]:
    """Return the channels whose subscription to the repository asks for release notes."""
    return {one.channel for one in listening.of_repo(connection, repo) if "notes" in one.features}
