"""Ask GitHub to deliver again what never arrived; it does not do so by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.clients.github import Attempt, GitHub, Source
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.missed.rules import KEPT, OVERLAP, Patience, is_ours, unsuccessful
from bot.models import Job
from storage import jobs, missed

# Pages of a hundred attempts read, and events asked for, in one go; then others have their turn.
_MOST_PAGES = 30
_MOST_REQUESTS = 60
_REST = timedelta(minutes=1)
# How soon to ask again whether we may read a repository's webhooks.
_DENIED = timedelta(days=1)
_REFUSALS = {"403", "404"}


@dataclass(frozen=True, slots=True)
class _Round:
    """One look at the webhooks of `name`: a repository, or `app`."""

    context: Context
    github: GitHub
    patience: Patience
    name: str
    now: datetime


async def of_app(context: Context, job: Job, patience: Patience) -> Finish:
    """Look through the deliveries of the App's webhook."""
    if context.github is None:
        return Finish({"skipped": "no GitHub App is configured"})
    turn = _Round(context, context.github, patience, "app", context.clock.now())
    return await _all(turn, job, [Source()])


async def of_repo(context: Context, job: Job, patience: Patience) -> Finish:
    """Look through the deliveries of a repository's webhooks that lead here; an App has its own."""
    repo: str = job.payload["repo"]
    if context.github is None or context.github.is_app:
        return Finish()
    turn = _Round(context, context.github, patience, repo, context.clock.now())
    return await _all(turn, job, [Source(repo, hook) for hook in await _ours(turn)])


async def _all(turn: _Round, job: Job, sources: list[Source]) -> Finish:
    asked, left = 0, False
    for source in sources:
        try:
            unread = await _look_through(turn, source)
            done, undone = await _ask(turn, source)
        except Permanent as error:
            if error.code not in _REFUSALS:
                raise
            await _deny(turn)
            return Finish({"refused": str(error)})
        asked, left = asked + done, left or unread or undone
    now = turn.context.clock.now()

    def go_on(connection: Connection) -> None:
        if left:
            jobs.enqueue(
                connection,
                job.kind,
                job.key,
                payload=job.payload,
                now=now,
                run_at=now + _REST,
                priority=jobs.HOUSEKEEPING,
                again=True,
            )

    return Finish({"asked_for": asked}, go_on)


async def _ours(turn: _Round) -> list[int]:
    """Return the ids of the repository's webhooks that lead here; none if GitHub does not tell."""
    repo, now, name = turn.name, turn.now, f"hooks {turn.name}"
    known, etag = await turn.context.database.read(
        lambda connection: (missed.watch(connection, repo), missed.etag(connection, name))
    )
    if known.denied_at and known.denied_at + _DENIED > now:
        return []
    try:
        found = await turn.github.hooks.of_repo(repo, etag)
    except Permanent as error:
        if error.code not in _REFUSALS:
            raise
        await _deny(turn)
        return []
    if found is None:
        return list(known.hooks)
    urls, tag = found
    ours = [hook for hook, url in urls.items() if is_ours(url, turn.context.settings.public_url)]

    def record(connection: Connection) -> None:
        missed.set_watch(connection, repo, hooks=ours, denied_at=None)
        missed.set_etag(connection, name, tag, now=now)

    await turn.context.database.write(record)
    return ours


async def _deny(turn: _Round) -> None:
    def record(connection: Connection) -> None:
        missed.set_watch(connection, turn.name, hooks=[], denied_at=turn.now)
        missed.set_etag(connection, f"hooks {turn.name}", None, now=turn.now)

    await turn.context.database.write(record)


async def _look_through(turn: _Round, source: Source) -> bool:
    """Note which deliveries failed since the last look; each page is kept. True if some are left unread."""
    now, name = turn.now, f"deliveries {source.name}"
    state, etag = await turn.context.database.read(
        lambda connection: (missed.sweep(connection, source.name), missed.etag(connection, name))
    )
    state = state or missed.Sweep(now - KEPT)
    succeeded: set[str] = set()
    for _ in range(_MOST_PAGES):
        first = state.cursor is None
        try:
            page = await turn.github.hooks.attempts(source, state.cursor, etag if first else None)
        except Permanent as error:
            if first or error.code != "422":
                raise
            # The cursor leads nowhere any more: begin anew.
            await _keep(turn, source, missed.Sweep(state.until))
            return True
        if page is None:
            return False
        fresh = [attempt for attempt in page.found if attempt.delivered_at >= state.until]
        succeeded |= {attempt.guid for attempt in fresh if attempt.ok}
        newest = state.newest or max((attempt.delivered_at for attempt in fresh), default=None)
        if len(fresh) == len(page.found) and page.cursor:
            state = missed.Sweep(state.until, newest, page.cursor)
        else:
            state = missed.Sweep(max(newest - OVERLAP, state.until) if newest else state.until)
        tag = (name, page.etag) if first else None
        await _keep(
            turn,
            source,
            state,
            failed=unsuccessful(fresh, succeeded),
            succeeded=succeeded,
            tag=tag,
        )
        if state.cursor is None:
            return False
    return True


async def _keep(
    turn: _Round,
    source: Source,
    state: missed.Sweep,
    *,
    failed: Sequence[Attempt] = (),
    succeeded: Collection[str] = (),
    tag: tuple[str, str | None] | None = None,
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "guid": attempt.guid,
            "source": source.name,
            "attempt_id": attempt.id,
            "delivered_at": attempt.delivered_at,
            "next_at": turn.patience.next(0, turn.now),
        }
        for attempt in failed
        if attempt.delivered_at > turn.now - KEPT
    ]

    def record(connection: Connection) -> None:
        missed.add_failed(connection, rows)
        missed.settle(connection, succeeded)
        missed.set_sweep(connection, source.name, state)
        if tag:
            missed.set_etag(connection, *tag, now=turn.now)

    await turn.context.database.write(record)


async def _ask(turn: _Round, source: Source) -> tuple[int, bool]:
    """Ask for what is due and not in the inbox; return how many were, and whether more are due."""
    now = turn.now

    def choose(connection: Connection) -> tuple[list[tuple[str, int, int]], bool]:
        rows = missed.due(connection, source.name, now=now, limit=_MOST_REQUESTS)
        arrived = missed.received(connection, [row["guid"] for row in rows])
        missed.settle(connection, arrived)
        wanted = [
            (row["guid"], row["attempt_id"], row["attempts"]) for row in rows if row["guid"] not in arrived
        ]
        return wanted, len(rows) == _MOST_REQUESTS

    wanted, more = await turn.context.database.write(choose)
    for guid, attempt_id, attempts in wanted:
        next_at = turn.patience.next(attempts + 1, now)
        try:
            await turn.github.hooks.deliver_again(source, attempt_id)
        except Permanent as error:
            if error.code in {"401", "403"}:
                raise
            next_at = None  # GitHub has it no more
        await turn.context.database.write(
            lambda connection, guid=guid, attempts=attempts, next_at=next_at: missed.tried(  # type: ignore[misc]
                connection, guid, attempts=attempts + 1, next_at=next_at
            )
        )
    return len(wanted), more
