"""Check the configuration file of a pull request, and tell it there: a check run, or a commit status."""

from datetime import datetime

from sqlalchemy import Connection

from bot.clients.github import GitHub
from bot.configuration.check_run import NAME, CheckRun, check_run
from bot.configuration.document import PATH
from bot.configuration.load import Reading
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job, Pull, PullState
from handlers.configuration.reading import content, parse
from storage import facts, jobs, knowledge
from storage.configurations import source_of
from storage.knowledge import Files

_GOES = CheckRun(
    "success",
    (
        {
            "title": "The file goes away",
            "summary": "Once this is on the default branch, what the file asked for ends.",
        },
    ),
)


async def check(context: Context, job: Job) -> Finish:
    """Read the file at one commit, and say there whether it is right."""
    github, repo, sha = context.github, job.payload["repo"], job.payload["sha"]
    if github is None:
        return Finish({"skipped": "no GitHub token is configured"})
    if "pull_id" in job.payload and not await _changes(context, github, job.payload["pull_id"], sha):
        return Finish({"skipped": f"it does not change {PATH}"})
    body, problem = await content(github, repo, sha)
    if body is None and problem is None:
        run = _GOES
    else:
        made = Reading(None, (problem,)) if problem else await parse(context, source_of(repo), body or b"")
        run = check_run(made)
    return Finish({"conclusion": run.conclusion, "told": await _tell(github, repo, sha, run, job)})


async def _changes(context: Context, github: GitHub, pull_id: int, sha: str) -> bool:
    """Tell whether a pull request still has this head and changes the file."""

    def look(connection: Connection) -> tuple[Pull | None, Files | None]:
        return facts.pull(connection, pull_id), knowledge.files(connection, pull_id)

    pull, files = await context.database.read(look)
    if pull is None or pull.head_sha != sha or pull.state is not PullState.OPEN:
        return False
    if files is None or files.sha != sha or files.error is not None:
        paths, _ = await github.contents.paths(pull.repo, pull.number)
        return PATH in paths
    return PATH in files.paths


async def _tell(github: GitHub, repo: str, sha: str, run: CheckRun, job: Job) -> str:
    """Make the check run, which only a GitHub App may, or else set a commit status; say which it was."""
    key = f"patchforge:{sha}"
    try:
        known = await github.checks.known(repo, sha, NAME, key) if job.attempts or job.suspect else None
        await github.checks.conclude(repo, sha, NAME, run.conclusion, run.outputs, key=key, known=known)
    except Permanent as error:
        if error.code != "403":
            raise
    else:
        return "check run"
    try:
        await github.checks.status(repo, sha, NAME, run.conclusion, run.outputs[0]["title"])
    except Permanent as error:
        if error.code not in {"403", "404"}:
            raise
        return f"nobody: {error}"
    return "commit status"


def ask(connection: Connection, repo: str, sha: str, *, now: datetime, pull_id: int | None = None) -> None:
    """Ask for the check of a commit, once for each; `pull_id` is the one whose head it is."""
    jobs.enqueue(
        connection,
        "configuration.check",
        f"configuration-check:{repo.lower()}:{sha}"[-200:],
        payload={"repo": repo, "sha": sha, **({} if pull_id is None else {"pull_id": pull_id})},
        now=now,
        priority=jobs.HOUSEKEEPING,
    )
