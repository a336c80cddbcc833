"""What a text must be like to stand in a release note."""

import re

MAX_TEXT = 600

_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://\S|\bwww\.\S|\bmailto:|\bjavascript:|\bdata:\w+/"
    r"|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/\S|\]\s*[(\[]",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<[!@#]|@(?:here|channel|everyone)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w/.])@[A-Za-z0-9][\w-]*(?![\w/])|[\w.+-]+@[\w-]+\.\w")
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>|^\s*(?:#{1,6}\s|```|>\s|\|)|!\[|\*\*", re.MULTILINE)


def problem(text: str) -> str | None:
    """Say what keeps a text from being a release note, or None: plain text of 1 to 600 characters."""
    if not text.strip():
        return "it is empty"
    if len(text) > MAX_TEXT:
        return f"it is longer than {MAX_TEXT} characters"
    bare = _CODE.sub("", text)
    # A module's path in backticks may look like a host; a link needs no backticks to be one.
    if _LINK.search(bare) or re.search(r"://\S|\bwww\.", text):
        return "it holds a link"
    if _MENTION.search(text) or _NAMED.search(bare):
        return "it mentions somebody"
    if _MARKUP.search(bare):
        return "it holds markup"
    return None
