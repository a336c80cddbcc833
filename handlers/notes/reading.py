"""What a note is written from: the change and its repository's own rules, as GitHub tells them."""

from bot.clients.github.client import GitHub
from bot.configuration.reader import BYTES
from bot.configuration.releases import DRAFTER, GITHUB, read_release_rules
from bot.context import Context
from bot.errors import Permanent, RetryLater
from bot.models import Change, Job, Pull
from bot.notes.rules import RepositoryRules

# After so many failures the note is written from what is known without GitHub.
_PATIENCE = 4
_UNREAD = "commits and diff were not read, Regenerate tries again"


async def read(context: Context, pull: Pull, job: Job) -> tuple[Change, tuple[RepositoryRules, ...]]:
    """Fetch the change and its repository's rules; what GitHub does not give is said in either."""
    if context.github is None:
        return Change(pull, (), (), (), "no GitHub token is set, so commits and diff were not read"), ()
    try:
        return await context.github.change(pull), await _rules(context.github, pull, job)
    except Permanent as error:
        return Change(pull, (), (), (), f"{_UNREAD}: {error}"), ()
    except RetryLater as error:
        if job.attempts < _PATIENCE:
            raise
        return Change(pull, (), (), (), f"{_UNREAD}: {error}"), ()


async def _rules(github: GitHub, pull: Pull, job: Job) -> tuple[RepositoryRules, ...]:
    """Return what the files in the branch that was merged into say; GitHub's own file is asked first."""
    found = []
    for paths in (GITHUB, DRAFTER):
        for path in paths:
            try:
                body = await github.contents.body(pull.repo, path, pull.base, limit=BYTES)
            except (Permanent, RetryLater) as error:
                if isinstance(error, RetryLater) and job.attempts < _PATIENCE:
                    raise
                found.append(RepositoryRules(path, problems=(str(error),)))
                break
            if body is not None:
                found.append(read_release_rules(path, body))
                break
    return tuple(found)
