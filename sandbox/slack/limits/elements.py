"""Interactive elements and the objects inside them: options, option groups, confirmation dialogs."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sandbox.slack.limits import shapes
from sandbox.slack.limits.report import Report
from sandbox.slack.limits.texts import BOTH, PLAIN, text_object

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_TIME = re.compile(r"\d\d:\d\d\Z")
_BUTTONS = ("button", "workflow_button", "icon_button")
_CONFIRM = (("title", 100, PLAIN), ("text", 300, BOTH), ("confirm", 30, PLAIN), ("deny", 30, PLAIN))


def structure(report: Report, value: Mapping[str, Any], pointer: str, words: str, *common: str) -> None:
    """Check the properties of an object against its shape; `common` names may always be there."""
    form = shapes.shape(words)
    for key, item in value.items():
        if key == "type" or key in common:
            continue
        if key not in form.kinds:
            report.error(pointer, "unknown_property", f"{value.get('type')} has no property {key!r}")
        else:
            report.kind(item, f"{pointer}/{key}", form.kinds[key])
    for key in form.required - value.keys():
        report.error(pointer, "missing_required", f"missing required field: {key}")


def element(report: Report, value: Any, pointer: str, place: str, allowed: Collection[str]) -> None:
    """Check one element that stands in `place`, where only the `allowed` types may stand."""
    if not isinstance(value, dict):
        report.error(pointer, "element", f"must be an object, not {type(value).__name__}")
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in shapes.ELEMENTS:
        report.error(pointer, "unknown_element", f"unsupported type: {kind!r}")
        return
    if kind not in allowed:
        report.error(pointer, "element_not_allowed", f"{kind} cannot stand in {place}")
    structure(report, value, pointer, shapes.ELEMENTS[kind])
    if kind == "image":
        image(report, value, pointer)
        return
    _common(report, value, pointer, kind)
    if kind in _BUTTONS:
        _button(report, value, pointer)
    elif kind in {"checkboxes", "radio_buttons"}:
        _options(report, value, pointer, 10, BOTH)
    elif kind == "overflow":
        _options(report, value, pointer, 5, PLAIN, urls=True)
        if isinstance(value.get("options"), list) and len(value["options"]) == 1:
            report.warn(f"{pointer}/options", "overflow_single", "an overflow menu with one option")
    elif kind in shapes.SELECTS:
        _select(report, value, pointer, kind)
    else:
        _typed(report, value, pointer, kind)


def image(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    """Check that an image has one source and a description of at most 2,000 characters."""
    if ("image_url" in value) == ("slack_file" in value):
        report.error(pointer, "image_source", "needs either image_url or slack_file")
    if "image_url" in value:
        report.url(value["image_url"], f"{pointer}/image_url")
    if "alt_text" in value:
        report.length(value["alt_text"], f"{pointer}/alt_text", 2000, rule="alt_text")


def option(report: Report, value: Any, pointer: str, kinds: Collection[str], *, urls: bool = False) -> None:
    """Check one option: text and description 75, value 150 characters, `url` in overflow menus only."""
    if not isinstance(value, dict):
        report.error(pointer, "option", "must be an object")
        return
    for key in value.keys() - {"text", "value", "description", "url"}:
        report.error(pointer, "unknown_property", f"option has no property {key!r}")
    text_object(report, value.get("text"), f"{pointer}/text", 75, kinds)
    if "value" in value:
        report.length(value["value"], f"{pointer}/value", 150, rule="option_value")
        if isinstance(value["value"], str) and 75 < len(value["value"]) <= 150:
            report.warn(f"{pointer}/value", "option_value", "over 75 characters, the older limit")
    elif not (urls and "url" in value):
        report.error(pointer, "missing_required", "missing required field: value")
    if value.get("description") is not None:
        text_object(report, value["description"], f"{pointer}/description", 75, kinds)
    if "url" in value:
        if urls:
            report.url(value["url"], f"{pointer}/url")
        else:
            report.error(f"{pointer}/url", "option_url", "only overflow menus have links")


def _options(
    report: Report,
    holder: Mapping[str, Any],
    pointer: str,
    most: int,
    kinds: Collection[str],
    *,
    urls: bool = False,
) -> None:
    options = report.count(holder.get("options"), f"{pointer}/options", most, rule="options")
    for index, item in enumerate(options):
        option(report, item, f"{pointer}/options/{index}", kinds, urls=urls)
    values = [
        item["value"] for item in options if isinstance(item, dict) and isinstance(item.get("value"), str)
    ]
    if len(values) != len(set(values)):
        report.warn(f"{pointer}/options", "duplicate_option_value", "two options have the same value")
    _initial(report, holder, pointer, options)


def _initial(report: Report, holder: Mapping[str, Any], pointer: str, options: list[Any]) -> None:
    one = holder.get("initial_option")
    if one and one not in options:
        report.error(f"{pointer}/initial_option", "initial_option", "is none of the options")
    many = holder.get("initial_options")
    if many == []:
        report.error(f"{pointer}/initial_options", "initial_options", "must not be empty")
    for item in many if isinstance(many, list) else ():
        if item not in options:
            report.error(f"{pointer}/initial_options", "initial_option", "holds what is none of the options")


def confirm(report: Report, value: Any, pointer: str) -> None:
    """Check a confirmation dialog: title 100, text 300, buttons 30 characters."""
    if not isinstance(value, dict):
        report.error(pointer, "confirm", "must be an object")
        return
    for key, most, kinds in _CONFIRM:
        if key in value:
            text_object(report, value[key], f"{pointer}/{key}", most, kinds)
        else:
            report.error(pointer, "missing_required", f"missing required field: {key}")
    for key in value.keys() - {"title", "text", "confirm", "deny", "style"}:
        report.error(pointer, "unknown_property", f"confirm has no property {key!r}")
    if value.get("style") not in (None, "primary", "danger"):
        report.error(f"{pointer}/style", "enum", f"{value['style']!r} is none of primary|danger")


def _common(report: Report, value: Mapping[str, Any], pointer: str, kind: str) -> None:
    if "action_id" in value:
        report.length(value["action_id"], f"{pointer}/action_id", 255, 1, rule="action_id")
    elif not (kind == "button" and "url" in value):
        report.warn(pointer, "action_id", f"{kind} without action_id cannot be answered")
    if "placeholder" in value:
        text_object(report, value["placeholder"], f"{pointer}/placeholder", 150, PLAIN)
    if "confirm" in value:
        confirm(report, value["confirm"], f"{pointer}/confirm")
    if value.get("focus_on_load"):
        report.focused.append(pointer)


def _button(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    if "text" in value:
        text_object(report, value["text"], f"{pointer}/text", 75, PLAIN)
        label = value["text"].get("text") if isinstance(value["text"], dict) else None
        if isinstance(label, str) and len(label) > 30:
            report.lint(f"{pointer}/text", "button_text", "cut off after about 30 characters")
    if "value" in value:
        report.length(value["value"], f"{pointer}/value", 2000, rule="button_value")
    if "url" in value:
        report.url(value["url"], f"{pointer}/url")
    if "accessibility_label" in value:
        report.length(
            value["accessibility_label"], f"{pointer}/accessibility_label", 75, rule="accessibility_label"
        )


def _select(report: Report, value: Mapping[str, Any], pointer: str, kind: str) -> None:
    most = value.get("max_selected_items")
    if most is not None and (not isinstance(most, int) or most < 1):
        report.error(f"{pointer}/max_selected_items", "max_selected_items", "must be 1 or more")
    length = value.get("min_query_length")
    if length is not None and not isinstance(length, int):
        report.error(f"{pointer}/min_query_length", "type", "must be an integer")
    if not kind.endswith("static_select"):
        return
    if ("options" in value) == ("option_groups" in value):
        report.error(pointer, "options_or_groups", "needs either options or option_groups")
    if "options" in value:
        _options(report, value, pointer, 100, PLAIN)
    if "option_groups" in value:
        _groups(report, value, pointer)


def _groups(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    everything: list[Any] = []
    groups = report.count(value["option_groups"], f"{pointer}/option_groups", 100, rule="option_groups")
    for index, group in enumerate(groups):
        here = f"{pointer}/option_groups/{index}"
        if not isinstance(group, dict):
            report.error(here, "option_group", "must be an object")
            continue
        text_object(report, group.get("label"), f"{here}/label", 75, PLAIN)
        _options(report, group, here, 100, PLAIN)
        everything += group["options"] if isinstance(group.get("options"), list) else []
    _initial(report, value, pointer, everything)


def _typed(report: Report, value: Mapping[str, Any], pointer: str, kind: str) -> None:
    if kind == "plain_text_input":
        _plain_text_input(report, value, pointer)
    elif kind == "file_input":
        files = value.get("max_files", 10)
        if not isinstance(files, int) or not 1 <= files <= 10:
            report.error(f"{pointer}/max_files", "max_files", "must be 1 to 10")
    for key, pattern in (("initial_date", _DATE), ("initial_time", _TIME)):
        if key in value and not pattern.match(str(value[key])):
            report.error(f"{pointer}/{key}", key, f"{value[key]!r} has the wrong format")
    moment = value.get("initial_date_time")
    if moment is not None and (not isinstance(moment, int) or len(str(moment)) != 10):
        report.error(f"{pointer}/initial_date_time", "initial_date_time", "must be a 10-digit Unix time")


def _plain_text_input(report: Report, value: Mapping[str, Any], pointer: str) -> None:
    bounds = {"min_length": 0, "max_length": 3000}
    for key, least in (("min_length", 0), ("max_length", 1)):
        size = value.get(key, bounds[key])
        if isinstance(size, int) and least <= size <= 3000:
            bounds[key] = size
        else:
            report.error(f"{pointer}/{key}", key, f"must be {least} to 3000")
    if bounds["min_length"] > bounds["max_length"]:
        report.error(pointer, "min_max_length", "min_length is over max_length")
    if "initial_value" in value:
        report.length(
            value["initial_value"], f"{pointer}/initial_value", bounds["max_length"], rule="initial_value"
        )
