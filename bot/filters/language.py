"""The filter language: which pull requests, and which of their events, somebody wants to hear about.

Clauses stand beside each other for "and", values are parted by commas for "or", `-` before a key means "not".
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.errors import UserError
from bot.filters.clashes import find_clash
from bot.filters.clauses import Clause, Filter
from bot.filters.keys import ALIASES, BY_NAME, KEYS, PATTERN_KEYS, Key
from bot.filters.pointing import pointing
from bot.filters.words import Word, quote, shown, unknown, words

# Longer ones could not be shown in a list any more.
LONGEST = 1_000
MOST_CLAUSES = 30
MOST_VALUES = 50
_NOTHING = Filter((Clause("draft"), Clause("draft", negated=True)))
_ANSWERS = {"yes": True, "true": True, "no": False, "false": False}


@lru_cache(8192)
def parse_filter(text: str) -> Filter:
    """Read a filter such as `draft:no -label:wip`; raises UserError that points at what it does not take."""
    return filter_of(cut(text), text)


def stored_filter(text: str) -> Filter:
    """Read a filter that was taken before; one that would be refused today lets nothing through."""
    try:
        return parse_filter(text)
    except UserError:
        return _NOTHING


def cut(text: str, *, most: int = LONGEST) -> list[Word]:
    """Return the words of a text within bounds; raises UserError for what is longer, or no words."""
    if len(text) > most:
        raise _too_long()
    return words(text, PATTERN_KEYS)


def filter_of(found: list[Word], text: str = "") -> Filter:
    """Make a filter of words; repeated clauses count once. Raises UserError as `parse_filter`.

    With the `text` that they were cut from, errors point at the column.
    """
    read: dict[Clause, Word] = {}
    for word in found:
        read.setdefault(_clause(word, text), word)
    made = Filter(tuple(read))
    if len(read) > MOST_CLAUSES:
        raise pointing(
            f"That filter has too many clauses; keep it under {MOST_CLAUSES}.",
            text,
            list(read.values())[MOST_CLAUSES].at,
        )
    if sum(len(clause.values) for clause in read) > MOST_VALUES:
        raise UserError(f"That filter has too many values; keep them under {MOST_VALUES}.")
    if len(format_filter(made)) > LONGEST:
        raise _too_long()
    clash = find_clash(made.clauses)
    if clash:
        raise _clashing(clash, text, max(read[clause].at for clause in clash))
    return made


def format_filter(wanted: Filter) -> str:
    """Return the filter as one would type it; `parse_filter` reads it back to the same filter."""
    return " ".join(format_clause(clause) for clause in wanted.clauses)


def format_clause(clause: Clause) -> str:
    """Return one clause as one would type it."""
    if BY_NAME[clause.key].flag:
        return f"{clause.key}:{'no' if clause.negated else 'yes'}"
    values = ",".join(clause.values if clause.key in PATTERN_KEYS else map(quote, clause.values))
    return f"{'-' if clause.negated else ''}{clause.key}:{values}"


def explain(wanted: Filter) -> str:
    """Say in plain words what passes, such as "pull requests that are not drafts"."""
    if wanted == _NOTHING:
        return "no pull request at all, since its filter can be read no more"
    phrases = [explain_clause(clause) for clause in wanted.clauses if clause.key != "event"]
    said = f"pull requests that {_listed(phrases)}" if phrases else "every pull request"
    events = [explain_clause(clause) for clause in wanted.clauses if clause.key == "event"]
    return f"{said}, and {_listed(events)}" if events else said


def explain_clause(clause: Clause) -> str:
    """Say one clause as the end of "pull requests that …", or of an event's, as a whole."""
    key = BY_NAME[clause.key]
    values = " or ".join(f"“{value}”" for value in clause.values)
    return (key.says_not if clause.negated else key.says).format(values)


def known_keys() -> list[str]:
    """Return the keys as they are typed, each with its colon."""
    return [f"{key.name}:" for key in KEYS]


def _clause(word: Word, text: str) -> Clause:
    key = BY_NAME.get(ALIASES.get(word.key, word.key))
    if key is None:
        typed = f"{word.key}:" if word.key else word.raw
        raise unknown("filter", typed, known_keys(), text=text, at=word.at)
    if key.flag:
        answers = [_ANSWERS.get(value.lower()) for value in dict.fromkeys(map(_cleaned, word.values))]
        if len(answers) != 1 or answers[0] is None:
            options = " or ".join(f"`{example}`" for example in key.examples)
            raise pointing(f"I can't read {shown(word.raw)}; write {options}.", text, word.at)
        return Clause(key.name, negated=word.negated == answers[0])
    values = dict.fromkeys(_read(key, word, text))
    if not values:
        raise pointing(
            f"{shown(word.raw)} needs a value right after the colon, for example `{key.examples[0]}`.",
            text,
            word.at,
        )
    return Clause(key.name, tuple(values), word.negated)


def _read(key: Key, word: Word, text: str) -> Iterator[str]:
    for value, at in zip(word.values, word.places, strict=True):
        if cleaned := _cleaned(value):
            try:
                yield key.read(cleaned)
            except ValueError as error:
                raise pointing(
                    f"I can't read {shown(value)} after `{key.name}:`; {error}.", text, at
                ) from None


def _cleaned(value: str) -> str:
    """Return the value without control characters (no database takes them all) and needless space."""
    visible = (c for c in value if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"})
    return " ".join("".join(visible).split())


def _clashing(clash: tuple[Clause, ...], text: str, at: int) -> UserError:
    names = [shown(format_clause(clause)) for clause in clash]
    if len(names) == 1:
        return pointing(f"Nothing would match {names[0]}; leave it out or change it.", text, at)
    return pointing(
        f"{_listed(names)} contradict each other, so nothing would match; keep one of them.", text, at
    )


def _too_long() -> UserError:
    return UserError(f"That filter is too long; keep it under {LONGEST} characters.")


def _listed(phrases: list[str]) -> str:
    *first, last = phrases
    return f"{', '.join(first)} and {last}" if first else last
