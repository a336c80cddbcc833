"""The filter language: which pull requests a channel wants to hear about.

Clauses stand beside each other for "and", values are parted by commas for "or", `-` before a key means "not".
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.errors import UserError
from bot.models import Pull
from bot.subscriptions.words import Word, quote, shown, unknown, words

# Longer ones could not be shown in a list any more.
LONGEST = 500
_ANSWERS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand: any of the values fits, or none of them if `negated`; a yes-or-no key has no values."""

    key: str
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """All clauses must hold; without any, every pull request matches."""

    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One word of the language.

    `fits` tests a pull request against one value, `says` and `says_not` are what `explain` makes of a clause
    ("pull requests that …"); a flag is answered by yes or no.
    """

    name: str
    examples: tuple[str, ...]
    summary: str
    fits: Callable[[Pull, str], bool]
    says: str
    says_not: str
    flag: bool = False


KEYS: tuple[Key, ...] = (
    Key(
        "draft",
        ("draft:no", "draft:yes"),
        "leaves out drafts, or shows only them",
        lambda pull, _: pull.draft,
        "are drafts",
        "are not drafts",
        flag=True,
    ),
    Key(
        "bots",
        ("bots:no", "bots:yes"),
        "leaves out what bots opened, or shows only that",
        lambda pull, _: pull.author_is_bot,
        "come from bots",
        "do not come from bots",
        flag=True,
    ),
    Key(
        "label",
        ("label:bug,security", '-label:"work in progress"'),
        "looks at the labels, in capitals or not",
        lambda pull, value: value.casefold() in (label.casefold() for label in pull.labels),
        "are labelled {}",
        "are not labelled {}",
    ),
    Key(
        "base",
        ("base:main", "base:release/*"),
        "looks at the branch it is to be merged into; `*` stands for anything",
        lambda pull, value: fnmatchcase(pull.base, value),
        "go into {}",
        "do not go into {}",
    ),
)
_BY_NAME = {key.name: key for key in KEYS}


def parse_filter(text: str) -> Filter:
    """Read a filter such as `draft:no -label:wip`; raises UserError naming what it does not understand."""
    return filter_of(words(text))


def filter_of(found: list[Word]) -> Filter:
    """Make a filter of words; repeated clauses count once. Raises UserError as `parse_filter`."""
    clauses = tuple(dict.fromkeys(_clause(word) for word in found))
    made = Filter(clauses)
    if len(format_filter(made)) > LONGEST:
        raise UserError(f"That filter is too long; keep it under {LONGEST} characters.")
    _refuse_contradictions(clauses)
    return made


def format_filter(wanted: Filter) -> str:
    """Return the filter as one would type it; `parse_filter` reads it back to the same filter."""
    return " ".join(_format(clause) for clause in wanted.clauses)


def explain(wanted: Filter) -> str:
    """Say in plain words which pull requests match, such as "pull requests that are not drafts"."""
    phrases = [_explain(clause) for clause in wanted.clauses]
    if not phrases:
        return "every pull request"
    *first, last = phrases
    return f"pull requests that {', '.join(first)} and {last}" if first else f"pull requests that {last}"


def matches(wanted: Filter, pull: Pull) -> bool:
    """Tell whether the pull request passes every clause."""
    return all(_holds(clause, pull) for clause in wanted.clauses)


def judged(wanted: Filter, pull: Pull) -> list[tuple[str, str, bool]]:
    """Return each clause as it is typed, as `explain` says it, and whether the pull request passes it."""
    return [(_format(clause), _explain(clause), _holds(clause, pull)) for clause in wanted.clauses]


def known_keys() -> list[str]:
    """Return the keys as they are typed, each with its colon."""
    return [f"{key.name}:" for key in KEYS]


def _clause(word: Word) -> Clause:
    key = _BY_NAME.get(word.key)
    if key is None:
        if word.key:
            raise unknown("filter", f"{word.key}:", known_keys())
        raise unknown("filter", word.raw, known_keys())
    values = tuple(dict.fromkeys(filter(None, map(_cleaned, word.values))))
    if key.flag:
        answers = [_ANSWERS.get(value.lower()) for value in values]
        if len(answers) != 1 or answers[0] is None:
            options = " or ".join(f"`{example}`" for example in key.examples)
            raise UserError(f"I can't read {shown(word.raw)}; write {options}.")
        return Clause(key.name, negated=word.negated == answers[0])
    if not values:
        raise UserError(
            f"{shown(word.raw)} needs a value right after the colon, for example `{key.examples[0]}`."
        )
    return Clause(key.name, values, word.negated)


def _cleaned(value: str) -> str:
    """Return the value without control characters (no database takes them all) and needless space."""
    visible = (c for c in value if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"})
    return " ".join("".join(visible).split())


def _refuse_contradictions(clauses: tuple[Clause, ...]) -> None:
    for wanted in clauses:
        for refused in clauses:
            if (
                wanted.key == refused.key
                and refused.negated > wanted.negated
                and {value.casefold() for value in wanted.values}
                <= {value.casefold() for value in refused.values}
            ):
                raise UserError(
                    f"{shown(_format(wanted))} and {shown(_format(refused))} contradict each other, so "
                    "nothing would match; keep one of them."
                )


def _format(clause: Clause) -> str:
    if _BY_NAME[clause.key].flag:
        return f"{clause.key}:{'no' if clause.negated else 'yes'}"
    values = ",".join(quote(value) for value in clause.values)
    return f"{'-' if clause.negated else ''}{clause.key}:{values}"


def _explain(clause: Clause) -> str:
    key = _BY_NAME[clause.key]
    values = " or ".join(f"“{value}”" for value in clause.values)
    return (key.says_not if clause.negated else key.says).format(values)


def _holds(clause: Clause, pull: Pull) -> bool:
    fits = _BY_NAME[clause.key].fits
    return any(fits(pull, value) for value in clause.values or ("",)) != clause.negated
