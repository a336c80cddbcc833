"""Who owns a path: the last rule that matches it, found without trying every rule."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.owners.index import Index, TooMuchWork, Walk
from bot.owners.patterns import Pattern


class Problem(NamedTuple):
    """Why a line of the file, or all of it (line 0), is not used."""

    line: int
    reason: str


class Rule(NamedTuple):
    """One line of the file: its pattern and owners as written; none means that nobody owns it."""

    line: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The changed paths that one rule decides about."""

    rule: Rule
    paths: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """Return the rule's pattern as written."""
        return self.rule.pattern

    @property
    def owners(self) -> tuple[str, ...]:
        """Return the rule's owners as written."""
        return self.rule.owners


@dataclass(frozen=True, slots=True)
class Ownership:
    """Paths by the rule that decides about each, in the file's order, and those that no rule matches.

    Should the work have been too much, `problem` says so and nothing else is told: half an answer
    would be a wrong one.
    """

    groups: tuple[Group, ...] = ()
    unowned: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Owners:
    """What a CODEOWNERS file says, and which of its lines are not used."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()
    _index: Index = field(default_factory=Index, repr=False, compare=False)

    @classmethod
    def build(cls, rules: Iterable[tuple[Rule, Pattern]], problems: Iterable[Problem]) -> "Owners":
        """Index rules, given in the file's order."""
        index, kept = Index(), []
        for number, (rule, pattern) in enumerate(rules):
            index.add(number, pattern)
            kept.append(rule)
        return cls(tuple(kept), tuple(problems), index)

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of one path; none where nobody owns it, or where that is too costly to find."""
        groups = self.of_all((path,)).groups
        return groups[0].owners if groups else ()

    def of_all(self, paths: Iterable[str]) -> Ownership:
        """Sort paths by the rule that decides about each; a rule without owners clears those before it."""
        walk, found, unowned = Walk(self._index), dict[int, list[str]](), []
        try:
            for path in dict.fromkeys(paths):
                number = walk.last_match(path)
                if number < 0:
                    unowned.append(path)
                else:
                    found.setdefault(number, []).append(path)
        except TooMuchWork:
            return Ownership(problem="finding the owners takes too long; use fewer patterns with wildcards")
        groups = (Group(self.rules[number], tuple(found[number])) for number in sorted(found))
        return Ownership(tuple(groups), tuple(unowned))
