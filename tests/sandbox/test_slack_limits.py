"""Every limit passes at its edge and is reported one step beyond it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.limits import check
from tests.sandbox.slack_blocks import (
    Block,
    actions,
    button,
    choices,
    confirm,
    errors,
    field,
    in_message,
    menu,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    typed,
)

IN_MESSAGES: dict[str, tuple[Callable[[int], Block], int, str]] = {
    "section text": (lambda n: {"type": "section", "text": mrkdwn(n)}, 3000, "text_length"),
    "section field": (lambda n: {"type": "section", "fields": [mrkdwn(n)]}, 2000, "text_length"),
    "section fields": (lambda n: {"type": "section", "fields": [mrkdwn(1)] * n}, 10, "fields"),
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150, "text_length"),
    "context text": (lambda n: {"type": "context", "elements": [mrkdwn(n)]}, 3000, "text_length"),
    "context elements": (lambda n: {"type": "context", "elements": [mrkdwn(1)] * n}, 10, "elements"),
    "action elements": (
        lambda n: actions(*(button(action_id=str(number)) for number in range(n))),
        25,
        "elements",
    ),
    "button text": (lambda n: actions(button(text=plain(n))), 75, "text_length"),
    "button value": (lambda n: actions(button(value="v" * n)), 2000, "button_value"),
    "button url": (lambda n: actions(button(url="https://a.b/".ljust(n, "u"))), 3000, "url_length"),
    "button label": (
        lambda n: actions(button(accessibility_label="l" * n)),
        75,
        "accessibility_label",
    ),
    "action_id": (lambda n: actions(button(action_id="a" * n)), 255, "action_id"),
    "block_id": (lambda n: {"type": "divider", "block_id": "b" * n}, 255, "block_id"),
    "select options": (lambda n: section(menu("static_select", options=choices(n))), 100, "options"),
    "multi select options": (
        lambda n: section(menu("multi_static_select", options=choices(n))),
        100,
        "options",
    ),
    "option groups": (
        lambda n: section(
            menu("static_select", option_groups=[{"label": plain(1), "options": choices(1)}] * n)
        ),
        100,
        "option_groups",
    ),
    "option text": (
        lambda n: section(menu("static_select", options=[option(text=plain(n))])),
        75,
        "text_length",
    ),
    "option value": (
        lambda n: section(menu("static_select", options=[option("v" * n)])),
        150,
        "option_value",
    ),
    "option description": (
        lambda n: section(menu("static_select", options=[option(description=plain(n))])),
        75,
        "text_length",
    ),
    "placeholder": (lambda n: section(menu("users_select", placeholder=plain(n))), 150, "text_length"),
    "overflow options": (lambda n: section(menu("overflow", options=choices(n))), 5, "options"),
    "checkboxes": (lambda n: section(menu("checkboxes", options=choices(n))), 10, "options"),
    "radio buttons": (lambda n: section(menu("radio_buttons", options=choices(n))), 10, "options"),
    "confirm title": (lambda n: actions(confirm(title=plain(n))), 100, "text_length"),
    "confirm text": (lambda n: actions(confirm(text=mrkdwn(n))), 300, "text_length"),
    "confirm button": (lambda n: actions(confirm(confirm=plain(n))), 30, "text_length"),
    "deny button": (lambda n: actions(confirm(deny=plain(n))), 30, "text_length"),
    "image alt text": (
        lambda n: {"type": "image", "image_url": "https://a.b/c.png", "alt_text": "a" * n},
        2000,
        "alt_text",
    ),
    "image url": (
        lambda n: {"type": "image", "image_url": "https://a.b/".ljust(n, "u"), "alt_text": "a"},
        3000,
        "url_length",
    ),
    "markdown": (lambda n: {"type": "markdown", "text": "x" * n}, 12000, "markdown"),
    "table rows": (
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n},
        100,
        "rows",
    ),
    "table cells": (
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]},
        20,
        "cells",
    ),
}

IN_MODALS: dict[str, tuple[Callable[[int], Block], int, str]] = {
    "title": (lambda n: modal(title=plain(n)), 24, "text_length"),
    "submit": (lambda n: modal(submit=plain(n)), 24, "text_length"),
    "close": (lambda n: modal(close=plain(n)), 24, "text_length"),
    "private metadata": (lambda n: modal(private_metadata="m" * n), 3000, "private_metadata"),
    "callback id": (lambda n: modal(callback_id="c" * n), 255, "callback_id"),
    "external id": (lambda n: modal(external_id="e" * n), 255, "external_id"),
    "blocks": (lambda n: modal(*[{"type": "divider"}] * n), 100, "blocks"),
    "label": (lambda n: modal(field(typed(), label=plain(n))), 2000, "text_length"),
    "hint": (lambda n: modal(field(typed(), hint=plain(n))), 2000, "text_length"),
    "initial value": (lambda n: modal(field(typed(initial_value="i" * n))), 3000, "initial_value"),
    "min length": (lambda n: modal(field(typed(min_length=n))), 3000, "min_length"),
    "max length": (lambda n: modal(field(typed(max_length=n))), 3000, "max_length"),
    "files": (lambda n: modal(field(menu("file_input", max_files=n))), 10, "max_files"),
}


@pytest.mark.parametrize("name", IN_MESSAGES)
def test_a_message_limit_holds_at_its_edge(name: str) -> None:
    build, most, rule = IN_MESSAGES[name]
    assert errors(in_message(build(most))) == []
    assert rule in {violation.rule for violation in errors(in_message(build(most + 1)))}


@pytest.mark.parametrize("name", IN_MODALS)
def test_a_modal_limit_holds_at_its_edge(name: str) -> None:
    build, most, rule = IN_MODALS[name]
    assert errors(build(most), "modal") == []
    assert rule in {violation.rule for violation in errors(build(most + 1), "modal")}


@given(size=st.integers(min_value=0, max_value=6000))
def test_section_text_is_refused_exactly_when_empty_or_over_3000(size: int) -> None:
    refused = bool(errors(in_message({"type": "section", "text": mrkdwn(size)})))
    assert refused == (size == 0 or size > 3000)


@given(size=st.integers(min_value=0, max_value=120))
def test_a_message_may_have_50_blocks_and_a_home_100(size: int) -> None:
    blocks: list[Block] = [{"type": "divider"}] * size
    assert bool(errors({"text": "t", "blocks": blocks})) == (size > 50)
    assert bool(errors({"type": "home", "blocks": blocks}, "home")) == (size > 100)


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "text", "blocks", "elements", "element", "options", "accessory"]),
                inner
                | st.sampled_from(["section", "actions", "input", "static_select", "mrkdwn", "context"]),
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_shape_of_blocks_makes_the_check_fail(payload: Any) -> None:
    for violation in check({"text": "t", "blocks": [payload]}, "message"):
        assert violation.pointer.startswith("/")
