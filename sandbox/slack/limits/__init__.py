"""Slack's documented limits on messages and views, checked as strictly as Slack does or a little more.

`check(payload, surface)` takes the arguments of `chat.postMessage` (surface `message`) or a view (`modal`,
`home`) and returns every `Violation`. Slack refuses what is an ERROR; WARN and LINT are accepted but should
not be sent.
"""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.slack.limits.blocks import blocks
from sandbox.slack.limits.report import Level, Report, Surface, Violation
from sandbox.slack.limits.texts import PLAIN, content, text_object

__all__ = ["Level", "Surface", "Violation", "check"]

_VIEW_KEYS = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
_MODAL_KEYS = frozenset({"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"})


def check(payload: Mapping[str, Any], surface: Surface) -> list[Violation]:
    """Return every violation in a message or a view, in the order found."""
    report = Report(surface)
    if surface == "message":
        _message(report, payload)
    else:
        _view(report, payload)
    return report.found


def _message(report: Report, payload: Mapping[str, Any]) -> None:
    _fallback(report, payload)
    attachments = report.count(payload.get("attachments") or [], "/attachments", 100, 0, rule="attachments")
    if 20 < len(attachments) <= 100:
        report.warn("/attachments", "attachments", f"{len(attachments)}, 20 are advised")
    for index, attachment in enumerate(attachments):
        if isinstance(attachment, dict) and "blocks" in attachment:
            blocks(report, attachment["blocks"], f"/attachments/{index}/blocks")
    _metadata(report, payload.get("metadata"))
    if "blocks" in payload:
        blocks(report, payload["blocks"], "/blocks")


def _fallback(report: Report, payload: Mapping[str, Any]) -> None:
    text = payload.get("text")
    if not text:
        if not payload.get("blocks") and not payload.get("attachments"):
            report.error("/text", "no_text", "neither text nor blocks nor attachments")
        elif payload.get("blocks"):
            report.warn(
                "/text", "fallback_text", "blocks without a text for notifications and screen readers"
            )
    elif not isinstance(text, str):
        report.error("/text", "type", f"must be a string, not {type(text).__name__}")
    else:
        if len(text) > 40000:
            report.error("/text", "text_length", f"{len(text)} characters, at most 40,000")
        elif len(text) > 4000:
            report.warn("/text", "text_length", f"{len(text)} characters, 4,000 are advised")
        content(report, text, "/text", "mrkdwn")


def _metadata(report: Report, metadata: Any) -> None:
    if metadata is None:
        return
    whole = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    if not whole:
        report.error("/metadata", "metadata", "needs event_type and event_payload")
    elif len(json.dumps(metadata)) > 8000:
        report.warn("/metadata", "metadata_size", "over 8,000 bytes")


def _view(report: Report, view: Mapping[str, Any]) -> None:
    modal = report.surface == "modal"
    if view.get("type") != report.surface:
        report.error("/type", "view_type", f"{view.get('type')!r}, expected {report.surface}")
    for key in view.keys() - (_VIEW_KEYS | _MODAL_KEYS if modal else _VIEW_KEYS):
        report.error(f"/{key}", "unknown_property", f"a {report.surface} has no property {key!r}")
    if modal:
        _modal(report, view)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if view.get(key) is not None:
            report.length(view[key], f"/{key}", most, rule=key)
    size = len(json.dumps(view, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > 250_000:
        report.error("/", "view_too_large", f"{size} bytes, at most 250,000")
    if "blocks" in view:
        blocks(report, view["blocks"], "/blocks")
    else:
        report.error("/blocks", "missing_required", "missing required field: blocks")


def _modal(report: Report, view: Mapping[str, Any]) -> None:
    if "title" in view:
        text_object(report, view["title"], "/title", 24, PLAIN)
    else:
        report.error("/title", "missing_required", "missing required field: title")
    for key in ("submit", "close"):
        if view.get(key) is not None:
            text_object(report, view[key], f"/{key}", 24, PLAIN)
    items = view["blocks"] if isinstance(view.get("blocks"), list) else []
    if not view.get("submit") and any(
        isinstance(item, dict) and item.get("type") == "input" for item in items
    ):
        report.error("/submit", "submit_required", "a modal with input blocks needs submit")
    if view.get("submit") and not view.get("callback_id"):
        report.warn("/callback_id", "callback_id", "a submission without callback_id cannot be routed")
