"""The public names that a diff takes away from those who call them."""

import re
from collections.abc import Iterable

from bot.models import ChangedFile
from bot.notes.paths import Area, area

_PRIVATE = re.compile(r"(?:^|/)(?:_[^/_]|internal/|_internal)")
_DEFINED = tuple(
    (
        re.compile(suffix),
        {sign: re.compile(rf"^{re.escape(sign)}(?:{pattern})", re.MULTILINE) for sign in "+-"},
    )
    for suffix, pattern in (
        (r"\.pyi?$", r"(?:async )?(?:def|class) ([A-Za-z]\w*)"),
        (
            r"\.[cm]?[jt]sx?$",
            (
                r"export (?:default )?(?:declare )?(?:abstract )?(?:async )?"
                r"(?:function\*?|class|const|let|interface|type|enum) ([A-Za-z]\w*)"
            ),
        ),
        (r"\.go$", r"func (?:\([^()]{1,80}\) )?([A-Z]\w*)\(|type ([A-Z]\w*) "),
        (r"\.rs$", r"[ \t]*pub (?:async )?(?:fn|struct|enum|trait|const|type) (\w+)"),
        (r"\.(?:java|kt|cs)$", r"[ \t]*public (?:[\w<>\[\], ]{1,80} )?(\w+)\("),
        (r"\.php$", r"[ \t]*public (?:static )?function (\w+)"),
    )
)


def removed(files: Iterable[ChangedFile]) -> tuple[str, ...]:
    """Return the public names whose definition the diff of product code removes and nowhere defines again.

    Nothing is said to be gone where a part of the diff was not read: it may have moved there.
    """
    gone: dict[str, None] = {}
    texts: list[tuple[re.Pattern[str], str]] = []
    for file in files:
        patterns = next((found for suffix, found in _DEFINED if suffix.search(file.path)), None)
        if patterns is None or area(file.path) is not Area.PRODUCT:
            continue
        if not file.patch and file.additions:
            return ()
        texts.append((patterns["+"], file.patch))
        if not _PRIVATE.search(file.path):
            gone |= dict.fromkeys(_names(patterns["-"], file.patch))
    # Few changes remove anything, and only then is it worth looking for what comes back.
    back = {name for pattern, patch in texts if gone for name in _names(pattern, patch)}
    return tuple(name for name in gone if name not in back)


def _names(pattern: re.Pattern[str], patch: str) -> list[str]:
    """Return the names that a pattern finds, whichever of its groups holds them."""
    return ["".join(found) for found in pattern.findall(patch)]
