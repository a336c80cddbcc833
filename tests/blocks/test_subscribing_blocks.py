"""The form that subscribes: it remembers what was chosen, keeps its fields, and teaches what they mean."""

from typing import Any

import pytest

from blocks import ids
from blocks.kit import View
from blocks.subscribing import Filled, Offered, Preview, Trial, form
from bot.filters.seen import Event
from bot.subscriptions.form import LISTS
from bot.subscriptions.request import FEATURES
from tests.blocks.block_samples import HOSTILE, WEB, pull, refused, texts

OFFERED = Offered(FEATURES, tuple(Event))
CHANNEL = ids.ChannelRef("C01")
FULL = Filled(
    repository="acme/web",
    features=("notes",),
    broadcast=("merged",),
    ticks=("draft:no",),
    lists={
        **dict.fromkeys(LISTS, ("one", "two")),
        ids.FIELD_EVENTS: ("merged", "ci_failed"),
    },
    users=("U01",),
    rest="size:<200",
)


def built(filled: Filled = FULL, preview: Preview | None = None, place: ids.ChannelRef = CHANNEL) -> View:
    return form(place, filled, OFFERED, preview or Preview("every pull request"), WEB)


def fields(view: View) -> dict[str, Any]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def test_the_form_remembers_what_was_chosen() -> None:
    view = built(place=ids.ChannelRef("C01", 3))
    shown = fields(view)
    chosen = {
        name: [option["value"] for option in field["initial_options"]]
        for name, field in shown.items()
        if "initial_options" in field
    }
    lists = {name: ["one", "two"] for name in LISTS}
    assert chosen == {
        **lists,
        "features": ["notes"],
        "broadcast": ["merged"],
        "options": ["draft:no"],
        "events": ["ci_failed", "merged"],
    }
    assert shown[ids.FIELD_REPOSITORY]["initial_option"]["value"] == "acme/web"
    assert shown[ids.FIELD_AUTHOR_USERS]["initial_users"] == ["U01"]
    assert shown[ids.FIELD_FILTER]["initial_value"] == "size:<200"
    assert ids.decode(ids.ChannelRef, view["private_metadata"]) == ids.ChannelRef("C01", 3)
    assert refused(view, lint=True) == []


def test_the_ids_of_blocks_stay_whatever_is_filled_in() -> None:
    empty, wrong = built(Filled()), built(preview=Preview(wrong="No.", pointer="x\n^"))
    tried = built(preview=Preview("all", trials=[Trial(pull(), passes=True)]))
    assert list(fields(empty)) == list(fields(wrong)) == list(fields(tried))
    assert all(block.get("block_id") for view in (empty, wrong, tried) for block in view["blocks"])


def test_all_of_an_owner_asks_what_to_leave_out() -> None:
    assert ids.FIELD_EXCLUDED not in fields(built())
    whole = Filled("acme/*", excluded="legacy, old-*")
    assert fields(built(whole))[ids.FIELD_EXCLUDED]["initial_value"] == "legacy, old-*"


def test_without_a_channel_the_form_asks_for_one() -> None:
    assert ids.FIELD_CHANNEL not in fields(built())
    view = built(place=ids.ChannelRef(""))
    assert fields(view)[ids.FIELD_CHANNEL]["type"] == "conversations_select"
    assert refused(view, lint=True) == []


def test_a_name_too_long_for_a_menu_stands_in_a_field() -> None:
    name = f"acme/{'x' * 90}"
    view = built(Filled(name))
    assert fields(view)[ids.FIELD_REPOSITORY]["initial_value"] == name
    assert refused(view, lint=True) == []


def test_the_preview_says_what_passes_and_why_not() -> None:
    trials = [
        Trial(pull(number=3), passes=True),
        Trial(pull(number=2), passes=False, why="this one is labelled “wip”"),
        Trial(pull(number=1), passes=None, why="which files this one changes is not known yet"),
    ]
    says = "pull requests that are by “<@U01>” or “<!subteam^S01>”"
    view = built(preview=Preview(says, doubts=["acme/web has no label `x`."], trials=trials, asked=True))
    *shown, asked = texts(view)
    assert "I am asking GitHub" in asked
    assert "*It covers* pull requests that are by “<@U01>” or “<!subteam^S01>”.\n" in shown[-2]
    assert "⚠️ acme/web has no label `x`." in shown[-2]
    for words in ("`✓` <", "`✗` <", "this one is labelled “wip”", "`?` <", "is not known yet"):
        assert words in shown[-1]
    assert refused(view, lint=True) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly(text: str) -> None:
    value = text[:75] or "x"
    filled = Filled(
        repository=value,
        features=[text],
        excluded=text,
        lists=dict.fromkeys(LISTS, (value,)),
        rest=text,
    )
    trials = [Trial(pull(title=text, author=text, repo=text), passes=None, why=text * 9)] * 3
    for preview in (
        Preview(text * 9, doubts=[text] * 9, trials=trials),
        Preview(wrong=text * 9, pointer=f"{text[:70]}\n^", doubts=[text]),
    ):
        view = built(filled, preview)
        assert refused(view) == []
        assert not any("<!channel" in part or "<http://evil" in part for part in texts(view))
