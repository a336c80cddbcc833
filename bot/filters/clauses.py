"""A filter as it was read: clauses, all of which must hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand: any of the values fits, or none of them if `negated`; a yes-or-no key has no values."""

    key: str
    values: tuple[str, ...] = ()
    negated: bool = False

    def opposite(self) -> "Clause":
        """Return the complement."""
        return Clause(self.key, self.values, not self.negated)


@dataclass(frozen=True, slots=True)
class Filter:
    """All clauses must hold; without any, every pull request matches."""

    clauses: tuple[Clause, ...] = ()

    def of_pulls(self) -> "Filter":
        """Return what it asks of pull requests, without the choice of events."""
        return Filter(tuple(clause for clause in self.clauses if clause.key != "event"))

    def of_events(self) -> "Filter":
        """Return only its choice of events."""
        return Filter(tuple(clause for clause in self.clauses if clause.key == "event"))
