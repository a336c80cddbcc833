"""Point at the place of a mistake: the line as it was typed, and a caret under the column."""

import unicodedata

from bot.errors import UserError

# Columns that fit beside each other in a Slack message, on a phone held sideways.
_WIDE = 72


def pointing(sentence: str, text: str, at: int) -> UserError:
    """Return the error with two lines that point at the column `at` of `text`, from 0; none without text."""
    return UserError(sentence, pointer=_lines(text, at) if text.strip() else "")


def _lines(text: str, at: int) -> str:
    """Show the part of the text around the column; what takes two columns or none is counted as such."""
    flat = "".join(" " if one.isspace() else one for one in text if _shows(one)).replace("`", "'")
    at = sum(map(_shows, text[:at]))
    begin = 0 if len(flat) <= _WIDE else max(0, min(at - _WIDE // 2, len(flat) - _WIDE))
    line = flat[begin : begin + _WIDE]
    before = "…" if begin else ""
    after = "…" if begin + _WIDE < len(flat) else ""
    indent = sum(map(_columns, before + line[: at - begin]))
    return f"{before}{line}{after}\n{' ' * indent}^"


def _shows(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
