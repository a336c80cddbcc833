"""Untrusted text made plain: what people write in titles and bodies, without markup, links and mentions."""

import re
import unicodedata

# None of these may run over the same text from many starting points: bodies are long and hostile.
_CODE = re.compile(r"(`{1,3}[^`\n]+`{1,3})")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]*(?:\s[^()\n]*)?\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^()\s]*(?:\s[^()\n]*)?\)|\[[^\[\]\n]*\])")
_URL = re.compile(
    r"<?\b(?:[a-z][a-z0-9+-]{1,15}://|www\.)[^\s<>|)\]`]+(?:\|[^<>\n]{0,200}>)?>?", re.IGNORECASE
)
_MENTION = re.compile(r"<[!@#][^<>\n]{0,200}>|(?<![\w`/.])@(?:here|channel|everyone)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>")
_EMPHASIS = re.compile(r"\*\*")  # single marks are left alone: `__init__` and `*args` are names
_LEAD = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+)+", re.MULTILINE)

# Control characters, invisible ones and those that turn the direction of writing; joiners keep emoji whole.
_KEPT = "\n\t\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


def visible(text: str) -> str:
    """Drop the characters that cannot be seen and the ones that turn the writing around."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _UNSEEN)


def one_line(text: str, limit: int) -> str:
    """Return the visible text on one line of at most `limit` characters."""
    line = " ".join(visible(text.replace("\r", " ")).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def plain(text: str) -> str:
    """Return the text without links, mentions, tags and emphasis; code in backticks stays as it is."""
    text = _LEAD.sub("", _COMMENT.sub("", visible(text)))
    parts = _CODE.split(text)
    return "".join(_URL.sub("", part) if part.startswith("`") else _bare(part) for part in parts)


def _bare(text: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _MENTION.sub("", _URL.sub("", text))
    return _EMPHASIS.sub("", _TAG.sub("", text))
