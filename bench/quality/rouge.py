"""ROUGE (Lin, 2004): how much of a human's words a text has, and how much of what it says is theirs."""

import re
from collections import Counter
from collections.abc import Sequence

from bench.quality.porter import stem

_TOKEN = re.compile(r"[a-z0-9]+")


def tokens(text: str, *, stemmed: bool = False) -> list[str]:
    """Return the words in lower case; stemmed ones only where they have more than three letters."""
    found: list[str] = _TOKEN.findall(text.lower())
    return [stem(one) if len(one) > 3 else one for one in found] if stemmed else found


def rouge_1(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """Return the F-measure of common words, 0 to 1."""
    return _f((Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs))


def rouge_l(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """Return the F-measure of the longest common subsequence, 0 to 1."""
    row = [0] * (len(theirs) + 1)
    for word in ours:
        before = 0
        for place, other in enumerate(theirs, 1):
            kept = row[place]
            row[place] = before + 1 if word == other else max(row[place], row[place - 1])
            before = kept
    return _f(row[-1], len(ours), len(theirs))


def _f(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if common else 0.0
