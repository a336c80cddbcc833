"""Cut what people type in Slack into words: quotes, commas, `-` for not, and Slack's own decorations."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.errors import UserError
from bot.filters.pointing import pointing

# Keyboards and Slack turn straight quotes and minus signs into these.
_QUOTES = frozenset('"\u201c\u201d\u201e\u201f\u00ab\u00bb')
_MINUS = frozenset("-\u2013\u2014\u2212")
_LINK = re.compile(r"<((?:https?://|mailto:)[^<>|]+)(?:\|([^<>]*))?>")
# A person or a group as Slack writes them; their names may hold spaces and commas.
_REFERENCE = re.compile(r"<[@!][^<>]*>")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*)/[A-Za-z]*", re.DOTALL)


class _Mark(NamedTuple):
    """One character that counts, whether it was quoted, and its column."""

    character: str
    quoted: bool
    at: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `-key:value,value`; `key` is lower case and empty for a bare word, `raw` is as typed.

    `at` is its column, from 0, and `places` are those of its values.
    """

    raw: str
    negated: bool
    key: str
    values: tuple[str, ...]
    at: int = 0
    places: tuple[int, ...] = ()


def from_slack(text: str) -> str:
    """Undo what Slack does to the text of a slash command: links in angle brackets, and `&amp;` for `&`.

    A link that Slack made of plain text (`<http://socket.io|socket.io>`) becomes that text again, any other
    its address.
    """

    def typed(link: re.Match[str]) -> str:
        address, label = link[1], link[2]
        plain = re.sub(r"^(https?://|mailto:)", "", address).rstrip("/")
        return label if label and label.rstrip("/") == plain else address

    unlinked = _LINK.sub(typed, text)
    return unlinked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def words(text: str, patterns: Collection[str] = ()) -> list[Word]:
    """Return the words of the text; raises UserError when a quotation mark is not closed.

    Values of the keys in `patterns` may be `/patterns/`, which hold spaces, commas and quotes as they are.
    """
    found: list[Word] = []
    marks = list[_Mark]()
    start = position = opened = 0
    quoted = False
    while position < len(text):
        character = text[position]
        whole = None if quoted else _whole(text, position, marks, patterns)
        if whole is not None:
            marks += [_Mark(one, True, position + at) for at, one in enumerate(whole)]
            position += len(whole)
            continue
        if quoted and character == "\\" and text[position + 1 : position + 2] in {"\\", *_QUOTES}:
            position += 1
            marks.append(_Mark(text[position], True, position))
        elif character in _QUOTES:
            quoted, opened = not quoted, position
        elif quoted or not character.isspace():
            marks.append(_Mark(character, quoted, position))
        else:
            found += _word(text[start:position], marks)
            start, marks = position + 1, []
        position += 1
    if quoted:
        raise pointing(
            f"The quotation mark in {shown(text[start:])} is not closed; add one at the end of it.",
            text,
            opened,
        )
    return found + _word(text[start:], marks)


def quote(value: str) -> str:
    """Return the value as it must be typed, so that `words` reads it back."""
    plain = not any(one.isspace() or one == "," or one in _QUOTES for one in value)
    if _REFERENCE.fullmatch(value) or (plain and not _REFERENCE.search(value)):
        return value
    escaped = "".join(f"\\{c}" if c == "\\" or c in _QUOTES else c for c in value)
    return f'"{escaped}"'


def shown(word: str) -> str:
    """Return a person's own word as it may stand in an answer: short, in backticks."""
    flat = " ".join(word.replace("`", "'").split())
    return f"`{flat[:40]}…`" if len(flat) > 40 else f"`{flat}`"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, if any does."""
    close = difflib.get_close_matches(word.lower()[:100], list(known), n=1, cutoff=0.5)
    return close[0] if close else None


def unknown(
    what: str, word: str, known: Iterable[str], *, choices: Iterable[str] = (), text: str = "", at: int = 0
) -> UserError:
    """Return the error for a word that is none of the known, with the nearest one or all `choices`.

    The choices are all that is known if none are given; with the whole `text` it points at the column `at`.
    """
    known = list(known)
    near = nearest(word, known)
    offered = ", ".join(f"`{name}`" for name in list(choices) or known)
    advice = f"did you mean `{near}`?" if near else f"choose from {offered}."
    return pointing(f"I don't know the {what} {shown(word)}; {advice}", text, at)


def _whole(text: str, position: int, marks: list[_Mark], patterns: Collection[str]) -> str | None:
    """Return what stands here as one piece: a reference of Slack's, or a `/pattern/`."""
    if text[position] == "<":
        found = _REFERENCE.match(text, position)
        return found[0] if found else None
    if text[position] != "/" or not patterns or not marks or marks[-1].quoted:
        return None
    if marks[-1].character not in ":," or _key(marks)[0] not in patterns:
        return None
    pattern = _PATTERN.match(text, position)
    if pattern is None:
        raise pointing(
            f"The pattern {shown(text[position:])} is not closed; add a `/` at the end of it.", text, position
        )
    return pattern[0]


def _key(marks: list[_Mark]) -> tuple[str, list[_Mark]]:
    """Split the key from what follows its colon; it is empty for a bare word."""
    rest = marks[1:] if _is_minus(marks[0]) else marks
    colon = next((at for at, mark in enumerate(rest) if mark.character == ":" and not mark.quoted), None)
    if colon is None:
        return "", rest
    return "".join(mark.character for mark in rest[:colon]).lower(), rest[colon + 1 :]


def _is_minus(mark: _Mark) -> bool:
    return mark.character in _MINUS and not mark.quoted


def _word(raw: str, marks: list[_Mark]) -> list[Word]:
    """Read one word's characters; none when there are none."""
    if not marks:
        return []
    key, rest = _key(marks)
    values: list[list[_Mark]] = [[]]
    for mark in rest:
        if mark.character == "," and not mark.quoted:
            values.append([])
        else:
            values[-1].append(mark)
    texts = [("".join(mark.character for mark in value), value) for value in values]
    kept = [(text, value[0].at) for text, value in texts if text.strip()]
    return [
        Word(
            raw,
            _is_minus(marks[0]),
            key,
            tuple(text for text, _ in kept),
            marks[0].at,
            tuple(at for _, at in kept),
        )
    ]
