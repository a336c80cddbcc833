"""Cut what people type in Slack into words: quotes, commas, `-` for not, and Slack's own decorations."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import UserError

# Keyboards and Slack turn straight quotes and minus signs into these.
_QUOTES = frozenset('"\u201c\u201d\u201e\u201f\u00ab\u00bb')
_MINUS = frozenset("-\u2013\u2014\u2212")
_LINK = re.compile(r"<((?:https?://|mailto:)[^<>|]+)(?:\|([^<>]*))?>")

_Marked = list[tuple[str, bool]]
"""Characters, each with whether it was quoted."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `-key:value,value`; `key` is lower case and empty for a bare word, `raw` is as typed."""

    raw: str
    negated: bool
    key: str
    values: tuple[str, ...]


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


def words(text: str) -> list[Word]:
    """Return the words of the text; raises UserError when a quotation mark is not closed."""
    found: list[Word] = []
    start, marked, quoted = 0, _Marked(), False
    position = 0
    while position < len(text):
        character = text[position]
        if quoted and character == "\\" and text[position + 1 : position + 2] in {"\\", *_QUOTES}:
            position += 1
            marked.append((text[position], True))
        elif character in _QUOTES:
            quoted = not quoted
        elif quoted or not character.isspace():
            marked.append((character, quoted))
        else:
            found += _word(text[start:position], marked)
            start, marked = position + 1, _Marked()
        position += 1
    if quoted:
        raise UserError(
            f"The quotation mark in {shown(text[start:])} is not closed; add one at the end of it."
        )
    return found + _word(text[start:], marked)


def quote(value: str) -> str:
    """Return the value as it must be typed, so that `words` reads it back."""
    if not any(character.isspace() or character == "," or character in _QUOTES for character in value):
        return value
    escaped = "".join(f"\\{c}" if c == "\\" or c in _QUOTES else c for c in value)
    return f'"{escaped}"'


def shown(word: str) -> str:
    """Return a person's own word as it may stand in an answer: short, in backticks."""
    flat = " ".join(word.replace("`", "'").split())
    return f"`{flat[:40]}…`" if len(flat) > 40 else f"`{flat}`"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, if any does."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return close[0] if close else None


def unknown(what: str, word: str, known: Iterable[str]) -> UserError:
    """Return the error for a word that is none of the known, with the nearest one or all of them."""
    known = list(known)
    near = nearest(word, known)
    advice = f"did you mean `{near}`?" if near else f"choose from {', '.join(f'`{name}`' for name in known)}."
    return UserError(f"I don't know the {what} {shown(word)}; {advice}")


def _word(raw: str, marked: _Marked) -> list[Word]:
    """Read one word's characters; none when there are none."""
    if not marked:
        return []
    negated = marked[0][0] in _MINUS and not marked[0][1]
    rest = marked[1:] if negated else marked
    colon = next((at for at, mark in enumerate(rest) if mark == (":", False)), None)
    key = "" if colon is None else "".join(character for character, _ in rest[:colon]).lower()
    values = [""]
    for character, quoted in rest if colon is None else rest[colon + 1 :]:
        if character == "," and not quoted:
            values.append("")
        else:
            values[-1] += character
    return [Word(raw, negated, key, tuple(value for value in values if value.strip()))]
