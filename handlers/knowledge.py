"""What only GitHub's REST interface tells: changed files, CODEOWNERS and teams, read when they are needed.

What cannot be read is recorded with the reason, so that nobody waits for it and `why` can say so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clients.github.contents import Contents
from bot.context import Context
from bot.errors import Permanent
from bot.facts import payloads
from bot.facts.project import Change
from bot.facts.pulls import refresh
from bot.ledger.policy import REFRESH, TICK
from bot.ledger.worker import Finish
from bot.models import Job, Pull
from bot.subscriptions import listening
from handlers.feature import Feature, Schedule
from storage import attention, facts, knowledge, messages
from storage.knowledge import Files, OwnersFile

# Where GitHub looks for the owners of code, and how large their file may be.
_LOCATIONS, _LIMIT = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), 3_000_000
# GitHub lists no more commits of one push.
_MOST_COMMITS = 2048
# So many cards show at once what a CODEOWNERS file says now; others do with their next event.
_LOOKED_AT = 200
# Of so many pull requests, touched within so many days, GitHub is asked at a time.
_AT_ONCE, _LIVELY = 40, timedelta(days=30)


async def _files(context: Context, job: Job) -> Finish:
    """Read which files a pull request changes now."""
    pull = await _pull(context, job)
    if pull is None:
        return Finish({"skipped": "the pull request is unknown"})
    found, now = await read_files(context, pull), context.clock.now()

    def record(connection: Connection) -> None:
        knowledge.put_files(connection, pull.id, found, now=now)
        _look_again(connection, [pull.id], now)

    return Finish({"files": len(found.paths), "error": found.error}, record)


async def _owners(context: Context, job: Job) -> Finish:
    """Read the CODEOWNERS file that holds for the pull request's base branch."""
    pull = await _pull(context, job)
    if pull is None:
        return Finish({"skipped": "the pull request is unknown"})
    found = await read_owners(context, pull)
    now = found.read_at

    def record(connection: Connection) -> None:
        knowledge.put_owners(connection, pull.repo_id, pull.base, found)
        touched = knowledge.open_into(connection, pull.repo_id, pull.base, limit=_LOOKED_AT)
        _look_again(connection, touched, now)

    return Finish({"path": found.path, "error": found.error}, record)


async def read_files(context: Context, pull: Pull) -> Files:
    """Ask GitHub which files a pull request changes at its head; a refusal is in the answer."""
    paths, complete, error = list[str](), True, None
    try:
        paths, complete = await _contents(context).paths(pull.repo, pull.number)
    except Permanent as refused:
        error = str(refused)
    return Files(pull.head_sha, pull.base, tuple(paths), complete, error)


async def read_owners(context: Context, pull: Pull) -> OwnersFile:
    """Ask GitHub for the CODEOWNERS file of a pull request's base branch; a refusal is in the answer."""
    path, text, error = None, "", None
    try:
        path, text = await _owners_file(context, pull)
    except Permanent as refused:
        error = str(refused)
    return OwnersFile(pull.base_sha or "", path, text, error, context.clock.now())


async def read_members(context: Context, team: str, repo: str) -> tuple[list[str], str | None]:
    """Ask GitHub who is in the team `owner/slug`, or return why it does not say."""
    try:
        return await _contents(context).team_members(repo, team), None
    except Permanent as refused:
        return [], str(refused)


async def _sweep(context: Context, job: Job) -> Finish:
    """Ask GitHub how open pull requests stand to their base branch: no event tells of a conflict."""
    del job
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    now = context.clock.now()

    def record(connection: Connection) -> None:
        repos = listening.repos(connection)
        for pull in facts.unsure(connection, repos, since=now - _LIVELY, limit=_AT_ONCE):
            refresh(connection, pull.repo_id, pull.number, now=now)

    return Finish({}, record)


async def _owners_file(context: Context, pull: Pull) -> tuple[str | None, str]:
    """Return where the file stands and what it says; the first place that has one counts."""
    contents = _contents(context)
    for path in _LOCATIONS:
        text = await contents.text(pull.repo, path, pull.base, limit=_LIMIT)
        if text is not None:
            return path, text
    return None, ""


async def _members(context: Context, job: Job) -> Finish:
    """Read who is in a team."""
    name = job.payload["team"]
    members, error = await read_members(context, name, job.payload["repo"])
    now = context.clock.now()

    def record(connection: Connection) -> None:
        before = knowledge.team(connection, name)
        knowledge.put_team(connection, name, members, error=error, now=now)
        if before is None or set(before.members) != set(members) or before.error != error:
            _look_again(connection, knowledge.waiting_for_team(connection, name), now)

    return Finish({"members": len(members), "error": error}, record)


def on_change(connection: Connection, change: Change) -> None:
    """Read anew what an event says has changed: a CODEOWNERS file, or who is in a team."""
    event = change.payload
    if isinstance(event, payloads.PushEvent):
        _pushed(connection, event, change.now)
    elif isinstance(event, payloads.TeamEvent) and event.organization and event.team.slug:
        name = f"{event.organization.login}/{event.team.slug}"
        if knowledge.team(connection, name) is not None:
            knowledge.forget_team(connection, name)
            # Whoever shows one of these asks for the members.
            _look_again(connection, knowledge.waiting_for_team(connection, name), change.now)


def _pushed(connection: Connection, event: payloads.PushEvent, now: datetime) -> None:
    """Ask for the branch's CODEOWNERS file if this push may have changed it, and somebody goes by it."""
    if event.repository is None or not event.ref.startswith("refs/heads/"):
        return
    touched = {
        path for commit in event.commits for path in (*commit.added, *commit.removed, *commit.modified)
    }
    unsure = event.forced or len(event.commits) >= _MOST_COMMITS
    if not unsure and touched.isdisjoint(_LOCATIONS):
        return
    repo_id, branch = event.repository.id, event.ref.removeprefix("refs/heads/")
    if not knowledge.owners_heads(connection, [(repo_id, branch)]):
        return
    into = knowledge.open_into(connection, repo_id, branch, limit=1)
    pull = facts.pull(connection, into[0]) if into else None
    if pull is not None:
        knowledge.ask_owners(connection, pull, now=now)
    else:
        knowledge.forget_owners(connection, repo_id, branch)


def _look_again(connection: Connection, pull_ids: Sequence[int], now: datetime) -> None:
    """Let the cards of these pull requests, and whom they concern, show what is known now."""
    for row in messages.cards_of(connection, pull_ids):
        messages.mark_stale(connection, row, now=now)
    if attention.anyone(connection):
        for pull_id in pull_ids:
            attention.ask_look(connection, pull_id, now=now)


def _contents(context: Context) -> Contents:
    if context.github is None:
        raise Permanent("no GitHub token is configured")
    return context.github.contents


async def _pull(context: Context, job: Job) -> Pull | None:
    return await context.database.read(lambda connection: facts.pull(connection, job.payload["pull_id"]))


FEATURE = Feature(
    name="knowledge",
    on_change=on_change,
    jobs={
        "pull.files": _files,
        "repo.owners": _owners,
        "team.members": _members,
        "knowledge.sweep": _sweep,
    },
    policies={
        "pull.files": REFRESH,
        "repo.owners": REFRESH,
        "team.members": REFRESH,
        "knowledge.sweep": TICK,
    },
    schedules=(Schedule("knowledge.sweep", timedelta(minutes=10)),),
)
