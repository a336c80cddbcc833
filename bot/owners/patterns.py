"""The patterns of a CODEOWNERS file, taken apart into the segments of a path.

There is no regular expression anywhere: a segment is compared by looking for its literal pieces in
order, so no pattern can take longer than its own length times that of the name.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

DEEP = None
"""The segment `**`: any number of folders, none included."""

# What `?` becomes within a piece; neither a path nor a pattern that is let in has this character.
_ANY = "\0"
_LONGEST = 4096
_DEEPEST = 255
_LONG = 2 * _DEEPEST
_TOKEN = re.compile(r"\\(.)|(/)|(\*)|(\?)|([^\\/*?]+)", re.DOTALL)
# What may make a pattern unusable; most have none of it.
_ODD = re.compile(r"[!\[\]\\\0]|//|^/?$")
_UNESCAPED_RANGE = re.compile(r"(?:\\.|[^\\\[\]])*+[\[\]]", re.DOTALL)


class End(StrEnum):
    """What a pattern's last segment may stand for: anything, a folder, or only a file right there."""

    ANY = "any"
    FOLDER = "folder"
    FILE = "file"


class Glob(NamedTuple):
    """A segment with wildcards: `pieces` is what stands between its stars."""

    pieces: tuple[str, ...]
    wild: bool
    """Whether a piece has a `?`."""

    def fits(self, name: str) -> bool:
        """Tell whether the whole name matches."""
        if self.wild or len(self.pieces) == 1:
            return _fits(self.pieces, name)
        first, *middle, last = self.pieces
        at, end = len(first), len(name) - len(last)
        if at > end or not name.startswith(first) or not name.endswith(last):
            return False
        for piece in middle:
            found = name.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def cost(self, name: str) -> int:
        """Return about how many steps `fits` may take."""
        if self.wild:
            return 1 + len(name) * sum(map(len, self.pieces)) // 4
        return len(self.pieces) + len(name) // 256


Segment = str | Glob | None


class Pattern(NamedTuple):
    """A pattern from the root of the repository: its segments, and what the last one stands for.

    The first `literal` segments have no wildcard.
    """

    segments: tuple[Segment, ...]
    end: End
    literal: int


STAR = Glob(("", ""), wild=False)


def read_pattern(text: str) -> Pattern | str:
    """Take a pattern apart; a string says why it cannot be used."""
    if (len(text) > _LONG or _ODD.search(text)) and (problem := _problem(text)):
        return problem
    body = text.removesuffix("/")
    end = End.ANY if body == text else End.FOLDER
    anchored = "/" in body
    parts = body.removeprefix("/").split("/")
    if "*" not in body and "?" not in body and "\\" not in body:
        return Pattern(tuple(parts), end, len(parts)) if anchored else Pattern((DEEP, body), end, 0)
    found: list[Segment] = [] if anchored else [DEEP]
    for segment in _escaped(body.removeprefix("/")) if "\\" in body else map(_segment, parts):
        if segment is not DEEP or not found or found[-1] is not DEEP:
            found.append(segment)
    if found[-1] is DEEP:
        found.append(STAR)
    elif found[-1] == STAR and anchored and end is End.ANY:
        end = End.FILE
    literal = 0
    while literal < len(found) and isinstance(found[literal], str):
        literal += 1
    return Pattern(tuple(found), end, literal)


def _problem(text: str) -> str:
    trailing = len(text) - len(text.rstrip("\\"))
    reasons = (
        (len(text) > _LONGEST, f"the pattern is longer than {_LONGEST:,} characters"),
        (text.count("/") > _DEEPEST, f"the pattern is deeper than {_DEEPEST} folders"),
        (text.startswith("!"), "a pattern cannot be negated with !"),
        (text.startswith("\\#"), "a pattern cannot start with #, not even escaped"),
        ("\0" in text, "the pattern has a NUL character"),
        (_UNESCAPED_RANGE.match(text), "[ ] is not supported"),
        (trailing % 2, "the last \\ escapes nothing"),
        (not text.strip("/"), "it matches nothing; did you mean *?"),
        ("//" in text, "an empty name between slashes matches nothing"),
    )
    return next((reason for holds, reason in reasons if holds), "")


@lru_cache(4096)
def _segment(part: str) -> Segment:
    if part == "**":
        return DEEP
    if "*" not in part and "?" not in part:
        return part
    return _glob(part.replace("?", _ANY).split("*"))


def _escaped(body: str) -> list[Segment]:
    """Take apart a pattern in which a backslash makes the next character an ordinary one."""
    segments: list[Segment] = []
    pieces = [""]
    stars = True
    for token in [*_TOKEN.finditer(body), None]:
        if token is None or token[2]:
            segments.append(DEEP if stars and len(pieces) == 3 else _piled(pieces))
            pieces, stars = [""], True
        elif token[3]:
            pieces.append("")
        else:
            pieces[-1] += token[1] or token[5] or _ANY
            stars = False
    return segments


def _piled(pieces: list[str]) -> Segment:
    return pieces[0] if len(pieces) == 1 and _ANY not in pieces[0] else _glob(pieces)


def _glob(pieces: list[str]) -> Glob:
    if len(pieces) > 2:
        pieces = [pieces[0], *(piece for piece in pieces[1:-1] if piece), pieces[-1]]
    return Glob(tuple(pieces), wild=_ANY in "".join(pieces))


def _fits(pieces: tuple[str, ...], name: str) -> bool:
    """Compare where a `?` stands for any one character, or where there is no star."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return len(first) == len(name) and _same(first, name)
    at, end = len(first), len(name) - len(last)
    if at > end or not _same(first, name[:at]) or not _same(last, name[end:]):
        return False
    for piece in pieces[1:-1]:
        starts = range(at, end - len(piece) + 1)
        found = next((start for start in starts if _same(piece, name[start : start + len(piece)])), None)
        if found is None:
            return False
        at = found + len(piece)
    return True


def _same(piece: str, part: str) -> bool:
    return all(wanted in (_ANY, found) for wanted, found in zip(piece, part, strict=True))
