"""The sentences of a description that tell users something, for titles too short to tell it."""

import re
from collections.abc import Iterator
from itertools import islice

from bot.notes.plain import plain
from bot.notes.wording import subject

_LONGEST = 20_000
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|^[ \t]*```.*?(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
# Lines for machines and trackers: trailers, references, footnotes, rules.
_TRAILER = re.compile(
    r"^[ \t]*(?:[\w-]{2,30}-by|change-id|(?:closes|partial|related)-bug|bug|story|task|depends-on|implements"
    r"|blueprint|refs?|see(?: also)?)[ \t]*[:#][^\n]*$"
    r"|^[ \t]*(?:[-*][ \t]*)?(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|related to|part of|refs?)[ \t]*:?[ \t]+"
    r"[^\n]*#\d+[^\n]*$"
    r"|^\(cherry picked[^\n]*$|^\[\d+\]:?[^\n]*$|^[ \t]*[-*_]{3,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d{1,3}[.)]) )")
_NO_PROSE = re.compile(r"[-*+#|>]|\d{1,3}[.)] ")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
# What is said to reviewers and of the work, not to users of the software.
_INSIDE = re.compile(
    r"\b(?:i|i'm|i've|we|we're|our|my|me|let's|todo|follow-?up|tests?|refactor\w*|review\w*|ci|lint\w*|commit"
    r"|code|here|this (?:pr|patch|change|pull request))\b",
    re.IGNORECASE,
)
# "This PR adds …" speaks to reviewers only with its first words.
_OPENING = re.compile(
    r"^(?:in |with )?this (?:pr|patch|change(?:set)?|pull request|commit)\b,?\s+(?:also |will ){0,2}"
    r"(?=[a-z])",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]*[*-][ \t]+(?!\[[ xX]\])(?P<text>\S[^\n]*)$", re.MULTILINE)
# What commits are for besides the change itself.
_CHORE = re.compile(
    r"\b(?:lint|black|format\w*|changesets?|changelog|news|reno|release ?notes?|tests?|comments?|review"
    r"|address|typos?|wip|merge|update \S+\.\w+|create \S+|fix|clean ?-?up|rename|docs?|nits?|tweaks?"
    r"|refactor\w*|bump|(?:un)?used imports?)\b",
    re.IGNORECASE,
)
_WORDS = (5, 45)
_POINT_WORDS = (4, 20)
_MOST_POINTS = 12


def sentences(body: str) -> list[str]:
    """Return the sentences of the description's running text that are about the software, in order."""
    return [one for one in _spoken(body) if _tells(one)]


def told(body: str) -> list[str]:
    """Return the sentences that say outright what the change does, without their "This PR", in order."""
    found = ((one, _OPENING.sub("", one)) for one in _spoken(body))
    return [said for one, said in found if said != one and _tells(said)]


def points(body: str) -> list[str]:
    """Return the points of the description's lists that name a part of the change, not a chore beside it."""
    listed = (
        match["text"] for match in islice(_BULLET.finditer(_HIDDEN.sub("\n\n", _read(body))), _MOST_POINTS)
    )
    said = (subject(text) for text in listed)
    least, most = _POINT_WORDS
    return [one for one in said if least <= len(one.split()) <= most and not _CHORE.search(one)]


def _spoken(body: str) -> Iterator[str]:
    """Yield the sentences of all paragraphs of running text."""
    for paragraph in _PARAGRAPH.split(_TRAILER.sub("", _HIDDEN.sub("\n\n", _read(body)))):
        if not _NO_PROSE.match(paragraph.strip()):
            yield from _END.split(" ".join(plain(paragraph).split()))


def _read(body: str) -> str:
    return body[:_LONGEST].replace("\r\n", "\n")


def _tells(sentence: str) -> bool:
    least, most = _WORDS
    ends_well = not sentence.endswith((":", "?"))
    return least <= len(sentence.split()) <= most and ends_well and not _INSIDE.search(sentence)
