"""Find what can be chosen while a person types: what was seen first, then what GitHub shows, in time."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from blocks import ids
from blocks.kit import Option
from bot.clients.github.places import Places
from bot.context import Context
from bot.errors import UserError
from bot.filters.people import ME
from bot.subscriptions.form import LONGEST_VALUE, read_value
from bot.subscriptions.repository import is_whole, parse_followed
from handlers.feature import Lookup
from storage import suggestions
from storage.suggestions import Seen

# In seconds: Slack takes an answer for three, and people wait for less.
_WITHIN = 1.0
_SEARCH_WITHIN = 0.5
_OFFERED = 100
# With fewer known repositories than these that fit, GitHub is searched for more.
_ENOUGH = 8
_SEARCHABLE = 3

FINDERS: Mapping[str, str] = MappingProxyType(
    {
        ids.FIND_REPOSITORY: ids.FIELD_REPOSITORY,
        ids.FIND_LABELS: ids.FIELD_LABELS,
        ids.FIND_WITHOUT: ids.FIELD_WITHOUT,
        ids.FIND_AUTHORS: ids.FIELD_AUTHORS,
        ids.FIND_TEAMS: ids.FIELD_TEAMS,
        ids.FIND_REVIEWERS: ids.FIELD_REVIEWERS,
        ids.FIND_BASE: ids.FIELD_BASE,
        ids.FIND_PATHS: ids.FIELD_PATHS,
    }
)
"""The fields by the action ids of their menus."""


class _Source(NamedTuple):
    """Where the values of a field come from: what was seen, and what GitHub is asked for."""

    seen: Callable[[Seen], Iterable[str]]
    ask: Callable[[Places, str], Awaitable[list[str]]] | None = None


def _people(seen: Seen) -> Iterable[str]:
    return (ME, *seen.people)


def _at(teams: Iterable[str]) -> list[str]:
    return [f"@{team}" for team in teams]


async def _teams_as_reviewers(places: Places, repo: str) -> list[str]:
    return _at(await places.teams(repo, _WITHIN))


_SOURCES: Mapping[str, _Source] = MappingProxyType(
    {
        ids.FIELD_LABELS: _Source(
            lambda seen: seen.labels, lambda places, repo: places.labels(repo, _WITHIN)
        ),
        ids.FIELD_WITHOUT: _Source(
            lambda seen: seen.labels, lambda places, repo: places.labels(repo, _WITHIN)
        ),
        ids.FIELD_AUTHORS: _Source(_people),
        ids.FIELD_TEAMS: _Source(lambda seen: seen.teams, lambda places, repo: places.teams(repo, _WITHIN)),
        ids.FIELD_REVIEWERS: _Source(
            lambda seen: (*_people(seen), *_at(seen.teams)),
            _teams_as_reviewers,
        ),
        ids.FIELD_BASE: _Source(
            lambda seen: seen.branches, lambda places, repo: places.branches(repo, _WITHIN)
        ),
        ids.FIELD_PATHS: _Source(lambda seen: seen.folders),
    }
)


async def find(ctx: Context, lookup: Lookup) -> Sequence[Option]:
    """Return what begins with the typed or holds it, and the typed itself where it may be chosen as it is."""
    name, typed = FINDERS[lookup.action_id], " ".join(lookup.typed.split())
    if name == ids.FIELD_REPOSITORY:
        return await _repositories(ctx, typed)
    repo = str(lookup.view.values.get(ids.FIELD_REPOSITORY) or "") if lookup.view else ""
    source = _SOURCES[name]
    seen = await ctx.database.read(lambda connection: suggestions.seen_in(connection, repo))
    known = list(source.seen(seen))
    if ctx.github is not None and source.ask is not None and repo and not is_whole(repo):
        known += await source.ask(ctx.github.places, repo)
    return _offered(typed, known, lambda value: read_value(name, value))


async def _repositories(ctx: Context, typed: str) -> Sequence[Option]:
    """Return known repositories, those that GitHub shows, and all of an owner as `owner/*`."""
    typed = typed.lower()
    known = await ctx.database.read(suggestions.repositories_seen)
    if ctx.github is not None:
        known += await ctx.github.places.repositories(_WITHIN)
        if len(typed) >= _SEARCHABLE and len(_fitting(typed, known)) < _ENOUGH:
            near = known[0] if known else typed
            known += await ctx.github.places.search(typed, _SEARCH_WITHIN, near=near)
    names = dict.fromkeys(one.lower() for one in known)
    owners = dict.fromkeys(f"{one.partition('/')[0]}/*" for one in names)
    return _offered(typed, [*names, *owners], _as_repository)


def _as_repository(typed: str) -> str | None:
    try:
        return parse_followed(typed)
    except UserError:
        return None


def _offered(typed: str, known: Iterable[str], read: Callable[[str], str | None]) -> list[Option]:
    """Return the options for what was typed; what was typed stands last, if it is none of them."""
    found = dict.fromkeys(map(read, _fitting(typed, known)[: _OFFERED - 1]))
    found[read(typed)] = None
    return [Option(value, value) for value in found if value is not None and len(value) <= LONGEST_VALUE]


def _fitting(typed: str, values: Iterable[str]) -> list[str]:
    """Return the values that hold what was typed, those first that begin with it, or a part of them does."""
    wanted = typed.casefold()
    holding = [value for value in dict.fromkeys(values) if wanted in value.casefold()]
    return sorted(holding, key=lambda value: _rank(wanted, value.casefold()))


def _rank(wanted: str, value: str) -> int:
    if value.startswith(wanted):
        return 0
    at = value.index(wanted)
    return 1 if not value[at - 1].isalnum() else 2
