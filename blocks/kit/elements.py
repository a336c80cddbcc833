"""What a person can press, choose or type into, within Slack's limits.

Labels are plain text: cleaned and cut, never escaped. Ids and values are ours; one that is too long is a
mistake in the program and raises ValueError, for a cut id would reach the wrong handler.
"""

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

from blocks.kit.text import clean, cut, esc, fit, is_web

Element = dict[str, Any]
Style = Literal["primary", "danger"]

_BLANK = "—"


class Option(NamedTuple):
    """One choice of a menu or a group of checkboxes."""

    value: str
    label: str
    description: str = ""


def plain(text: str, limit: int) -> Element:
    """Build a plain text object of one line; blank text becomes a dash, which Slack accepts."""
    return {"type": "plain_text", "text": str(cut(clean(text).strip(), limit) or _BLANK)}


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    style: Style | None = None,
    url: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """Build a button; `url` is left out unless it is http(s)."""
    built: Element = {"type": "button", "text": plain(label, 75), "action_id": _own(action_id, 255)}
    if value:
        built["value"] = _own(value, 2000)
    if style:
        built["style"] = style
    if url and is_web(url):
        built["url"] = url
    if confirm:
        built["confirm"] = confirm
    return built


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Element:
    """Build the question that is asked before a button acts."""
    return {
        "title": plain(title, 100),
        "text": {
            "type": "mrkdwn",
            "text": str(fit(esc(text.strip()), 300).strip() or _BLANK),
            "verbatim": True,
        },
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def select(
    action_id: str, options: Sequence[Option], initial: str | None = None, placeholder: str = ""
) -> Element:
    """Build a menu of at most 100 options; `initial` is the value of the one chosen at first."""
    shown = _options(options, 100)
    built: Element = {"type": "static_select", "action_id": _own(action_id, 255), "options": shown}
    chosen = [option for option in shown if option["value"] == initial]
    if chosen:
        built["initial_option"] = chosen[0]
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def choices(
    action_id: str, options: Sequence[Option], initial: Collection[str] = (), placeholder: str = ""
) -> Element:
    """Build a menu of which several can be chosen; `initial` holds the values chosen at first."""
    shown = _options(options, 100)
    built: Element = {"type": "multi_static_select", "action_id": _own(action_id, 255), "options": shown}
    chosen = [option for option in shown if option["value"] in initial]
    if chosen:
        built["initial_options"] = chosen
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def overflow(action_id: str, options: Sequence[Option]) -> Element:
    """Build the menu behind three dots, of one to five options."""
    return {"type": "overflow", "action_id": _own(action_id, 255), "options": _options(options, 5)}


def people(action_id: str, initial: Sequence[str] = (), placeholder: str = "") -> Element:
    """Build a menu of the workspace's people, of which several can be chosen."""
    built: Element = {"type": "multi_users_select", "action_id": _own(action_id, 255)}
    if initial:
        built["initial_users"] = list(initial)
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def conversation(action_id: str, initial: str = "", placeholder: str = "") -> Element:
    """Build a menu of the channels that the person can see, without direct messages."""
    built: Element = {
        "type": "conversations_select",
        "action_id": _own(action_id, 255),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": False},
    }
    if initial:
        built["initial_conversation"] = initial
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def date_picker(action_id: str, placeholder: str = "") -> Element:
    """Build a calendar to choose a day from, which comes as `2026-12-24`."""
    built: Element = {"type": "datepicker", "action_id": _own(action_id, 255)}
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def lookup(
    action_id: str,
    *,
    many: bool = False,
    initial: Sequence[Option] = (),
    placeholder: str = "",
    at_least: int = 0,
) -> Element:
    """Build a menu that asks for its options while a person types, from `at_least` characters on."""
    built: Element = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": _own(action_id, 255),
        "min_query_length": at_least,
    }
    chosen = _options(initial, 100)
    if chosen:
        built |= {"initial_options": chosen} if many else {"initial_option": chosen[0]}
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def options(found: Sequence[Option]) -> list[Element]:
    """Build what a menu offers for the typed: at most 100 options."""
    return _options(found, 100)


def checkboxes(action_id: str, options: Sequence[Option], initial: Collection[str] = ()) -> Element:
    """Build at most ten checkboxes; `initial` holds the values ticked at first."""
    shown = _options(options, 10)
    built: Element = {"type": "checkboxes", "action_id": _own(action_id, 255), "options": shown}
    ticked = [option for option in shown if option["value"] in initial]
    if ticked:
        built["initial_options"] = ticked
    return built


def text_input(
    action_id: str,
    initial: str = "",
    *,
    multiline: bool = False,
    max_length: int = 3000,
    placeholder: str = "",
    each: bool = False,
) -> Element:
    """Build a text field; `initial` keeps its lines and is cut to `max_length`, itself at most 3000.

    In a live block `each` character tells of a change, rather than the Enter key.
    """
    most = min(max_length, 3000)
    built: Element = {"type": "plain_text_input", "action_id": _own(action_id, 255), "max_length": most}
    if multiline:
        built["multiline"] = True
    if each:
        built["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    written = str(cut(clean(initial, lines=multiline).strip(), most))
    if written:
        built["initial_value"] = written
    if placeholder:
        built["placeholder"] = plain(placeholder, 150)
    return built


def _options(options: Sequence[Option], most: int) -> list[Element]:
    built: list[Element] = []
    for value, label, description in options[:most]:
        option: Element = {"text": plain(label, 75), "value": _own(value, 75)}
        if description:
            option["description"] = plain(description, 75)
        built.append(option)
    return built


def _own(text: str, limit: int) -> str:
    if not 0 < len(text) <= limit:
        raise ValueError(f"an id or value of {len(text)} characters, at most {limit}: {text[:60]!r}")
    return text
