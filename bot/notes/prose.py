"""The sentences of a description that tell users something, for titles too short to tell it."""

import re

from bot.notes.plain import plain

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
    r"|this (?:pr|patch|change|pull request))\b",
    re.IGNORECASE,
)
_WORDS = (5, 45)


def sentences(body: str) -> list[str]:
    """Return the sentences of the description's running text that are about the software, in order."""
    text = _TRAILER.sub("", _HIDDEN.sub("\n\n", body[:_LONGEST].replace("\r\n", "\n")))
    found = []
    for paragraph in _PARAGRAPH.split(text):
        if _NO_PROSE.match(paragraph.strip()):
            continue
        flat = " ".join(plain(paragraph).split())
        found += [one for one in _END.split(flat) if _tells(one)]
    return found


def _tells(sentence: str) -> bool:
    least, most = _WORDS
    ends_well = not sentence.endswith((":", "?"))
    return least <= len(sentence.split()) <= most and ends_well and not _INSIDE.search(sentence)
