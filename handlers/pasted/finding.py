"""Find the pull requests that a message links to, and whether this channel is to see them below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from bot.clients.github.answers import convert
from bot.context import Context
from bot.errors import Permanent, RetryLater
from bot.facts.pulls import refresh
from bot.ledger.worker import Finish
from bot.models import Job
from bot.pasted.links import QUIET, pull_links
from handlers.pasted.sight import follows
from handlers.reviews import card_key
from storage import evidence, facts, jobs, messages, pasted

# The kind of the jobs that find out what a link leads to.
FIND = "pasted.find"
# How often to look whether a pull request that GitHub was asked for is known by now.
_LOOKS = 7


class _Repository(msgspec.Struct):
    """What GitHub says of a repository; where it does not say, it is private."""

    id: int
    full_name: str
    private: bool = True


class _Base(msgspec.Struct):
    repo: _Repository


class _Pull(msgspec.Struct):
    id: int
    base: _Base


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a link before GitHub is asked."""

    pull_id: int | None
    followed: bool


async def link_shared(context: Context, event: Mapping[str, Any]) -> None:
    """Take note of the pull requests that somebody links to."""
    links = pull_links(event, context.settings.github_web_url)
    user = str(event.get("user") or "")
    if not links or user in {"", context.bot_user}:
        return
    channel, ts, now = str(event["channel"]), str(event["message_ts"]), context.clock.now()

    def record(connection: Connection) -> None:
        for link in links:
            jobs.enqueue(
                connection,
                FIND,
                f"pasted:{channel}:{ts}:{link.repo}#{link.number}",
                # One after the other: of two that link to the same, one is unfurled.
                ordering=f"pasted:{channel}",
                payload={
                    "channel": channel,
                    "ts": ts,
                    "thread_ts": event.get("thread_ts"),
                    "user": user,
                    "url": link.url,
                    "repo": link.repo,
                    "number": link.number,
                },
                priority=jobs.PERSON,
                now=now,
            )

    await context.database.write(record)


async def find(context: Context, job: Job) -> Finish:
    """Make sure that the pull request is known, and keep the message if the channel may see it there.

    Raises RetryLater while its facts are on their way.
    """
    if "pull_id" not in job.payload:
        if not await _is_person(context, job.payload["user"]):
            return Finish({"skipped": "no person wrote it"})
        why, pull_id = await _look(context, job)
        if why:
            return Finish({"skipped": why})
    else:
        pull_id = job.payload["pull_id"]
    if await context.database.read(lambda connection: facts.pull_row(connection, pull_id)) is None:
        if job.attempts >= _LOOKS:
            return Finish({"skipped": "its facts did not come"})
        raise RetryLater("its facts are on their way", after=0.25 * 2**job.attempts)
    return await _keep(context, job, pull_id)


async def _look(context: Context, job: Job) -> tuple[str, int]:
    """Return the pull request's id, or why it is not to be shown here.

    GitHub is asked about what is unknown, and about what the channel does not follow: it may be private, and
    nobody may have told of its changes.
    """
    channel, repo, number = (job.payload[name] for name in ("channel", "repo", "number"))

    def read(connection: Connection) -> _Known:
        return _Known(evidence.pull_id(connection, repo, number), follows(connection, channel, repo))

    known = await context.database.read(read)
    if known.pull_id is not None and known.followed:
        return "", known.pull_id
    if context.github is None:
        return "no GitHub token is configured", 0
    try:
        answer = await context.github.pull(repo, number)
    except Permanent as refused:
        return str(refused), 0
    found = convert(_Pull, answer)
    home, now = found.base.repo, context.clock.now()

    def record(connection: Connection) -> bool:
        # The link may bear a name that the repository had before.
        if home.private and not follows(connection, channel, home.full_name):
            return False
        refresh(connection, home.id, number, now=now, repo=home.full_name)
        jobs.amend(connection, job, pull_id=found.id)
        return True

    seen = await context.database.write(record)
    return ("" if seen else "it is private, and the channel does not follow it"), found.id


async def _keep(context: Context, job: Job, pull_id: int) -> Finish:
    """Keep the message, unless it stands in the thread of the pull request's own card."""
    channel, ts, url = (job.payload[name] for name in ("channel", "ts", "url"))
    now = context.clock.now()
    card = await context.database.read(
        lambda connection: messages.by_key(connection, card_key(channel, pull_id))
    )
    if card is not None and card["ts"] is not None and card["ts"] == job.payload["thread_ts"]:
        return Finish({"skipped": "it stands below the card itself"})

    def record(connection: Connection) -> None:
        pasted.add(connection, channel=channel, ts=ts, pull_id=pull_id, url=url, quiet=QUIET, now=now)

    return Finish({"pull_id": pull_id}, record)


async def _is_person(context: Context, user: str) -> bool:
    try:
        return not (await context.slack.user(user)).get("is_bot")
    except Permanent:
        return False
