"""Compare the pull requests that GitHub says are closed with what we know, for what no delivery ever told."""

from datetime import datetime

from sqlalchemy import Connection

from bot.clients.github.feed import Json
from bot.context import Context
from bot.facts.pulls import refresh
from bot.models import PullState, Subscription
from bot.subscriptions import listening
from storage import facts, missed


async def compare(context: Context, repo: str) -> None:
    """Fetch what we hold as open though it is closed, and merges that a channel never heard of."""
    if context.github is None:
        return
    now, name = context.clock.now(), f"closed {repo}"
    followers, since, etag = await context.database.read(
        lambda connection: (
            listening.of_repo(connection, repo),
            missed.watch(connection, repo).closed_until,
            missed.etag(connection, name),
        )
    )
    if not followers:
        return
    since = since or first_followed(followers)
    answer = await context.github.feed.pulls(repo, "closed", since, etag)
    if answer is None:
        return
    found, tag = answer

    def record(connection: Connection) -> None:
        for item in found:
            if _is_news(connection, item, followers):
                home = item["base"]["repo"]
                refresh(connection, home["id"], item["number"], now=now, repo=home["full_name"])
        missed.set_watch(connection, repo, closed_until=latest(found, since))
        missed.set_etag(connection, name, tag, now=now)

    await context.database.write(record)


def first_followed(followers: list[Subscription]) -> datetime:
    """Return since when some channel has followed the repository, in GitHub's whole seconds."""
    return min(found.created_at for found in followers).replace(microsecond=0)


def latest(found: list[Json], since: datetime) -> datetime:
    """Return when the latest of these pull requests was updated."""
    return max((datetime.fromisoformat(item["updated_at"]) for item in found), default=since)


def _is_news(connection: Connection, item: Json, followers: list[Subscription]) -> bool:
    known = facts.pull_row(connection, item["id"])
    merged_at = datetime.fromisoformat(item["merged_at"]) if item["merged_at"] else None
    if known is not None:
        return known["state"] == PullState.OPEN or (
            known["state"] == PullState.CLOSED and merged_at is not None
        )
    return merged_at is not None and any(found.stood_at(merged_at) for found in followers)
