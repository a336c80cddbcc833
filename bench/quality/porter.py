"""Porter's stemmer (An algorithm for suffix stripping, 1980): `connection` becomes `connect`."""

import re
from collections.abc import Iterable
from functools import cache

_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"),
    ("ful", ""), ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


@cache
def stem(word: str) -> str:
    """Return the stem of a word in lower case; words of one or two letters stay."""
    if len(word) <= 2:
        return word
    word = _final_y(_past(_plural(word)))
    word = _longest(word, _STEP_2, 0)
    word = _longest(word, _STEP_3, 0)
    return _end(_longest(word, [(suffix, "") for suffix in _STEP_4], 1))


def _shape(text: str) -> str:
    """Return `c` or `v` for each letter; a `y` after a consonant is a vowel."""
    found = ""
    for letter in text:
        vowel = letter in "aeiou" or (letter == "y" and found.endswith("c"))
        found += "v" if vowel else "c"
    return found


def _measure(text: str) -> int:
    """Return how many times vowels are followed by consonants."""
    return len(re.findall("v+c+", _shape(text)))


def _is_short(text: str) -> bool:
    return _shape(text).endswith("cvc") and text[-1] not in "wxy"


def _is_double(text: str) -> bool:
    return len(text) > 1 and text[-1] == text[-2] and _shape(text).endswith("c")


def _plural(word: str) -> str:
    for suffix, other in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(suffix):
            return word.removesuffix(suffix) + other
    return word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        base = word.removesuffix(suffix)
        if word.endswith(suffix) and "v" in _shape(base):
            if base.endswith(("at", "bl", "iz")):
                return base + "e"
            if _is_double(base) and base[-1] not in "lsz":
                return base[:-1]
            return base + "e" if _measure(base) == 1 and _is_short(base) else base
    return word


def _final_y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _longest(word: str, rules: Iterable[tuple[str, str]], above: int) -> str:
    """Apply the rule of the longest suffix that the word has, if what is left measures more than `above`."""
    fitting = [(suffix, other) for suffix, other in rules if word.endswith(suffix)]
    if not fitting:
        return word
    suffix, other = max(fitting, key=lambda rule: len(rule[0]))
    base = word.removesuffix(suffix)
    if suffix == "ion" and not base.endswith(("s", "t")):
        return word
    return base + other if _measure(base) > above else word


def _end(word: str) -> str:
    base = word[:-1]
    if word.endswith("e") and (_measure(base) > 1 or (_measure(base) == 1 and not _is_short(base))):
        word = base
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
