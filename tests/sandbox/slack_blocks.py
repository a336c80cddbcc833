"""Builders of blocks for the tests of limits."""

from typing import Any

from sandbox.slack.limits import Surface, Violation, check

Block = dict[str, Any]


def plain(size: int) -> Block:
    """Return plain text of a size."""
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Block:
    """Return mrkdwn text of a size."""
    return {"type": "mrkdwn", "text": "x" * size}


def button(**more: Any) -> Block:
    """Return a button."""
    return {"type": "button", "action_id": "go", "text": plain(2), **more}


def option(value: str = "a", **more: Any) -> Block:
    """Return an option."""
    return {"text": plain(2), "value": value, **more}


def choices(count: int) -> list[Block]:
    """Return options that differ."""
    return [option(str(number)) for number in range(count)]


def actions(*elements: Block) -> Block:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements)}


def section(accessory: Block) -> Block:
    """Return a section with an accessory."""
    return {"type": "section", "text": mrkdwn(1), "accessory": accessory}


def field(element: Block, **more: Any) -> Block:
    """Return an input block."""
    return {"type": "input", "label": plain(1), "element": element, **more}


def typed(**more: Any) -> Block:
    """Return a text input."""
    return {"type": "plain_text_input", "action_id": "say", **more}


def menu(kind: str, **more: Any) -> Block:
    """Return an element of a kind."""
    return {"type": kind, "action_id": "pick", **more}


def confirm(**more: Any) -> Block:
    """Return a button that asks for confirmation."""
    whole = {"title": plain(1), "text": mrkdwn(1), "confirm": plain(1), "deny": plain(1)}
    return button(confirm=whole | more)


def modal(*blocks: Block, **more: Any) -> Block:
    """Return a modal."""
    shown = list(blocks) or [{"type": "divider"}]
    return {
        "type": "modal",
        "callback_id": "c",
        "title": plain(1),
        "submit": plain(1),
        "blocks": shown,
        **more,
    }


def errors(payload: Block, surface: Surface = "message") -> list[Violation]:
    """Return what Slack would refuse."""
    return [violation for violation in check(payload, surface) if violation.level == "ERROR"]


def in_message(*blocks: Block) -> Block:
    """Return a message of blocks."""
    return {"text": "fallback", "blocks": list(blocks)}
