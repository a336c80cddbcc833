"""Read configuration files as they stand on the default branch, and keep the last good version in force."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bot.clients.github import GitHub
from bot.clients.github.client import Repository
from bot.configuration.document import PATH
from bot.configuration.load import Reading, read_accepted, read_configuration
from bot.configuration.problems import Problem
from bot.configuration.reader import BYTES
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job
from storage import configurations, jobs, permissions, subscriptions
from storage.configurations import Kept, home_of, organisation_of

# How long a file is believed without a look, and how many are looked at in one go.
_BELIEVED, _AT_ONCE = timedelta(hours=6), 100
# GitHub's answers that say for certain that there is no file: an empty repository has no commit.
_EMPTY = "409"


async def read(context: Context, job: Job) -> Finish:
    """Read one file; what it says comes into force if all of it is right."""
    source, now = job.payload["source"], context.clock.now()
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    before = await context.database.read(lambda connection: configurations.get(connection, source))
    empty = before or Kept(source, now)
    try:
        repository = await context.github.repository(home_of(source))
    except Permanent as error:
        return _unseen(empty, error, context)
    if repository.full_name.lower() != home_of(source) or _is_another(before, repository):
        return _moved(before, repository, source, context)
    commit, body, problem = await _body(context.github, repository, source)
    seen = replace(empty, seen_at=now, seen_commit=commit, problems=(), repo_id=repository.id)
    if body is None and problem is None:
        return _keep(before, replace(seen, commit=None, text=None, in_force_since=None), context)
    reading = Reading(None, (problem,)) if problem else await parse(context, source, body or b"")
    if reading.configuration is None:
        seen = replace(seen, problems=[_as_row(one) for one in reading.problems])
        digest = hashlib.sha256(source.encode() + (body or str(problem).encode())).hexdigest()[:32]
        return _keep(before, seen, context, wrong=digest)
    text = (body or b"").decode()
    since = seen.in_force_since if seen.text == text else now
    return _keep(before, replace(seen, commit=commit, text=text, in_force_since=since), context)


async def parse(context: Context, source: str, body: bytes) -> Reading:
    """Read the bytes of a file off the loop, with the filters of the organisation's file."""
    organisation = organisation_of(source)
    shared = await context.database.read(lambda connection: configurations.get(connection, organisation))
    text = shared.text if shared and source != organisation else None

    def work() -> Reading:
        made = read_accepted(text).configuration if text is not None else None
        return read_configuration(body, home_of(source), made.filters if made else {})

    return await asyncio.to_thread(work)


def problems_of(kept: Kept) -> tuple[Problem, ...]:
    """Return what was wrong with the version seen last."""
    return tuple(Problem(**one) for one in kept.problems)


async def sweep(context: Context, job: Job) -> Finish:
    """Ask for a look at files that nobody told of for long, and work out anew what is in force."""
    del job
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now = context.clock.now()

    def record(connection: Connection) -> None:
        wanted = {configurations.source_of(repo) for repo in subscriptions.repos(connection)}
        wanted |= {organisation_of(source) for source in wanted} | set(permissions.sources(connection))
        never = sorted(wanted - configurations.known(connection))
        long_ago = configurations.oldest(connection, before=now - _BELIEVED, limit=_AT_ONCE)
        for source in [*never, *(one for one in long_ago if one in wanted)][:_AT_ONCE]:
            configurations.ask_reading(connection, source, now=now, priority=jobs.HOUSEKEEPING)
        for source in configurations.owners_in_force(connection):
            configurations.ask_application(connection, source, now=now)

    return Finish({}, record)


async def _body(
    github: GitHub, repository: Repository, source: str
) -> tuple[str | None, bytes | None, Problem | None]:
    """Return the commit of the default branch with the bytes of the file, or why they cannot be read."""
    repo = home_of(source)
    try:
        commit = await github.contents.commit(repo, repository.default_branch)
    except Permanent as error:
        if error.code != _EMPTY:
            raise
        return None, None, None
    return commit, *await content(github, repo, commit)


async def content(github: GitHub, repo: str, commit: str) -> tuple[bytes | None, Problem | None]:
    """Return the bytes of a repository's file at a commit, or why it is not even read."""
    try:
        return await github.contents.body(repo, PATH, commit, limit=BYTES), None
    except Permanent as error:
        if error.code not in {"too_large", "not_a_file"}:
            raise
        return None, Problem(1, 1, "", f"{error}.")


def _unseen(empty: Kept, error: Permanent, context: Context) -> Finish:
    """Keep what is in force while GitHub does not show the repository: a token may lose it for a while."""
    problem = Problem(1, 1, "", f"GitHub does not show me `{empty.repo}`: {error.code or 'refused'}.")
    there = empty.text is not None
    seen = replace(empty, seen_at=context.clock.now(), problems=[_as_row(problem)] if there else ())
    return Finish({"skipped": str(error)}, lambda connection: configurations.saw(connection, seen))


def _is_another(before: Kept | None, repository: Repository) -> bool:
    return before is not None and before.repo_id not in {None, repository.id}


def _moved(before: Kept | None, repository: Repository, source: str, context: Context) -> Finish:
    """Follow a repository to its new name; another one that took the name inherits nothing."""
    now = context.clock.now()

    def record(connection: Connection) -> None:
        if _is_another(before, repository):
            configurations.forget(connection, source)
            configurations.ask_application(connection, source, now=now)
        else:
            configurations.rename(connection, home_of(source), repository.full_name, now=now)

    return Finish({"moved": repository.full_name}, record)


def _keep(before: Kept | None, seen: Kept, context: Context, *, wrong: str = "") -> Finish:
    """Record what was seen; `wrong` is the digest of a version that admins are to be told of."""
    now, source = context.clock.now(), seen.source
    was = (before.text, before.commit) if before else (None, None)

    def record(connection: Connection) -> None:
        if configurations.get(connection, source) != before:  # it was renamed meanwhile
            configurations.ask_reading(connection, source, now=now)
            return
        configurations.saw(connection, seen)
        if (seen.text, seen.commit) != was:
            configurations.ask_application(connection, source, now=now)
        if seen.text != was[0] and source == organisation_of(source):
            # Their filters may be there now, or be gone.
            for other in configurations.faulty(connection, source):
                configurations.ask_reading(connection, other, now=now)
        if wrong:
            jobs.enqueue(
                connection,
                "configuration.report",
                f"configuration-wrong:{wrong}",
                payload={"source": source, "digest": wrong},
                now=now,
            )

    outcome: dict[str, Any] = {"commit": seen.seen_commit, "problems": len(seen.problems)}
    return Finish(outcome, record)


def _as_row(problem: Problem) -> Mapping[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "message": problem.message,
    }
