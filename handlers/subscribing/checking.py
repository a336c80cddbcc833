"""Ask GitHub about what somebody is about to follow: whether it is there, and what a filter names in vain."""

import asyncio
from collections.abc import Iterable

from bot.clients.github import GitHub
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.filters import people
from bot.filters.clauses import Clause, Filter
from bot.filters.judging import named, needs
from bot.filters.keys import BY_NAME
from bot.filters.language import format_clause
from bot.filters.patterns import is_glob
from bot.filters.seen import Event
from bot.filters.warnings import RepoFacts, warnings
from bot.filters.words import shown
from bot.subscriptions.repository import is_whole
from bot.subscriptions.request import SubscribeRequest

# In seconds, for both questions together; Slack takes the answer to a form for three only.
_WITHIN, _DOUBTING = 1.2, 0.8
_UNCHECKED = "GitHub did not answer just now, so I could not check that this repository exists."
_REFUSED = "GitHub did not let me check that this repository exists; patchforge doctor tells an admin why."
_LOGINS = 3


async def check(ctx: Context, repo: str) -> tuple[str, str]:
    """Return what is followed under its present name, and what to say if GitHub could not be asked.

    Raises UserError if GitHub knows no such thing.
    """
    if ctx.github is None:
        return repo, ""
    try:
        async with asyncio.timeout(_WITHIN):
            if is_whole(repo):
                return await _owner(ctx.github, repo), ""
            return (await ctx.github.repository(repo)).full_name.lower(), ""
    except (TimeoutError, RetryLater):
        return repo, _UNCHECKED
    except Permanent as error:
        if error.code != "404":
            return repo, _REFUSED
        raise UserError(
            f"GitHub shows me no repository {shown(repo)}: check the spelling, or if it is private, let "
            "PatchForge's GitHub App or token see it, and try again."
        ) from error


async def doubts_of(ctx: Context, request: SubscribeRequest) -> list[str]:
    """Say what of the request may bring nothing: a filter that names what is not there, or cannot be read."""
    found = [_unbrought(event) for event in named(request.filter) if not _brings(request, event)]
    if ctx.github is None:
        return [*found, *_unreadable(request.filter, request.repo)]
    if is_whole(request.repo):
        return found
    try:
        async with asyncio.timeout(_DOUBTING):
            facts = await _facts(ctx.github, request)
    except (TimeoutError, RetryLater, Permanent):
        return found
    return [*found, *warnings(request.filter, facts)]


async def _owner(github: GitHub, repo: str) -> str:
    owner = repo.partition("/")[0]
    # An App asks with the token of an owner, which only a repository leads to.
    if not github.is_app and await github.people.named(owner) is None:
        raise UserError(f"GitHub knows no owner {shown(owner)}; check the spelling, and try again.")
    return repo


async def _facts(github: GitHub, request: SubscribeRequest) -> RepoFacts:
    """Read as much of the repository as the filter names."""
    keys = {clause.key for clause in request.filter.clauses}
    labels = None
    if "label" in keys:
        await github.places.labels(request.repo, _DOUBTING / 2)
        labels = github.places.all_labels(request.repo)
    return RepoFacts(request.repo, labels=labels, people=await _known(github, request))


async def _known(github: GitHub, request: SubscribeRequest) -> list[str] | None:
    """Return which of the named logins there are, and None where that takes too many questions."""
    logins = [
        value
        for clause in request.filter.clauses
        if clause.key in {"author", "reviewer", "assignee"}
        for value in clause.values
        if not (people.is_symbol(value) or people.slack_id(value))
    ]
    if not logins or len(logins) > _LOGINS or any(map(is_glob, logins)):
        return None
    profiles = await asyncio.gather(*(_profile(github, login, request.repo) for login in logins))
    return [login for login, there in zip(logins, profiles, strict=True) if there]


async def _profile(github: GitHub, login: str, repo: str) -> bool:
    """Tell whether there is such an account; an app's is written with `[bot]` behind."""
    for name in (login, f"{login}[bot]"):
        if login == "ghost" or await github.people.named(name, repo) is not None:
            return True
    return False


def _unreadable(wanted: Filter, repo: str) -> Iterable[str]:
    """Name the clauses that only GitHub could answer, which nobody is allowed to ask."""
    for clause in wanted.clauses:
        if _asks_github(clause, repo):
            yield (
                f"{shown(format_clause(clause))} matches nothing: it takes what only GitHub can tell, and no "
                "token or App is configured; patchforge doctor tells an admin how."
            )


def _asks_github(clause: Clause, repo: str) -> bool:
    required = needs(Filter((clause,)), repo.partition("/")[0])
    return required.paths or required.owners or (bool(required.teams) and BY_NAME[clause.key].people)


def _brings(request: SubscribeRequest, event: Event) -> bool:
    return event is not Event.COMMENTED or "comments" in request.features


def _unbrought(event: Event) -> str:
    return f"`event:{event}` brings nothing without the feature `comments`."
