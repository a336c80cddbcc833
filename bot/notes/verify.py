"""The check that stands between a model's answer and a draft."""

import re

from bot.errors import LlmUnusable
from bot.models import Category, Change, Note
from bot.notes.plain import visible
from bot.notes.prompt import Drafted

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


def verified(drafted: Drafted, change: Change, source: str) -> Note:
    """Return the model's answer as a note whose evidence exists; raise LlmUnusable if it is unfit."""
    text = "\n".join(" ".join(line.split()) for line in visible(drafted.text).splitlines()).strip()
    wrong = problem(text)
    if wrong:
        raise LlmUnusable(f"gave no usable answer: {wrong}")
    shas = [
        commit.sha
        for commit in change.commits
        if any(len(named) >= 7 and commit.sha.startswith(named) for named in drafted.commits)
    ]
    named = set(drafted.paths)
    category = Category(drafted.category)
    reason = " ".join(visible(drafted.reason).split())
    return Note(
        category=category,
        text=text,
        source=source,
        reasons=(f"{category.value}: {reason}",) if reason and not problem(reason) else (),
        commits=tuple(shas or (commit.sha for commit in change.commits[:20])),
        paths=tuple(file.path for file in change.files if file.path in named),
    )
