"""Every limit passes at its edge and is reported one step beyond it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.limits import Surface, Violation, check

Block = dict[str, Any]


def plain(size: int) -> Block:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Block:
    return {"type": "mrkdwn", "text": "x" * size}


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "go", "text": plain(2), **more}


def option(value: str = "a", **more: Any) -> Block:
    return {"text": plain(2), "value": value, **more}


def choices(count: int) -> list[Block]:
    return [option(str(number)) for number in range(count)]


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def section(accessory: Block) -> Block:
    return {"type": "section", "text": mrkdwn(1), "accessory": accessory}


def field(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain(1), "element": element, **more}


def typed(**more: Any) -> Block:
    return {"type": "plain_text_input", "action_id": "say", **more}


def menu(kind: str, **more: Any) -> Block:
    return {"type": kind, "action_id": "pick", **more}


def confirm(**more: Any) -> Block:
    whole = {"title": plain(1), "text": mrkdwn(1), "confirm": plain(1), "deny": plain(1)}
    return button(confirm=whole | more)


def modal(*blocks: Block, **more: Any) -> Block:
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
    return [violation for violation in check(payload, surface) if violation.level == "ERROR"]


def in_message(*blocks: Block) -> Block:
    return {"text": "fallback", "blocks": list(blocks)}


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


REFUSED: dict[str, tuple[Block, Surface, str]] = {
    "nothing to say": ({}, "message", "no_text"),
    "text over 40,000": ({"text": "x" * 40001}, "message", "text_length"),
    "unknown block": (in_message({"type": "wat"}), "message", "unknown_block"),
    "unknown property": (in_message({"type": "divider", "colour": "red"}), "message", "unknown_property"),
    "text is a string": (in_message({"type": "section", "text": "hi"}), "message", "text_object"),
    "header in mrkdwn": (in_message({"type": "header", "text": mrkdwn(3)}), "message", "text_type"),
    "button without text": (
        in_message(actions({"type": "button", "action_id": "a"})),
        "message",
        "missing_required",
    ),
    "button style": (in_message(actions(button(style="default"))), "message", "enum"),
    "button in a context": (
        in_message({"type": "context", "elements": [button()]}),
        "message",
        "text_object",
    ),
    "input in an actions block": (in_message(actions(typed())), "message", "element_not_allowed"),
    "same action id twice": (in_message(actions(button(), button())), "message", "action_id_unique"),
    "same block id twice": (
        in_message({"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}),
        "message",
        "block_id_unique",
    ),
    "empty section": (in_message({"type": "section"}), "message", "section"),
    "no options": (in_message(section(menu("static_select", options=[]))), "message", "options"),
    "options and groups": (
        in_message(section(menu("static_select", options=choices(1), option_groups=[]))),
        "message",
        "options_or_groups",
    ),
    "initial option": (
        in_message(section(menu("static_select", options=choices(2), initial_option=option("9")))),
        "message",
        "initial_option",
    ),
    "no initial options": (
        in_message(section(menu("checkboxes", options=choices(2), initial_options=[]))),
        "message",
        "initial_options",
    ),
    "dangerous link": (in_message(actions(button(url="javascript:alert(1)"))), "message", "url"),
    "no link": (in_message(actions(button(url="nowhere"))), "message", "url"),
    "only white space": (
        in_message({"type": "section", "text": {"type": "mrkdwn", "text": "  "}}),
        "message",
        "blank_text",
    ),
    "NUL": ({"text": "a\x00b"}, "message", "nul"),
    "two tables": (
        in_message(*[{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2),
        "message",
        "one_table",
    ),
    "markdown in sum": (
        in_message(*[{"type": "markdown", "text": "x" * 6001}] * 2),
        "message",
        "markdown_total",
    ),
    "metadata": ({"text": "t", "metadata": {"event_type": "e"}}, "message", "metadata"),
    "modal without title": (
        {"type": "modal", "blocks": [{"type": "divider"}]},
        "modal",
        "missing_required",
    ),
    "input without submit": (
        {"type": "modal", "title": plain(1), "blocks": [field(typed())]},
        "modal",
        "submit_required",
    ),
    "view of another type": ({"type": "home", "blocks": []}, "modal", "view_type"),
    "home with a title": ({"type": "home", "title": plain(1), "blocks": []}, "home", "unknown_property"),
    "view over 250 KB": (
        modal(*[{"type": "section", "text": mrkdwn(2900)}] * 90),
        "modal",
        "view_too_large",
    ),
    "two focused": (
        modal(field(typed(focus_on_load=True)), field(typed(focus_on_load=True))),
        "modal",
        "focus_on_load",
    ),
    "min over max": (modal(field(typed(min_length=9, max_length=3))), "modal", "min_max_length"),
    "date": (modal(field(menu("datepicker", initial_date="1.2.2026"))), "modal", "initial_date"),
    "unknown rich text": (
        in_message({"type": "rich_text", "elements": [{"type": "blink"}]}),
        "message",
        "unknown_element",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_refuses_is_an_error(name: str) -> None:
    payload, surface, rule = REFUSED[name]
    assert rule in {violation.rule for violation in errors(payload, surface)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("<!channel> look", "broadcast"),
        ("**bold**", "markdown_bold"),
        ("[text](https://a.b)", "markdown_link"),
        ("# heading", "markdown_heading"),
        ("<script>", "unescaped_angle"),
        ("a & b", "unescaped_amp"),
        ("value: None", "leaked_repr"),
        ("&amp;lt;", "double_escape"),
        ("<https://a.b|>", "empty_link_text"),
        ("```cut", "open_code_fence"),
        ("see <https://a.b", "cut_markup"),
    ],
)
def test_text_that_shows_badly_is_reported_but_not_refused(text: str, rule: str) -> None:
    found = check({"text": text}, "message")
    assert rule in {violation.rule for violation in found}
    assert "ERROR" not in {violation.level for violation in found}


def test_a_believable_card_breaks_nothing() -> None:
    card = in_message(
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*<https://a.b/1|Retry &amp; resume>* by ada"},
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "acme/api#1 · +10 -2"}]},
        actions(button(url="https://a.b/1"), button(action_id="mute", style="danger")),
    )
    assert check(card, "message") == []
