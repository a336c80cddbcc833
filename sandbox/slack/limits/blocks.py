"""Blocks: what each may hold, how much of it, and on which surface it may stand."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.slack.limits import shapes
from sandbox.slack.limits.elements import element, image, structure
from sandbox.slack.limits.report import Report
from sandbox.slack.limits.texts import BOTH, PLAIN, text_object

Check = Callable[[Report, Mapping[str, Any], str], None]

_FOR_MESSAGES = frozenset(
    {"markdown", "table", "data_table", "card", "carousel", "context_actions", "plan", "task_card"}
)


def blocks(report: Report, value: Any, pointer: str) -> None:
    """Check a list of blocks: at most 50 in a message, 100 in a view, and what they share."""
    if value is None and report.surface == "message":
        return
    items = report.count(value, pointer, 50 if report.surface == "message" else 100, 0, rule="blocks")
    for index, item in enumerate(items):
        block(report, item, f"{pointer}/{index}")
    kinds = [item.get("type") for item in items if isinstance(item, dict)]
    if kinds.count("table") > 1:
        report.error(pointer, "one_table", "only one table allowed")
    if "markdown" in kinds:
        texts = [
            item.get("text") for item in items if isinstance(item, dict) and item.get("type") == "markdown"
        ]
        if sum(len(text) for text in texts if isinstance(text, str)) > 12000:
            report.error(pointer, "markdown_total", "markdown blocks share 12,000 characters")
    if report.surface == "message" and items and len(json.dumps(items, ensure_ascii=False)) > 13000:
        report.warn(pointer, "msg_blocks_too_long", "Slack has refused about 13,200 characters of blocks")
    if len(report.focused) > 1:
        report.error(pointer, "focus_on_load", f"more than one: {', '.join(report.focused)}")


def block(report: Report, value: Any, pointer: str) -> None:
    """Check one block."""
    if not isinstance(value, dict):
        report.error(pointer, "block", f"must be an object, not {type(value).__name__}")
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in shapes.BLOCKS:
        report.error(pointer, "unknown_block", f"unsupported type: {kind!r}")
        return
    structure(report, value, pointer, shapes.BLOCKS[kind], "block_id")
    _identity(report, value, pointer)
    if report.surface != "message":
        if kind == "file":
            report.error(pointer, "surface", f"{kind} cannot stand in a {report.surface}")
        elif kind in _FOR_MESSAGES:
            report.warn(pointer, "surface", f"{kind} is documented for messages only")
    if report.surface != "modal" and kind == "alert":
        report.warn(pointer, "surface", "alert is documented for modals only")
    special = _CHECKS.get(kind)
    if special is not None:
        special(report, value, pointer)


def _identity(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if "block_id" not in value:
        return
    name = value["block_id"]
    report.length(name, f"{pointer}/block_id", 255, 1, rule="block_id")
    if isinstance(name, str):
        if name in report.block_ids:
            report.error(
                f"{pointer}/block_id", "block_id_unique", f"{name!r} already at {report.block_ids[name]}"
            )
        report.block_ids.setdefault(name, pointer)


def _unique_actions(report: Report, elements: list[Any], pointer: str) -> None:
    names = [item["action_id"] for item in elements if isinstance(item, dict) and "action_id" in item]
    for name in {str(name) for name in names if names.count(name) > 1}:
        report.error(pointer, "action_id_unique", f"action_id {name!r} is used twice in one block")


def _section(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if not value.get("text") and not value.get("fields"):
        report.error(pointer, "section", "needs text or fields")
    if "text" in value:
        text_object(report, value["text"], f"{pointer}/text", 3000)
    if "fields" in value:
        for index, field in enumerate(report.count(value["fields"], f"{pointer}/fields", 10, rule="fields")):
            text_object(report, field, f"{pointer}/fields/{index}", 2000)
    if "accessory" in value:
        element(report, value["accessory"], f"{pointer}/accessory", "a section", shapes.IN_SECTION)


def _header(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if "text" in value:
        text_object(report, value["text"], f"{pointer}/text", 150, PLAIN)


def _actions(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    elements = report.count(value.get("elements"), f"{pointer}/elements", 25, rule="elements")
    for index, item in enumerate(elements):
        element(report, item, f"{pointer}/elements/{index}", "an actions block", shapes.IN_ACTIONS)
    _unique_actions(report, elements, pointer)
    if sum(isinstance(item, dict) and item.get("style") == "primary" for item in elements) > 1:
        report.lint(pointer, "one_primary", "more than one primary button side by side")


def _context(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    for index, item in enumerate(
        report.count(value.get("elements"), f"{pointer}/elements", 10, rule="elements")
    ):
        here = f"{pointer}/elements/{index}"
        if isinstance(item, dict) and item.get("type") == "image":
            element(report, item, here, "a context block", {"image"})
        else:
            text_object(report, item, here, 3000)


def _image(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    image(report, value, pointer)
    if "title" in value:
        text_object(report, value["title"], f"{pointer}/title", 2000, PLAIN)


def _input(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if "label" in value:
        text_object(report, value["label"], f"{pointer}/label", 2000, PLAIN)
    if value.get("hint"):
        text_object(report, value["hint"], f"{pointer}/hint", 2000, PLAIN)
    if "element" in value:
        inner = value["element"]
        element(report, inner, f"{pointer}/element", "an input block", shapes.IN_INPUT)
        if value.get("dispatch_action") and isinstance(inner, dict) and inner.get("type") == "file_input":
            report.error(pointer, "dispatch_action", "a file_input cannot dispatch actions")


def _rich_text(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    for index, item in enumerate(value["elements"] if isinstance(value.get("elements"), list) else ()):
        here = f"{pointer}/elements/{index}"
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(kind, str) or kind not in shapes.RICH_TEXT:
            report.error(here, "unknown_element", f"unsupported rich text type: {kind!r}")
            continue
        structure(report, item, here, shapes.RICH_TEXT[kind])
        _rich_text(report, item, here)


def _markdown(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if "text" in value:
        report.length(value["text"], f"{pointer}/text", 12000, 1, rule="markdown")


def _table(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    for index, row in enumerate(report.count(value.get("rows"), f"{pointer}/rows", 100, rule="rows")):
        report.count(row, f"{pointer}/rows/{index}", 20, rule="cells")
    if "column_settings" in value:
        report.count(value["column_settings"], f"{pointer}/column_settings", 20, 0, rule="column_settings")


def _video(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    text_object(report, value.get("title"), f"{pointer}/title", 199, PLAIN)
    if "author_name" in value:
        report.length(value["author_name"], f"{pointer}/author_name", 49, rule="author_name")
    for key in ("video_url", "thumbnail_url"):
        if key in value:
            report.url(value[key], f"{pointer}/{key}")


def _context_actions(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    elements = report.count(value.get("elements"), f"{pointer}/elements", 5, rule="elements")
    for index, item in enumerate(elements):
        element(report, item, f"{pointer}/elements/{index}", "context actions", shapes.IN_CONTEXT_ACTIONS)
    _unique_actions(report, elements, pointer)


def _carousel(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    report.count(value.get("elements"), f"{pointer}/elements", 10, rule="elements")


def _container(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    report.count(value.get("child_blocks"), f"{pointer}/child_blocks", 10, 0, rule="child_blocks")
    for key in ("title", "subtitle"):
        if key in value:
            text_object(report, value[key], f"{pointer}/{key}", 150)


def _card(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        if key in value:
            text_object(report, value[key], f"{pointer}/{key}", most, BOTH)


_CHECKS: Mapping[str, Check] = {
    "actions": _actions,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "context": _context,
    "context_actions": _context_actions,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "video": _video,
}
