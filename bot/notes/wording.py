"""From a title and a body to one sentence that a user understands, without any model."""

import re

from bot.notes.plain import plain
from bot.notes.vocabulary import KINDS

_LIMIT = 400
_LONGEST = 2_000

_PREFIX = re.compile(
    r"^\s*(?P<kind>[A-Za-z]{2,12})(?:\((?P<scope>[^()]{1,60})\))?(?P<mark>!)?:\s+", re.IGNORECASE
)
_LOUD = re.compile(r"^(?P<kind>FIX|BUG|DOC|ENH|FEA|MNT|MAINT|TST|PERF|EFF|CLN|TYP|WIP)\b[\s:/-]+(?=\S)")
_BRACKETS = re.compile(r"^\s*(?:\[[^\]\n]{1,40}\]|:[a-z0-9_+-]{2,30}:|\((?:#\d+|[A-Z]{2,10}-\d+)\))\s*:?\s*")
_TICKET = re.compile(
    r"\s*[\[(](?:#\d+|(?:GH|[A-Z][A-Z0-9]{1,9})-\d+|(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\s+#\d+)[\])]"
    r"|^\s*(?:#\d+|[A-Z][A-Z0-9]{1,9}-\d+)\s*[:\-\u2013]?(?:\s+|$)"
    r"|[\s,;.(]{1,5}(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\s+(?:issue\s+)?(?:[\w.-]+/[\w.-]+)?#\d+\)?$"
    r"|\s+(?:[\w.-]+/[\w.-]+)?#\d+$",
    re.IGNORECASE,
)
_FENCED_NOTE = re.compile(
    r"^```[ \t]*release-notes?(?:[ \t:][^\n]*)?\n(?P<text>.*?)(?:^```|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_HEADED_NOTE = re.compile(
    r"^#{1,6}[ \t]*(?:release notes?|changelog(?: entry)?|user[- ]facing changes?)\b[^\n]*\n+(?P<text>.*?)"
    r"(?=^#{1,6}[ \t]|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_LINED_NOTE = re.compile(
    r"^(?:\*\*)?(?:release[- ]notes?|changelog)(?:\*\*)?[ \t]*:(?:\*\*)?[ \t]*(?P<text>\S[^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_NONE = frozenset({"none", "n/a", "na", "no", "nil", "-", "not needed", "not applicable", "todo", "tbd"})
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(A-Z\u00c0-\u00de`])")


def conventional(title: str) -> tuple[str | None, bool]:
    """Return the conventional prefix of a title in lower case, or None, and whether it says "breaking"."""
    match = _PREFIX.match(title)
    if match and (match["kind"].lower() in KINDS or match["scope"] or match["mark"]):
        kind = match["kind"].lower()
        return kind, bool(match["mark"]) or kind == "breaking"
    bracket = _LOUD.match(title) or re.match(r"^\s*\[(?P<kind>\w+)\]", title)
    kind = bracket["kind"].lower() if bracket else ""
    return (kind, kind == "breaking") if kind in KINDS else (None, False)


def scope(title: str) -> str:
    """Return the scope of a conventional title, `api` of `fix(api): …`, or ""."""
    match = _PREFIX.match(title)
    return (match["scope"] or "").strip() if match else ""


def stated_note(body: str) -> str | None:
    """Return the note that the author wrote into the body; "" if they wrote that there is none to tell."""
    body = re.sub(r"<!--.*?(?:-->|\Z)", "", body.replace("\r\n", "\n"), flags=re.DOTALL)
    for pattern in (_FENCED_NOTE, _HEADED_NOTE, _LINED_NOTE):
        match = pattern.search(body)
        text = " ".join(plain(match["text"].split("\n\n")[0].strip()).split()) if match else ""
        if text.strip(" .`*_").lower() in _NONE:
            return ""
        if text:
            return sentence(text)
    return None


def subject(title: str) -> str:
    """Return what a title says, without prefix, ticket numbers and final full stop."""
    text = " ".join(plain(title[:_LONGEST]).split())
    for _ in range(3):  # "[ABC-1] [core] fix(api): …"
        kind, _ = conventional(text)
        text = _BRACKETS.sub("", _TICKET.sub("", text))
        if kind and _PREFIX.match(text):
            text = _PREFIX.sub("", text)
        text = _LOUD.sub("", text)
    return text.strip(" .;,")


def sentence(text: str) -> str:
    """Make it one or a few sentences: a capital first unless that is a name in code, a full stop last."""
    text = " ".join(text.split())
    if len(text) > _LIMIT:
        whole = _SENTENCE_END.split(text)[0]
        text = whole if len(whole) <= _LIMIT else f"{text[: _LIMIT - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"
    first = text.split(" ", 1)[0] if text else ""
    if first[:1].islower() and not re.search(r"[A-Z0-9_./(@-]", first[1:]):
        text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?…" else f"{text}."
