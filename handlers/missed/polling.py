"""Read repositories that send us no webhooks: the same events, the same facts, the same cards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.clients.github import GitHub
from bot.context import Context
from bot.errors import Permanent
from bot.inbox.receiver import Delivery, as_row
from bot.ledger.worker import Finish
from bot.missed.events import Event, Known, check_events, deleted_events, pull_event, told_events
from bot.models import Job
from bot.subscriptions import listening
from handlers.missed.asking import ask_for
from handlers.missed.merges import first_followed, latest
from storage import deliveries, jobs, missed, reviews
from storage.database import DELIVERIES, announce

# Checks change without their pull request: so many open ones are looked after.
_MOST_HEADS = 20
# GitHub's clock has whole seconds: what is said in the second of a reading shows in no list as a change.
_SETTLE = timedelta(seconds=3)


async def ask(context: Context, silence: timedelta) -> Finish:
    """Ask for each followed repository to be read from which no webhook seems to come."""
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now = context.clock.now()

    def choose(connection: Connection) -> list[str]:
        heard = missed.heard_from(connection, since=now - silence) | missed.hooked(connection)
        return [repo for repo in listening.repos(connection) if repo not in heard]

    silent = await context.database.read(choose)
    await ask_for(context.database, "missed.changes", "changes", silent, now=now)
    return Finish({"repositories": len(silent)})


async def changes(context: Context, job: Job) -> Finish:
    """Read which pull requests changed, and what the checks say of those that are open."""
    repo: str = job.payload["repo"]
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now, name = context.clock.now(), f"pulls {repo}"
    followers, known, etag = await context.database.read(
        lambda connection: (
            listening.of_repo(connection, repo),
            missed.watch(connection, repo),
            missed.etag(connection, name),
        )
    )
    if not followers:
        return Finish({"skipped": "nobody follows it any more"})
    since = known.polled_until or first_followed(followers)
    answer = await context.github.feed.pulls(repo, "all", since, etag)
    found, tag = answer or ([], etag)

    def record(connection: Connection) -> None:
        for item in found:
            jobs.enqueue(
                connection,
                "missed.read",
                f"read:{item['base']['repo']['id']}:{item['number']}",
                payload={"repo": repo, "number": item["number"]},
                now=now,
                priority=jobs.HOUSEKEEPING,
                again=True,
            )
        missed.set_watch(connection, repo, polled_until=latest(found, since))
        missed.set_etag(connection, name, tag, now=now)

    if answer is not None:
        await context.database.write(record)
    heads = await context.database.read(
        lambda connection: missed.open_heads(connection, repo, limit=_MOST_HEADS)
    )
    told = [await _checks(context, context.github, repo, head) for head in heads]
    return Finish({"changed": len(found), "commits": sum(told)})


async def read(context: Context, job: Job) -> Finish:
    """Read a pull request and what was said of it, and put both into the inbox as events."""
    repo, number = job.payload["repo"], job.payload["number"]
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    pull = await context.github.pull(repo, number)
    # A comment that is made meanwhile must not look like one that is gone: what is known is read first.
    followers, known = await context.database.read(
        lambda connection: (
            listening.of_repo(connection, repo),
            Known(
                {review.id for review in reviews.of_pull(connection, pull["id"])},
                reviews.comments_of(connection, pull["id"]),
            ),
        )
    )
    if not followers:
        return Finish({"skipped": "nobody follows it any more"})
    said = await context.github.feed.said(repo, number)
    since = first_followed(followers)
    events = [pull_event(pull), *told_events(pull, said, known=known, since=since)]
    events += deleted_events(pull, said, known)
    home = pull["base"]["repo"]
    head = missed.Head(home["id"], home["full_name"], pull["head"]["sha"])
    await _checks(context, context.github, repo, head, events)
    now = context.clock.now()
    if now - datetime.fromisoformat(pull["updated_at"]) > _SETTLE:
        return Finish({"events": len(events)})

    def record(connection: Connection) -> None:
        jobs.enqueue(
            connection,
            "missed.read",
            job.key,
            payload=job.payload,
            now=now,
            run_at=now + _SETTLE,
            priority=jobs.HOUSEKEEPING,
            again=True,
        )

    return Finish({"events": len(events), "again": True}, record)


async def _checks(
    context: Context, github: GitHub, repo: str, head: missed.Head, first: Sequence[Event] = ()
) -> bool:
    """Put `first` and what the checks say of a commit into the inbox; True if there was any news."""
    now, sha = context.clock.now(), head.sha
    names = f"runs {repo} {sha}"[:300], f"statuses {repo} {sha}"[:300]
    tags = await context.database.read(lambda connection: [missed.etag(connection, name) for name in names])
    try:
        runs = await github.feed.checks(repo, sha, tags[0])
        statuses = await github.feed.statuses(repo, sha, tags[1])
    except Permanent as error:
        if error.code == "401":
            raise
        runs = statuses = None  # the commit is gone, or the token may not read checks
    answers = [answer or ([], tag) for answer, tag in zip((runs, statuses), tags, strict=True)]
    home = {"id": head.repo_id, "full_name": head.repo}
    events = [*first, *check_events(home, sha, answers[0][0], answers[1][0])]
    rows = [_row(event, head.repo, now) for event in events]

    def record(connection: Connection) -> None:
        if rows and deliveries.insert_new(connection, rows):
            announce(connection, DELIVERIES)
        for name, (_, tag) in zip(names, answers, strict=True):
            missed.set_etag(connection, name, tag, now=now)

    if first or runs is not None or statuses is not None:
        await context.database.write(record)
    return bool(events)


def _row(event: Event, repo: str, now: datetime) -> dict[str, Any]:
    return as_row(
        Delivery(
            guid=event.guid,
            event=event.name,
            action=event.action,
            repo=repo,
            body=event.body,
            state="new",
            received_at=now,
        )
    )
