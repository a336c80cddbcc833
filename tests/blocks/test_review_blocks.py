"""A pull request's card says what matters in few words, and its thread only what is new."""

from dataclasses import replace

import pytest

from blocks import reviews
from blocks.reviews import Stage, card
from bot.models import Check, CheckState, Comment, Pull, PullState, Review, SlackMessage, Verdict
from tests.blocks.block_samples import (
    AGO,
    HOSTILE,
    NOW,
    WEB,
    Waits,
    comment,
    pressed,
    pull,
    ran,
    refused,
    review,
    texts,
    view,
)

LINK = f"<{WEB}/acme/web/pull/12|Keep the cart when a session ends>"
FAILED, PASSED, RUNNING = CheckState.FAILED, CheckState.PASSED, CheckState.RUNNING


def test_an_open_card_shows_everything_in_four_short_blocks() -> None:
    shown = card(
        view(
            pull(reviewers=("zoe",)),
            [review("omar", Verdict.APPROVED)],
            [ran("test", PASSED), ran("lint", FAILED, url="https://ci.example/1")],
            Waits(("maya", "kim"), "checks failed"),
            people={"maya": "U01"},
        )
    )
    assert texts(shown) == [
        f"🔴 *{LINK}*",
        f"maya · acme/web#12 · → main · +1,200 −14 · 3 files · `bug` `cart` · {AGO}",  # noqa: RUF001 - minus
        (
            "✅ omar, 👀 zoe · ❌ 1 of 2 failed: <https://ci.example/1|lint>\n"
            "Waiting for <@U01>, kim: checks failed"
        ),
    ]
    assert pressed(shown) == ["Review", "Mute"]
    assert shown.blocks[-1]["elements"][0]["url"] == f"{WEB}/acme/web/pull/12"
    assert shown.text == "Checks failed: Keep the cart when a session ends (acme/web#12)"
    assert refused(shown, lint=True) == []


@pytest.mark.parametrize(
    ("changes", "said", "checks", "stage"),
    [
        ({"draft": True}, [], [ran("a", FAILED)], Stage.DRAFT),
        ({}, [], [ran("a", FAILED), ran("b", RUNNING)], Stage.BROKEN),
        ({}, [], [ran("a", RUNNING)], Stage.RUNNING),
        ({}, [], [], Stage.WAITING),
        ({}, [review("omar", Verdict.CHANGES_REQUESTED)], [ran("a", RUNNING)], Stage.CHANGES),
        ({}, [review("omar", Verdict.APPROVED)], [ran("a", PASSED)], Stage.APPROVED),
        ({"reviewers": ("zoe",)}, [review("omar", Verdict.APPROVED)], [], Stage.WAITING),
        ({"reviewers": ("omar",)}, [review("omar", Verdict.CHANGES_REQUESTED)], [], Stage.WAITING),
        ({}, [review("maya", Verdict.COMMENTED)], [], Stage.WAITING),
        ({"state": PullState.CLOSED}, [], [ran("a", FAILED)], Stage.CLOSED),
        ({"state": PullState.MERGED, "draft": True}, [], [], Stage.MERGED),
    ],
)
def test_the_state_is_what_has_to_happen_next(
    changes: dict[str, object], said: list[Review], checks: list[Check], stage: Stage
) -> None:
    assert card(view(pull(**changes), said, checks)).text.startswith(stage.value.capitalize() + ":")


def test_each_state_has_an_emoji_of_its_own() -> None:
    from blocks.pulls import EMOJI  # noqa: PLC0415 - only this test looks behind the card

    assert len(set(EMOJI.values())) == len(Stage) == len(EMOJI)


@pytest.mark.parametrize(
    ("checks", "shown"),
    [
        ([ran("a", PASSED)], "✅ 1 check"),
        ([ran("a", PASSED), ran("b", CheckState.NEUTRAL)], "✅ 2 checks"),
        ([ran("a", PASSED), ran("b", RUNNING)], "⏳ 1 of 2 running"),
        ([ran("a", FAILED), ran("b", RUNNING)], "❌ 1 of 2 failed: a, 1 running"),
        ([ran(name, FAILED) for name in "abcde"], "❌ 5 of 5 failed: a, b, c, 2 more"),
        ([ran("a", PASSED), ran("broken.yml", FAILED, "workflow")], "❌ 1 of 2 failed: broken.yml"),
        ([ran("s", PASSED, "suite")], "✅ 1 check"),
    ],
)
def test_checks_are_summed_up_and_count_once(checks: list[Check], shown: str) -> None:
    assert texts(card(view(checks=checks)))[2] == shown


def test_a_card_without_reviewers_checks_or_turn_has_no_empty_line() -> None:
    shown = card(view(pull(labels=())))
    assert [block["type"] for block in shown.blocks] == ["section", "context", "actions"]


def test_when_nobody_is_waited_for_the_reason_stands_alone() -> None:
    assert (
        texts(card(view(waiting=Waits((), "nobody was asked to review"))))[2] == "Nobody was asked to review"
    )


@pytest.mark.parametrize(
    ("patterns", "shown"),
    [
        (("storage/**",), "Waiting for zoe, @acme/backend for `storage/**`: review requested"),
        (("a`*", "b", "c"), "Waiting for zoe, @acme/backend for `a'*` and 2 more: review requested"),
    ],
)
def test_a_code_owner_is_waited_for_with_what_they_own(patterns: tuple[str, ...], shown: str) -> None:
    waits = Waits(("zoe", "acme/backend"), "review requested", (("acme/backend", patterns),))
    assert texts(card(view(waiting=waits)))[2] == shown


def test_a_code_owners_team_that_a_user_group_stands_for_is_mentioned_with_one_at_sign() -> None:
    waits = Waits(("acme/backend",), "review requested", (("acme/backend", ("storage/**",)),))
    shown = texts(card(view(waiting=waits, people={"acme/backend": "S01"})))[2]
    assert shown == "Waiting for <!subteam^S01> for `storage/**`: review requested"


def test_a_muted_card_says_who_muted_it_and_offers_to_unmute() -> None:
    shown = card(view(muted_by="U07"))
    assert "🔕 Muted by <@U07>" in texts(shown)
    assert pressed(shown) == ["Review", "Unmute"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"state": PullState.MERGED, "merged_by": "omar", "merged_at": NOW},
            f"🟣 {LINK} · acme/web#12 · merged by omar {AGO}",
        ),
        ({"state": PullState.CLOSED, "closed_at": NOW}, f"⚫ {LINK} · acme/web#12 · closed {AGO}"),
        ({"state": PullState.CLOSED}, f"⚫ {LINK} · acme/web#12 · closed"),
    ],
)
def test_a_finished_card_folds_to_one_line(changes: dict[str, object], line: str) -> None:
    shown = card(view(pull(**changes), checks=[ran("a", FAILED)]))
    assert texts(shown) == [line]
    assert len(shown.blocks) == 1
    assert refused(shown, lint=True) == []


def test_a_deleted_author_is_a_ghost() -> None:
    assert texts(card(view(pull(author=None))))[1].startswith("ghost · ")


def test_many_labels_reviewers_and_people_stay_short() -> None:
    names = tuple(f"person-{number}" for number in range(90))
    shown = texts(
        card(view(pull(labels=names, reviewers=names, teams=names), waiting=Waits(names, "review")))
    )
    assert "`person-3` +86" in shown[1]
    assert "👀 person-7, 172 more" in shown[2]
    assert "person-4, 85 more: review" in shown[2]


@pytest.mark.parametrize(
    ("message", "line", "fallback"),
    [
        (
            reviews.review_submitted(review("omar", Verdict.APPROVED, body="Nice\nwork")),
            f"✅ *omar* <{WEB}/acme/web/pull/12#r1|approved>\n>Nice\n>work",
            "omar approved",
        ),
        (
            reviews.review_submitted(review(None, Verdict.CHANGES_REQUESTED)),
            f"🔧 *ghost* <{WEB}/acme/web/pull/12#r1|asked for changes>",
            "ghost asked for changes",
        ),
        (
            reviews.review_rerequested("omar", "maya", {"omar": "U02"}),
            "👀 <@U02>, *maya* asks you to look again",
            "<@U02>, maya asks you to look again",
        ),
        (
            reviews.ci_failed("abc1234def", [ran("lint", FAILED), ran("a", PASSED), ran("test", FAILED)]),
            "❌ CI failed on `abc1234`: lint, test",
            "CI failed on abc1234: lint, test",
        ),
        (
            reviews.ci_failed("abc1234def", [ran("lint", RUNNING)]),
            "⏳ CI is running again on `abc1234`",
            "CI is running again on abc1234",
        ),
        (
            reviews.ci_failed("abc1234def", [ran("lint", PASSED)]),
            "✅ CI recovered on `abc1234`",
            "CI recovered on abc1234",
        ),
        (reviews.merged("omar", "main"), "🟣 *omar* merged this into `main`", "omar merged this into `main`"),
        (reviews.closed(None), "⚫ *ghost* closed this without merging", "ghost closed this without merging"),
        (reviews.reopened("maya"), "👀 *maya* reopened this", "maya reopened this"),
        (
            reviews.comments([comment("maya", "> old\n\nPlease `run a_b` again", "src/a_b.py")]),
            (
                f"💬 *maya* <{WEB}/acme/web/pull/12#c1|commented> on `src/a_b.py`\n"
                ">&gt; old\n>Please `run a_b` again"
            ),
            "maya commented",
        ),
        (
            reviews.comments(
                [comment("maya", "> old\n\nfirst\nsecond"), comment("omar", "```suggestion\nx")]
            ),
            (
                f"💬 2 comments from maya, omar\n><{WEB}/acme/web/pull/12#c1|maya>: first\n"
                f"><{WEB}/acme/web/pull/12#c1|omar>: suggested a change"
            ),
            "2 comments from maya, omar",
        ),
    ],
)
def test_a_reply_is_one_line_with_what_people_wrote_below(
    message: SlackMessage, line: str, fallback: str
) -> None:
    assert texts(message) == [line]
    assert message.text == fallback
    assert refused(message, lint=True) == []


def test_a_flood_of_comments_is_counted() -> None:
    shown = texts(reviews.comments([comment("maya", f"no. {number}") for number in range(30)]))[0]
    assert shown.startswith("💬 30 comments from maya\n")
    assert shown.endswith("and 25 more")


def hostile_pull(text: str) -> Pull:
    return pull(
        title=text, author=text, base=text, labels=(text,) * 9, reviewers=(text,), teams=(text,), repo=text
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly_everywhere(text: str) -> None:
    said = [review(text, Verdict.COMMENTED, body=text)]
    checks = [Check("run", text, FAILED, text), Check("status", text, FAILED, "https://ci.example/x")] * 9
    remarks = [Comment(1, 1, text, False, text, text, None, text, NOW)] * 9
    open_view = view(
        hostile_pull(text), said, checks, Waits((text,) * 9, text), muted_by=text, people={text: text}
    )
    merged = replace(hostile_pull(text), state=PullState.MERGED, merged_by=text, merged_at=NOW)
    shown = [
        card(open_view),
        card(view(merged)),
        reviews.review_submitted(said[0]),
        reviews.review_rerequested(text, text, {text: text}),
        reviews.ci_failed(text, checks),
        reviews.comments(remarks),
        reviews.comments(remarks[:1]),
        reviews.closed(text),
        reviews.reopened(text),
        reviews.merged(text, text),
    ]
    for message in shown:
        assert refused(message) == []
        for part in [*texts(message), message.text]:
            assert "<!channel" not in part
            assert "<!here" not in part
            assert "<@U123" not in part
            assert "<http://evil" not in part
    assert len(shown[1].blocks) == 1
    assert "\n" not in texts(shown[1])[0]


def test_requests_readiness_and_the_queue_are_one_line_each() -> None:
    asked = reviews.review_requested("acme/<core>", "maya", {})
    assert texts(asked) == ["👀 @acme/&lt;core&gt;, *maya* asks for your review"]
    assert texts(reviews.review_requested("omar", "maya", {"omar": "U01"}))[0].startswith("👀 <@U01>, ")
    assert texts(reviews.ready(None)) == ["👀 *ghost* marked this as ready for review"]
    assert texts(reviews.queued("maya")) == ["🚦 *maya* put this into the merge queue"]
    assert texts(reviews.unqueued("maya", "MANUAL")) == ["🚦 *maya* took this out of the merge queue"]
    assert texts(reviews.unqueued("maya", "NEW_REASON")) == ["🚦 This left the merge queue unmerged"]
    for message in (asked, reviews.recovered("abcdef0123")):
        assert not refused(message)
