"""Texts are shown as they were meant, and never as something else."""

import json
import re
from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import kit
from blocks.kit import Markup, Option
from tests.blocks.block_samples import AGO, HOSTILE, NOW, refused

ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=300),
    st.text(alphabet="<>&|*_~`@!#: \n\u202e\u200b\x00\ud800a😀", max_size=300),
    st.sampled_from(HOSTILE),
)
OWN = re.compile(r"<(?:https?://[^<>|\s]+(?:\|[^<>|]*)?|@[UW]\w+|#C\w+|!date\^\d+\^[^<>|]*\|[^<>|]*)>")


def forges_nothing(text: str) -> bool:
    """Tell whether all angle brackets in a text belong to links of ours."""
    left = OWN.sub("", text)
    return "<" not in left and ">" not in left.replace("\n>", "\n").removeprefix(">")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
        ("&lt;", "&amp;lt;"),
        ("*x* _y_ ~z~ `c`", "∗x∗ ˍyˍ ∼z∼ ˋcˋ"),  # noqa: RUF001 - look-alikes are the point
        ("snake_case 2*3 a~b", "snake_case 2*3 a~b"),
        ("a\u202eb\u200bc\x00d\ud800e", "abcde"),
        ("one\r\ntwo\n\n  three\ttab", "one two three tab"),
        ("👩\u200d💻 a\u200db", "👩\u200d💻 ab"),
        ("", ""),
    ],
)
def test_untrusted_text_is_escaped_and_loses_its_formatting(text: str, shown: str) -> None:
    assert kit.esc(text) == shown


def test_markup_is_not_escaped_twice_but_what_is_made_from_it_by_hand_is() -> None:
    assert kit.esc(kit.esc("<")) == "&lt;"
    assert kit.esc(kit.esc("<") + "") == "&amp;lt;"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("a b c d", 4, "a b…"),
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
        ("", 3, ""),
    ],
)
def test_cutting_leaves_whole_characters_and_an_ellipsis(text: str, limit: int, shown: str) -> None:
    assert kit.cut(text, limit) == shown


@pytest.mark.parametrize(
    ("markup", "limit"),
    [("&amp;" * 20, 22), ("x <https://a.b/c|label>", 15), ("a <!date^1^{ago}|x> b", 12)],
)
def test_fitting_never_cuts_through_an_entity_or_a_link(markup: str, limit: int) -> None:
    fitted = kit.fit(Markup(markup), limit)
    assert kit.size(fitted) <= limit
    assert fitted.endswith("…")
    assert fitted[:-1].count("<") == fitted.count(">")
    assert re.search(r"&(?!amp;)", fitted) is None


def test_fitting_closes_an_open_code_fence() -> None:
    assert kit.fit(Markup("```" + "x" * 50), 20).count("```") == 2


@pytest.mark.parametrize("label", ["a|b", "a>b", "`a`", "*a*", "<b>", "a\nb"])
def test_a_label_stays_within_its_link(label: str) -> None:
    shown = kit.link("https://github.com/a", label)
    assert OWN.fullmatch(shown), shown
    assert "`" not in shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", "https://a b", "https://a|b", "https://a>b", "ftp://a"]
)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert kit.link(url, "label") == "label"
    assert "url" not in kit.button("Open", "pf.x", url=url)


def test_links_keep_their_ampersands_and_fall_back_to_the_bare_address() -> None:
    assert kit.link("https://a.b/?x=1&y=2", "go") == "<https://a.b/?x=1&amp;y=2|go>"
    assert kit.link("https://a.b", " ") == "<https://a.b>"


def test_only_real_ids_mention_anyone() -> None:
    assert kit.mention("U01AB") == "<@U01AB>"
    assert kit.mention("U1> <!channel") == "U1&gt; &lt;!channel"
    assert kit.channel("C01AB") == "<#C01AB>"
    assert kit.channel("<!here>") == "&lt;!here&gt;"


def test_moments_are_shown_relative_with_a_readable_fallback() -> None:
    berlin = timezone(timedelta(hours=1))
    assert kit.ago(NOW) == AGO
    assert kit.ago(datetime(2026, 11, 20, 14, 0, tzinfo=berlin)) == AGO
    assert "{date_short_pretty} at {time}" in kit.when(NOW)


def test_backticks_in_our_own_sentences_stay_code_and_unpaired_ones_do_not() -> None:
    assert kit.prose("Type `/x a_b <c>` now") == "Type `/x a_b &lt;c&gt;` now"
    assert kit.prose("a ` b").count("`") == 0


def test_quotes_mark_each_line_and_say_when_they_are_cut() -> None:
    assert kit.quote("a\n\n<b>\r\nc") == ">a\n>&lt;b&gt;\n>c"
    assert kit.quote("1\n2\n3", most_lines=2) == ">1\n>2…"
    assert kit.quote(" \n\x00 ") == ""


@given(ANY_TEXT)
def test_no_text_forges_markup_or_breaks_a_limit(text: str) -> None:
    blocks = [
        kit.section("before ", text, " after"),
        kit.section(kit.join(kit.link("https://a.b", text), kit.bold(text), kit.code(text))),
        kit.context(text, kit.quote(text)),
        kit.section(
            kit.prose(text), accessory=kit.button(text, "pf.a", confirm=kit.confirm(text, text, text, text))
        ),
        kit.header(text),
    ]
    shown = kit.message(text, blocks)
    assert refused(shown) == []
    for block in shown.blocks[:4]:
        for part in [block.get("text"), *block.get("elements", [])]:
            if part:
                assert forges_nothing(part["text"]), part
    assert forges_nothing(shown.text)


@given(ANY_TEXT)
def test_every_field_of_a_modal_takes_any_text(text: str) -> None:
    options = [Option("a", text, text), Option("b", text)]
    modal = kit.modal(
        "pf.x",
        text,
        [
            kit.input_block(
                "t", text, kit.text_input("i", text, multiline=True, placeholder=text), hint=text
            ),
            kit.input_block("s", text, kit.select("i", options, "b", text)),
            kit.input_block("c", text, kit.checkboxes("i", options, ("a",)), optional=True),
        ],
        submit=text or "Save",
    )
    assert refused(modal) == []


def test_blocks_beyond_the_limit_are_counted_instead_of_shown() -> None:
    message = kit.message("x", [kit.divider()] * 60)
    assert len(message.blocks) == 50
    assert message.blocks[-1]["elements"][0]["text"] == "and 11 more"
    assert len(kit.home([kit.divider()] * 101)["blocks"]) == 100


def test_a_message_too_large_loses_its_tail_but_never_its_footer() -> None:
    message = kit.message("x", [kit.section("x" * 2999)] * 6, [kit.actions(kit.button("Go", "pf.go"))])
    assert refused(message) == []
    assert [block["type"] for block in message.blocks] == [*["section"] * 3, "context", "actions"]


def test_blocks_can_be_encoded_by_any_encoder() -> None:
    message = kit.message(kit.bold("a"), [kit.section(kit.bold("b"), kit.esc("c")), kit.header(kit.esc("d"))])
    assert msgspec.json.decode(msgspec.json.encode(message.blocks)) == json.loads(json.dumps(message.blocks))
    assert type(message.text) is str


def test_our_own_ids_and_values_are_never_cut() -> None:
    with pytest.raises(ValueError, match="2001"):
        kit.button("a", "pf.a", "x" * 2001)
    with pytest.raises(ValueError, match="metadata"):
        kit.modal("pf.a", "a", [], metadata="x" * 3001)
    with pytest.raises(ValueError, match="at least one"):
        kit.actions()
