"""Home, subscriptions and help fit on one screen, and teach when they are empty."""

from typing import Any

import pytest

from blocks import ids, subscriptions
from blocks.help import error_message, notice, overview, topic
from blocks.home import HomeView, PullLine, home
from blocks.kit import View
from blocks.subscriptions import SubscriptionView
from bot.models import CheckState, PullFacts, SlackMessage
from tests.blocks.block_samples import (
    AGO,
    HOSTILE,
    NOW,
    WEB,
    Waits,
    draft_view,
    pressed,
    pull,
    ran,
    refused,
    subscription,
    texts,
)

FEATURES = {"reviews": "one card per pull request", "notes": "a release note on merge"}
COMMANDS = [
    (
        "subscribe",
        "subscribe owner/repo [features]",
        "Follow a repository in this channel.",
        "Try `draft:no`.",
    ),
    ("list", "list", "Show what this channel follows.", ""),
]


def line(**changes: Any) -> PullLine:
    facts = PullFacts(pull(**changes), (), (ran("a", CheckState.PASSED),))
    return PullLine(facts, Waits(("omar",), "review"))


def home_view(**changes: Any) -> HomeView:
    values: dict[str, Any] = {
        "web_url": WEB,
        "login": "maya",
        "waiting_for_me": (),
        "my_pulls": (),
        "drafts_to_approve": (),
        "subscriptions": {},
        "health": "All is well",
        "updated": NOW,
        **changes,
    }
    return HomeView(**values)


def entries(**changes: Any) -> tuple[SubscriptionView, ...]:
    return tuple(subscription(id=number, **changes) for number in range(1, 91))


def test_an_empty_home_teaches_what_would_fill_it() -> None:
    shown = home(home_view(login=None))
    assert texts(shown) == [
        (
            "👋 I don't know yet who you are on GitHub. "
            "Type `/patchforge link your-login` and this page fills up."
        ),
        "Nothing waits for you. Well done.",
        "You have none open in the repositories your channels follow.",
        "Nothing right now. When a pull request is merged, its draft shows up here.",
        "Nothing yet. Follow one here, or type `/patchforge subscribe owner/repo` in a channel.",
        f"All is well · Updated {AGO}",
    ]
    assert refused(shown, lint=True) == []


def test_home_shows_pulls_drafts_and_subscriptions() -> None:
    shown = home(
        home_view(
            waiting_for_me=(line(),),
            drafts_to_approve=(draft_view(),),
            subscriptions={"C01": (subscription(),)},
            people={"omar": "U02"},
        )
    )
    link = f"<{WEB}/acme/web/pull/12|Keep the cart when a session ends>"
    found = texts(shown)
    assert f"👀 *{link}*\nacme/web#12 · maya · {AGO} · Waiting for <@U02>: review" in found
    assert f"🐛 *Fix* · {link} · acme/web#12\n>Your cart is kept when you sign in again." in found
    assert "<#C01>\n*acme/web* · reviews, notes · pull requests that are not drafts" in found
    assert pressed(shown) == ["Approve & send", "Edit", "Follow a repository", "Edit"]
    assert refused(shown, lint=True) == []


def test_each_subscription_can_be_edited_from_home() -> None:
    shown = home(home_view(subscriptions={"C01": (subscription(id=1), subscription(id=2, repo="acme/api"))}))
    (menu,) = [block["accessory"] for block in shown["blocks"] if "accessory" in block]
    assert [option["text"]["text"] for option in menu["options"]] == ["Edit acme/web", "Edit acme/api"]
    assert ids.decode(ids.SubscriptionRef, menu["options"][1]["value"]) == ids.SubscriptionRef(2)
    assert refused(shown, lint=True) == []


def test_a_crowded_home_stays_below_the_limit_and_counts_the_rest() -> None:
    shown = home(
        home_view(
            login=None,
            waiting_for_me=(line(),) * 200,
            my_pulls=(line(),) * 200,
            drafts_to_approve=(draft_view(),) * 200,
            subscriptions=dict.fromkeys((f"C{number}" for number in range(200)), entries()),
        )
    )
    assert len(shown["blocks"]) < 100
    assert texts(shown).count("and 188 more") == 3
    assert "and 185 more" in texts(shown)
    assert refused(shown, lint=True) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly_in_every_list(text: str) -> None:
    entry = subscription(repo=text, features=(text,) * 9, filter=text, created_by=text, filter_words=text)
    pulls = (line(title=text, author=text, repo=text),) * 90
    view = home_view(
        login=text,
        waiting_for_me=pulls,
        my_pulls=pulls,
        drafts_to_approve=(draft_view(text=text),) * 90,
        subscriptions={text: entries(repo=text, filter_words=text), "C01": (entry,)},
        health=text,
        people={"omar": text},
    )
    command = (text, text, text, text)
    shown: list[SlackMessage | View] = [
        home(view),
        subscriptions.subscription_list(text, [entry] * 90),
        subscriptions.subscription_list(text, []),
        subscriptions.confirmation(entry, {text: text}, notes=[text, subscriptions.invite_hint(text)]),
        overview([command] * 60),
        topic(command),
        error_message(text),
        notice(error_message(text)),
    ]
    for one in shown:
        assert refused(one) == []
        assert not any("<!channel" in part or "<http://evil" in part for part in texts(one))


def test_a_list_says_what_is_followed_by_whom_and_since_when() -> None:
    shown = subscriptions.subscription_list("C01", [subscription()])
    assert texts(shown)[:2] == [
        "<#C01> follows 1 repository",
        f"*acme/web* · reviews, notes · pull requests that are not drafts\nSet up by <@U01> {AGO}",
    ]
    assert pressed(shown) == ["Edit", "Remove"]
    assert ids.decode(ids.SubscriptionRef, shown.blocks[2]["elements"][0]["value"]).id == 3
    assert refused(shown, lint=True) == []


def test_an_empty_list_says_how_to_start() -> None:
    shown = subscriptions.subscription_list("C01", [])
    assert texts(shown) == [
        "<#C01> follows no repository yet. Start with `/patchforge subscribe owner/repo`."
    ]


def test_answers_say_what_happens_now() -> None:
    made = subscriptions.confirmation(subscription(), FEATURES)
    gone = subscriptions.removed(subscription().subscription)
    assert "• *reviews*: one card per pull request\n" in texts(made)[0]
    assert pressed(made) == ["Edit", "Remove"]
    assert texts(gone) == ["<#C01> no longer follows *acme/web*."]
    assert pressed(gone) == ["Undo"]
    assert refused(made, lint=True) == refused(gone, lint=True) == []


def test_help_lists_each_command_with_how_to_type_it() -> None:
    shown = overview(COMMANDS)
    assert "`/patchforge subscribe owner/repo [features]` · Follow a repository in this channel." in texts(
        shown
    )[1].split("\n")
    assert refused(shown, lint=True) == []


def test_help_on_one_command_adds_its_details() -> None:
    assert texts(topic(COMMANDS[0]))[1] == "Try `draft:no`."
    assert len(topic(COMMANDS[1]).blocks) == 1


def test_a_mistake_is_answered_with_the_word_in_fixed_width() -> None:
    shown = error_message("I don't know the option `a_b <x>`; did you mean `base:`?")
    assert texts(shown) == ["I don't know the option `a_b &lt;x&gt;`; did you mean `base:`?"]
    assert refused(notice(shown), lint=True) == []
