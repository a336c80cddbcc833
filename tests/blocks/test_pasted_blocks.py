"""What stands below a pasted link: the card's facts, and nothing to press."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from blocks import pasted
from blocks.kit import Block
from blocks.pulls import EMOJI, Stage
from bot.models import CheckState, PullState, SlackMessage, Verdict
from tests.blocks.block_samples import HOSTILE, NOW, WEB, pressed, pull, ran, refused, review, texts, view

ROOT = Path(__file__).parents[2]
CARD = "https://acme.slack.com/archives/C1/p1"
MERGED = pull(state=PullState.MERGED, merged_at=NOW, merged_by="omar")


def message(blocks: list[Block]) -> SlackMessage:
    return SlackMessage("shown below a link", blocks)


def test_it_shows_what_the_card_shows_without_its_buttons() -> None:
    shown = pasted.unfurled(
        view(reviews=[review("omar", Verdict.APPROVED)], checks=[ran("test", CheckState.PASSED)])
    )
    assert texts(shown)[0] == f"✅ *<{WEB}/acme/web/pull/12|Keep the cart when a session ends>*"
    assert "acme/web#12" in texts(shown)[1]
    assert texts(shown)[2] == "✅ omar · ✅ 1 check"
    assert pressed(shown) == []
    assert refused(message(shown), lint=True) == []


def test_where_there_is_a_card_one_line_leads_to_it() -> None:
    shown = pasted.pointed(view(), CARD)
    (line,) = texts(shown)
    assert line == (
        f"👀 <{WEB}/acme/web/pull/12|Keep the cart when a session ends> · acme/web#12 · waiting for review · "
        f"<{CARD}|its card in this channel>"
    )
    assert refused(message(shown), lint=True) == []


def test_every_stage_has_a_reaction_of_its_own() -> None:
    assert set(pasted.REACTION) == set(Stage)
    assert len(set(pasted.REACTION.values())) == len(Stage)
    assert pasted.reaction(view(MERGED).facts) == "large_purple_circle"


def test_the_reaction_is_the_cards_emoji_and_the_page_explains_each() -> None:
    table = (ROOT / "sandbox/page/static/emoji.js").read_text(encoding="utf-8")
    page = (ROOT / "docs/links.md").read_text(encoding="utf-8")
    for stage, name in pasted.REACTION.items():
        assert re.search(rf"(?<!\S){name} {EMOJI[stage]}", table)
        assert f"| {EMOJI[stage]} " in page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly_below_a_link(text: str) -> None:
    hostile = pull(title=text, author=text, base=text, repo=text, labels=(text,) * 9, reviewers=(text,))
    for shown in (
        pasted.unfurled(view(hostile)),
        pasted.unfurled(view(replace(hostile, state=PullState.MERGED, merged_by=text, merged_at=NOW))),
        pasted.pointed(view(hostile), CARD),
    ):
        assert refused(message(shown)) == []
        assert not [
            words for words in texts(shown) if "<!channel" in words or "<!here" in words or "<@" in words
        ]
