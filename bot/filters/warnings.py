"""Warn of a filter that may match nothing: it names what a repository does not have."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.filters import people
from bot.filters.clauses import Clause, Filter
from bot.filters.keys import BY_NAME
from bot.filters.language import format_clause
from bot.filters.words import nearest, shown


@dataclass(frozen=True, slots=True)
class RepoFacts:
    """What a repository has, as far as it is known; None is not known.

    `people` are logins that may open or review its pull requests, `teams` are `owner/team`.
    """

    repo: str
    labels: Collection[str] | None = None
    branches: Collection[str] | None = None
    people: Collection[str] | None = None
    teams: Collection[str] | None = None


_LOOKS: Mapping[str, tuple[str, Callable[[RepoFacts], Collection[str] | None]]] = MappingProxyType(
    {
        "author": ("nobody called", lambda facts: facts.people),
        "reviewer": ("nobody called", lambda facts: facts.people),
        "assignee": ("nobody called", lambda facts: facts.people),
        "team": ("no team", lambda facts: facts.teams),
        "label": ("no label", lambda facts: facts.labels),
        "base": ("no branch", lambda facts: facts.branches),
    }
)


def warnings(wanted: Filter, facts: RepoFacts) -> tuple[str, ...]:
    """Return a sentence for each value that the repository does not have, with the nearest that it has."""
    return tuple(sentence for clause in wanted.clauses for sentence in _of(clause, facts))


def _of(clause: Clause, facts: RepoFacts) -> list[str]:
    looked = [_missing(clause.key, value, facts) for value in clause.values]
    said = [sentence for sentence in looked if sentence]
    if said and len(said) == len(looked) and not clause.negated:
        said.append(f"As it stands, {shown(format_clause(clause))} matches nothing.")
    return said


def _missing(key: str, value: str, facts: RepoFacts) -> str:
    """Say that the repository has no such thing; "" if it has one, or nobody knows."""
    if key not in _LOOKS or value == people.ME or people.slack_id(value):
        return ""
    called, look = _LOOKS[key]
    name, known = value, look(facts)
    if key == "team" and "/" not in value:
        name = f"{facts.repo.partition('/')[0].lower()}/{value}"
    elif "/" in value and BY_NAME[key].people:
        called, name, known = "no team", value.removeprefix("@"), facts.teams
    if known is None or _has(key, name, known):
        return ""
    near = nearest(name, known)
    return f"{facts.repo} has {called} {shown(name)}" + (f"; did you mean `{near}`?" if near else ".")


def _has(key: str, value: str, known: Collection[str]) -> bool:
    fits = BY_NAME[key].matches or str.__eq__
    return any(fits(value, one) or (key == "team" and value == one.lower()) for one in known)
