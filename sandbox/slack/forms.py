"""What a person can fill in: the interactive elements of blocks and the state each carries."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.models import Blocks, NotVisibleError, View

_TEXTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
_ONE = ("static_select", "external_select", "radio_buttons")
_MANY = ("multi_static_select", "multi_external_select", "checkboxes")
# element type → (key in the state, key of the initial value); the empty value is None, or [] for plural keys
_STATE: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_TEXTS, ("value", "initial_value")),
    **dict.fromkeys(_ONE, ("selected_option", "initial_option")),
    **dict.fromkeys(_MANY, ("selected_options", "initial_options")),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_URL = re.compile(r"https?://\S+\Z")

Values = dict[str, dict[str, Any]]
Element = dict[str, Any]


def elements(blocks: Blocks) -> Iterator[tuple[dict[str, Any], Element]]:
    """Yield every element that a person can use, with its block."""
    for block in blocks:
        kind = block.get("type")
        found: list[Element] = []
        if kind == "section":
            found = [block["accessory"]] if "accessory" in block else []
        elif kind in {"actions", "context_actions"}:
            found = block["elements"]
        elif kind == "input":
            found = [block["element"]]
        elif kind == "card":
            found = block.get("actions", [])
        for element in found:
            if element.get("type") != "image":
                yield block, element


def find(
    blocks: Blocks, action_id: str, *, block_id: str | None = None, value: str | None = None
) -> tuple[dict[str, Any], Element]:
    """Return the block and element with an action id, or raise `NotVisibleError`.

    `block_id` and a button's `value` tell apart elements that share an action id.
    """
    matches = [
        (block, element)
        for block, element in elements(blocks)
        if element.get("action_id") == action_id
        and (block_id is None or block.get("block_id") == block_id)
        and (value is None or element.get("type") != "button" or element.get("value") == value)
    ]
    if not matches:
        seen = sorted({str(element.get("action_id")) for _, element in elements(blocks)})
        raise NotVisibleError(f"nothing with action id {action_id!r} is shown; there is {seen}")
    if len(matches) > 1:
        raise NotVisibleError(
            f"{len(matches)} elements have action id {action_id!r}; name the block or value"
        )
    return matches[0]


def options_of(element: Element) -> list[dict[str, Any]]:
    """Return the options an element lists itself, groups flattened."""
    groups = [group["options"] for group in element.get("option_groups", ())]
    return [option for options in (element.get("options", ()), *groups) for option in options]


def initial_values(blocks: Blocks, kept: Values, channel: str | None = None) -> Values:
    """Return the state a form starts with; what is in `kept` for the same fields stays as it was."""
    values: Values = {}
    for block, element in elements(blocks):
        known = _STATE.get(element["type"])
        if known is None:
            continue
        key, initial = known
        before = kept.get(block["block_id"], {}).get(element["action_id"])
        if before is None or before["type"] != element["type"]:
            start = element.get(initial, [] if key.endswith("s") else None)
            if not start and channel and element.get("default_to_current_conversation"):
                start = [channel] if key.endswith("s") else channel
            before = {"type": element["type"], key: start}
        values.setdefault(block["block_id"], {})[element["action_id"]] = before
    return values


def state_of(element: Element, value: Any, offered: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the state after a person chose or typed `value`.

    Options are named by their value; `offered` are the options an external select suggested.
    """
    kind = element["type"]
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, value, offered)}
    if kind not in _STATE:
        raise NotVisibleError(f"nothing can be chosen in a {kind}")
    key = _STATE[kind][0]
    if value is None or value == []:
        chosen: Any = [] if key.endswith("s") else None
    elif key == "selected_option":
        chosen = _option(element, value, offered)
    elif key == "selected_options":
        chosen = [_option(element, item, offered) for item in value]
    else:
        chosen = value
    most = element.get("max_selected_items")
    if most is not None and len(chosen) > most:
        raise NotVisibleError(f"at most {most} can be chosen")
    return {"type": kind, key: chosen}


def _option(element: Element, value: Any, offered: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = value.get("value") if isinstance(value, Mapping) else value
    for option in (*options_of(element), *offered):
        if option.get("value") == wanted:
            return option
    raise NotVisibleError(f"{wanted!r} is none of the options")


def chosen(values: Values, block: Mapping[str, Any], element: Element) -> list[dict[str, Any]]:
    """Return the options that stand in a menu now: they can be kept, whatever it offers by now."""
    state = values.get(block["block_id"], {}).get(element["action_id"], {})
    one = state.get("selected_option")
    return [*(state.get("selected_options") or ()), *([one] if one else ())]


def fill(view: View, values: Mapping[str, Any], offered: Mapping[str, list[dict[str, Any]]]) -> None:
    """Enter values into a view; keys are block ids or action ids."""
    for key, value in values.items():
        fields = [
            (block, element)
            for block, element in elements(view.blocks)
            if key in {block["block_id"], element["action_id"]} and element["type"] in _STATE
        ]
        if len(fields) != 1:
            raise NotVisibleError(f"{len(fields)} fields are called {key!r}")
        block, element = fields[0]
        action_id = element["action_id"]
        known = [*offered.get(action_id, []), *chosen(view.values, block, element)]
        view.values[block["block_id"]][action_id] = state_of(element, value, known)


def problems(view: View) -> dict[str, str]:
    """Return what the Slack client itself refuses to submit: block id → what it says under the field."""
    wrong: dict[str, str] = {}
    for block, element in elements(view.blocks):
        if block["type"] != "input":
            continue
        entry = view.values.get(block["block_id"], {}).get(element["action_id"])
        if entry is None:
            continue
        value = entry[_STATE[element["type"]][0]]
        if value in (None, "", []):
            if not block.get("optional", False):
                wrong[block["block_id"]] = "Please complete this required field."
        elif element["type"] in _TEXTS:
            text = _text_problem(element, str(value))
            if text:
                wrong[block["block_id"]] = text
    return wrong


def _text_problem(element: Element, value: str) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    elif kind == "email_text_input" and not _EMAIL.match(value):
        return "Please enter a valid email address."
    elif kind == "url_text_input" and not _URL.match(value):
        return "Please enter a valid URL."
    elif kind == "number_input":
        return _number_problem(element, value)
    return None


def _number_problem(element: Element, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?\Z" if element.get("is_decimal_allowed") else r"-?\d+\Z"
    if not re.match(pattern, value):
        return "Please enter a number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return None
