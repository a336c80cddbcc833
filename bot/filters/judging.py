"""Judge pull requests and their events by a filter, and say why."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bot.filters import people
from bot.filters.clauses import Clause, Filter
from bot.filters.keys import BY_NAME, Source
from bot.filters.language import explain_clause, format_clause
from bot.filters.seen import Answer, Event, Seen, both, opposite
from bot.models import Pull

Predicate = Callable[[Seen], Answer]


@dataclass(frozen=True, slots=True)
class Judged:
    """One clause as it is typed and as `explain` says it, the answer to it, and what was seen."""

    typed: str
    means: str
    answer: Answer
    sees: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What a filter must be told besides the pull request itself.

    `teams` are `owner/team`, `people` users and user groups of Slack by their ids; `me` is True where it
    depends on for whom it is judged.
    """

    paths: bool = False
    owners: bool = False
    reviews: bool = False
    event: bool = False
    me: bool = False
    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


@lru_cache(8192)
def compiled(wanted: Filter) -> Predicate:
    """Return the filter as a predicate."""
    tests = [_test(clause) for clause in wanted.clauses]
    return lambda seen: both(test(seen) for test in tests)


def judge(wanted: Filter, seen: Seen) -> Answer:
    """Tell whether what is seen passes every clause; unknown where that depends on what is not known."""
    return compiled(wanted)(seen)


def matches(wanted: Filter, pull: Pull) -> bool:
    """Tell whether the pull request surely passes, by what it tells itself; events are left aside."""
    return judge(wanted.of_pulls(), Seen(pull)) is Answer.YES


def judged(wanted: Filter, seen: Seen) -> list[Judged]:
    """Return each clause with the answer to it, and what was seen instead or as well."""
    return [_judged(clause, seen) for clause in wanted.clauses]


@lru_cache(8192)
def told(wanted: Filter) -> frozenset[Event]:
    """Return the events that are to make noise: all, unless the filter chooses."""
    chosen = wanted.of_events().clauses
    return frozenset(
        event for event in Event if all((event in clause.values) != clause.negated for clause in chosen)
    )


@lru_cache(8192)
def named(wanted: Filter) -> frozenset[Event]:
    """Return the events that the filter asks for by name."""
    asked = {value for clause in wanted.of_events().clauses if not clause.negated for value in clause.values}
    return frozenset(event for event in told(wanted) if event in asked)


def needs(wanted: Filter, owner: str) -> Needs:
    """Return what must be known to judge pull requests of that owner by the filter."""
    sources = {BY_NAME[clause.key].source for clause in wanted.clauses}
    naming = [clause for clause in wanted.clauses if BY_NAME[clause.key].people]
    named = [value for clause in naming for value in clause.values]
    # CODEOWNERS is compared with the name of a team, not with its members.
    members = [clause for clause in naming if clause.key != "codeowner"]
    return Needs(
        paths=Source.PATHS in sources,
        owners=Source.OWNERS in sources,
        reviews=Source.REVIEWS in sources,
        event=Source.EVENT in sources,
        me=people.ME in named,
        teams=frozenset(
            team for clause in members for value in clause.values if (team := _team(clause.key, value, owner))
        ),
        people=frozenset(filter(None, map(people.slack_id, named))),
    )


def _judged(clause: Clause, seen: Seen) -> Judged:
    answer = _test(clause)(seen)
    unsure = ": not enough to tell" if answer is Answer.UNKNOWN else ""
    sees = f"{BY_NAME[clause.key].sees(seen)}{unsure}"
    return Judged(format_clause(clause), explain_clause(clause), answer, sees)


def _team(key: str, value: str, owner: str) -> str:
    """Return the team that a value names, "" if it names none by itself."""
    if people.slack_id(value) or value == people.ME:
        return ""
    if key == "team":
        return value if "/" in value else f"{owner.lower()}/{value}"
    return value.removeprefix("@") if "/" in value else ""


def _test(clause: Clause) -> Predicate:
    fits, values = BY_NAME[clause.key].fits, clause.values
    if clause.negated:
        return lambda seen: opposite(fits(values, seen))
    return lambda seen: fits(values, seen)
