"""Text objects: their types and lengths, and what in their content shows badly."""

import re
from collections.abc import Collection
from typing import Any

from sandbox.slack.limits.report import Report

BOTH = ("plain_text", "mrkdwn")
PLAIN = ("plain_text",)

_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
_LEAK = re.compile(
    r"(?<![\w.])(?:None|undefined|NaN|\[object Object\]|datetime\.datetime\("
    r"|<[\w.]+ object at 0x[0-9a-f]+>)(?!\w)"
)
_TWICE_ESCAPED = re.compile(r"&amp;(?:amp|lt|gt);")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_MARKUP = re.compile(r"<(?:https?:[^>|]+\|[^>]+|[@#!][^>]+)>")
_BROADCAST = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
_MARKDOWN = (
    ("markdown_bold", re.compile(r"(?<!\*)\*\*[^*\n]+\*\*(?!\*)"), "**bold** is not mrkdwn"),
    ("markdown_link", re.compile(r"\[[^\]\n]+\]\(https?://[^)]+\)"), "[text](url) is not mrkdwn"),
    ("markdown_heading", re.compile(r"^#{1,6} ", re.MULTILINE), "# heading is not mrkdwn"),
)
_ANGLE = re.compile(r"<([^>\n]{0,200})>")
_KNOWN_ANGLE = re.compile(
    r"(?:https?:|mailto:|tel:|slack:|@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!(?:channel|here|everyone|subteam\^|date\^))"
)
_BARE_AMP = re.compile(r"&(?!amp;|lt;|gt;)")
_LINK = re.compile(r"<(https?:[^>|]*)(?:\|([^>]*))?>")
_CUT = re.compile(r"<(?:https?:|[@#!])[^>]*\Z")


def text_object(report: Report, value: Any, pointer: str, most: int, kinds: Collection[str] = BOTH) -> None:
    """Check a `plain_text`/`mrkdwn` object of 1 to `most` characters."""
    if not isinstance(value, dict):
        report.error(pointer, "text_object", f"must be a text object, not {type(value).__name__}")
        return
    kind = value.get("type")
    if kind not in BOTH:
        report.error(pointer, "text_object", f"unsupported text type {kind!r}")
        return
    if kind not in kinds:
        report.error(pointer, "text_type", f"must be {' or '.join(kinds)}, not {kind}")
    for key in value.keys() - _KEYS[kind]:
        report.error(pointer, "unknown_property", f"{kind} has no property {key!r}")
    if "text" not in value:
        report.error(pointer, "missing_required", "missing required field: text")
        return
    report.length(value["text"], f"{pointer}/text", most, 1, rule="text_length")
    if isinstance(value["text"], str):
        content(report, value["text"], f"{pointer}/text", kind)


def content(report: Report, text: str, pointer: str, kind: str) -> None:
    """Look for text that Slack refuses, leaked values, and markup that will not be rendered as meant."""
    if text and not text.strip():
        report.error(pointer, "blank_text", "only white space")
    if _SURROGATE.search(text):
        report.error(pointer, "surrogate", "lone surrogate cannot be encoded")
    if "\x00" in text:
        report.error(pointer, "nul", "NUL character")
    if _LEAK.search(text):
        report.lint(pointer, "leaked_repr", f"looks like a leaked value: {text[:80]!r}")
    if _TWICE_ESCAPED.search(text):
        report.lint(pointer, "double_escape", f"escaped twice: {text[:80]!r}")
    if kind == "plain_text":
        _plain(report, text, pointer)
    else:
        _mrkdwn(report, text, pointer)


def _plain(report: Report, text: str, pointer: str) -> None:
    if _PLAIN_MARKUP.search(text):
        report.lint(pointer, "markup_in_plain_text", f"markup is shown literally: {text[:80]!r}")
    if _ENTITY.search(text):
        report.lint(pointer, "entity_in_plain_text", f"entity is shown literally: {text[:80]!r}")


def _mrkdwn(report: Report, text: str, pointer: str) -> None:
    if _BROADCAST.search(text):
        report.warn(pointer, "broadcast", f"notifies everyone: {text[:80]!r}")
    for rule, pattern, message in _MARKDOWN:
        if pattern.search(text):
            report.lint(pointer, rule, message)
    if any(not _KNOWN_ANGLE.match(inside[1]) for inside in _ANGLE.finditer(text)):
        report.lint(pointer, "unescaped_angle", f"<…> that is no Slack markup: {text[:80]!r}")
    elif "&" in text and _BARE_AMP.search(_ANGLE.sub("", text)):
        report.lint(pointer, "unescaped_amp", f"bare & outside a link: {text[:80]!r}")
    _links(report, text, pointer)
    if text.count("```") % 2:
        report.lint(pointer, "open_code_fence", "unbalanced code fence")
    if _CUT.search(text):
        report.lint(pointer, "cut_markup", "ends in the middle of a link or mention")


def _links(report: Report, text: str, pointer: str) -> None:
    for link in _LINK.finditer(text):
        if link[2] is not None and not link[2].strip():
            report.lint(pointer, "empty_link_text", f"link without a label: {link[0][:60]!r}")
        if " " in link[1]:
            report.lint(pointer, "space_in_link", f"white space in a link: {link[1][:60]!r}")
