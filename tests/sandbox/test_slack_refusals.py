"""What Slack refuses whatever its size, and what it accepts but shows badly."""

import pytest

from sandbox.slack.limits import Surface, check
from tests.sandbox.slack_blocks import (
    Block,
    actions,
    button,
    choices,
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
