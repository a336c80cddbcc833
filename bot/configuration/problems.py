"""What is wrong with a configuration file, and exactly where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.filters.words import nearest

# So many are enough to work on; GitHub takes no more annotations at once.
MOST = 50
# Regular expressions in a file: each may take half a millisecond to compile, one that is too large ten.
EXPRESSIONS = 40
_TOO_LARGE = 20
TOO_MANY = (
    f"These are too many regular expressions; {EXPRESSIONS} fit in a file, counting each for every filter "
    "that it is used in."
)
# As long as any name that is right.
_NAMED = 140
# What is longer resembles no key, and comparing it would cost more than it helps.
_COMPARED = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; line and column count from 1, the column in characters."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; `path` names the key, such as `sla.calendar.zone`, and is empty for the whole file.

    What the message quotes from the file stands in backticks.
    """

    line: int
    column: int
    path: str
    message: str


@dataclass(slots=True)
class Report:
    """Problems and warnings as they are found, the first fifty of each; `more` if there are more.

    `room` is how many more regular expressions may be looked at; below 0 some were not.
    """

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    more: bool = False
    room: int = EXPRESSIONS

    def problem(self, at: Mark, path: str, message: str) -> None:
        """Note what keeps the file from being in force."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(at.line, at.column, path, message))
        else:
            self.more = True

    def warn(self, at: Mark, path: str, message: str) -> None:
        """Note what is probably not meant, but does no harm."""
        if len(self.warnings) < MOST:
            self.warnings.append(Problem(at.line, at.column, path, message))

    def affords(self, expressions: int) -> bool:
        """Tell whether so many regular expressions may be looked at, and count them."""
        if expressions:
            self.room = self.room - expressions if self.room >= expressions else -1
        return not expressions or self.room >= 0

    def wasted(self) -> None:
        """Count regular expressions that turned out wrong, which may have been dear."""
        self.room = max(self.room - _TOO_LARGE, 0)

    @property
    def full(self) -> bool:
        """Tell whether further problems would not be listed."""
        return len(self.problems) >= MOST


def advice(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or which there are."""
    known = list(known)
    near = nearest(word, known) if len(word) <= _COMPARED else None
    if near:
        return f"did you mean `{near}`?"
    return f"choose from {', '.join(f'`{name}`' for name in known)}."


def below(path: str, key: str | int) -> str:
    """Return the path of a key of a mapping, or of an entry of a list (counted from 1)."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    short = key if len(key) <= _NAMED else f"{key[:_NAMED]}…"
    return f"{path}.{short}" if path else short
