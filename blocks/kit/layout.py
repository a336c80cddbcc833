"""Blocks, and the messages, modals and Home tabs made of them, within Slack's limits."""

from collections.abc import Sequence
from typing import Any

import msgspec

from blocks.kit.elements import Element, plain
from blocks.kit.text import Markup, esc, fit, join
from bot.models import SlackMessage

Block = dict[str, Any]
View = dict[str, Any]

_BLANK = Markup("—")
_MESSAGE_BLOCKS = 50
_VIEW_BLOCKS = 100
# Slack refuses messages whose blocks are more than some 13,000 characters of JSON (msg_blocks_too_long); this
# counts them without the spaces that clients put between.
_MESSAGE_JSON = 11_500
_FALLBACK = 1000


def section(*parts: str, accessory: Element | None = None) -> Block:
    """Build a paragraph of at most 3000 characters, with an element to its right if one is given."""
    block: Block = {"type": "section", "text": _mrkdwn(join(*parts), 3000)}
    if accessory:
        block["accessory"] = accessory
    return block


def context(*texts: str) -> Block:
    """Build a line of small print of at most ten texts; blank ones are left out."""
    shown = [text for text in (esc(text) for text in texts) if text.strip()]
    return {"type": "context", "elements": [_mrkdwn(text, 2000) for text in shown[:10] or [_BLANK]]}


def actions(*elements: Element) -> Block:
    """Build a row of at most 25 elements; Slack refuses a row without any."""
    if not elements:
        raise ValueError("a row of actions needs at least one element")
    return {"type": "actions", "elements": list(elements[:25])}


def divider() -> Block:
    """Build a thin line."""
    return {"type": "divider"}


def header(text: str) -> Block:
    """Build a large heading of plain text."""
    return {"type": "header", "text": plain(text, 150)}


def input_block(
    block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False, live: bool = False
) -> Block:
    """Build a labelled field of a modal; its value is submitted under `block_id`.

    A `live` one tells of every change as a click does.
    """
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 200), "element": element}
    if hint:
        block["hint"] = plain(hint, 400)
    if optional:
        block["optional"] = True
    if live:
        block["dispatch_action"] = True
    return block


def named(block_id: str, block: Block) -> Block:
    """Give a block an id, by which it is the same one when a view is shown anew."""
    return {**block, "block_id": block_id}


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], submit: str = "", metadata: str = ""
) -> View:
    """Build a modal; without `submit` it only informs. `metadata` is ours, at most 3000 characters."""
    if len(metadata) > 3000:
        raise ValueError(f"metadata of {len(metadata)} characters, at most 3000")
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain("Cancel" if submit else "Close", 24),
        "blocks": _at_most(blocks, _VIEW_BLOCKS),
    }
    if submit:
        view["submit"] = plain(submit, 24)
    if metadata:
        view["private_metadata"] = metadata
    return view


def home(blocks: Sequence[Block]) -> View:
    """Build an App Home tab."""
    return {"type": "home", "blocks": _at_most(blocks, _VIEW_BLOCKS)}


def message(text: str, blocks: Sequence[Block], footer: Sequence[Block] = ()) -> SlackMessage:
    """Build a message; `text` is its one-line fallback for notifications and screen readers.

    What is too much is cut from the end of `blocks`, never from `footer`, where the buttons of the whole go.
    """
    shown = [*_at_most(blocks, _MESSAGE_BLOCKS - len(footer)), *footer]
    last = len(shown) - len(footer)
    while last > 1 and _too_large(shown):
        last -= 1
        shown = [*shown[:last], context("The rest is too long to show here."), *footer]
    return SlackMessage(text=str(fit(esc(text), _FALLBACK).strip() or _BLANK), blocks=shown)


def more(count: int) -> Block:
    """Build the line that says how much is not shown."""
    return context(f"and {count} more")


def _mrkdwn(text: Markup, limit: int) -> Block:
    shown = fit(text, limit)
    # `verbatim` keeps Slack from turning bare addresses and names in the text into links.
    return {"type": "mrkdwn", "text": str(shown if shown.strip() else _BLANK), "verbatim": True}


def _at_most(blocks: Sequence[Block], limit: int) -> list[Block]:
    if len(blocks) <= limit:
        return list(blocks)
    return [*blocks[: limit - 1], more(len(blocks) - limit + 1)]


def _too_large(blocks: list[Block]) -> bool:
    return len(msgspec.json.encode(blocks).decode()) > _MESSAGE_JSON
