"""A digest says whose turn it is, the longest wait first, leaves nothing out, and is silent when empty."""

import re
import time as clock
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.reminders import Band, DigestLine, DigestView, Whose, digest, span
from bot.models import CheckState, PullFacts, PullState, Review, SlackMessage, Verdict
from bot.reminders.digest import Wanted, band, for_channel, for_person
from bot.reviews.turn import turn
from tests.blocks.block_samples import HOSTILE, NOW, WEB, Waits, pull, ran, refused, review, texts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYTHING = Wanted()
PEOPLE = {"maya": "U01", "omar": "U02"}


def line(
    number: int, days: float, who: Sequence[str] = ("omar",), *, said: Sequence[Review] = (), **changes: Any
) -> DigestLine:
    """Return a pull request that waits for some since some days."""
    facts = PullFacts(pull(id=number, number=number, **changes), tuple(said), ())
    return DigestLine(facts, Waits(tuple(who), "review requested"), NOW - days * DAY)


def channel(lines: Sequence[DigestLine], wanted: Wanted = EVERYTHING) -> DigestView | None:
    return for_channel(lines, NOW, wanted, web_url=WEB, people=PEOPLE)


def person(lines: Sequence[DigestLine], login: str = "omar", teams: Sequence[str] = ()) -> DigestView | None:
    return for_person(lines, login, teams, NOW, EVERYTHING, web_url=WEB, people=PEOPLE)


def numbers(view: DigestView | None) -> list[list[int]]:
    """Return the numbers of the pull requests, group by group."""
    assert view
    return [[one.facts.pull.number for _, found in group.bands for one in found] for group in view.groups]


def shown(view: DigestView | None) -> list[SlackMessage]:
    assert view
    messages = digest(view)
    for message in messages:
        assert refused(message, lint=True) == []
    return messages


def link(number: int) -> str:
    return f"<{WEB}/acme/web/pull/{number}|Keep the cart when a session ends>"


def test_a_channels_digest_reads_well() -> None:
    found = [
        line(1, 0.1, ("omar", "zoe")),
        line(2, 12, said=[review("omar", Verdict.CHANGES_REQUESTED)]),
        line(3, 3),
        line(4, 0.1),
        line(5, 1, ()),
        line(6, 2, ("maya",)),
    ]
    (message,) = shown(channel(found))
    assert message.text == "6 pull requests wait, 1 for a week or longer"
    assert texts(message) == [
        "☀️ *6 pull requests wait, 1 for a week or longer*",
        (
            "👉 *<@U02>* · 3\n"
            f"_A week or longer_\n🔧 {link(2)} · *12 d* · acme/web#2 · by maya · review requested\n"
            f"_One to six days_\n👀 {link(3)} · 3 d · acme/web#3 · by maya · review requested\n"
            f"_Less than a day_\n👀 {link(4)} · 2 h · acme/web#4 · by maya · review requested"
        ),
        f"👉 *<@U01>* · 1\n👀 {link(6)} · 2 d · acme/web#6 · review requested",
        f"👉 *<@U02>, zoe* · 1\n👀 {link(1)} · 2 h · acme/web#1 · by maya · review requested",
        f"🤷 *Nobody in particular* · 1\n👀 {link(5)} · 1 d · acme/web#5 · by maya · review requested",
        "`/patchforge remind off` ends this reminder.",
    ]


def test_a_persons_digest_puts_their_turn_first_and_then_what_they_wait_for() -> None:
    found = [
        line(1, 3, ("zoe",), author="omar"),
        line(2, 1, ("OMAR",)),
        line(3, 9, ("acme/backend",)),
        line(4, 9, ("zoe",)),
    ]
    (message,) = shown(person(found, teams=["acme/backend"]))
    assert message.text == "2 pull requests wait for you, 1 for a week or longer"
    assert texts(message)[1:] == [
        (
            "👉 *Your turn* · 2\n"
            f"_A week or longer_\n👀 {link(3)} · *9 d* · acme/web#3 · by maya · review requested\n"
            f"_One to six days_\n👀 {link(2)} · 1 d · acme/web#2 · by maya · review requested"
        ),
        (
            "💤 *Yours, waiting for others* · 1\n"
            f"👀 {link(1)} · 3 d · acme/web#1 · Waiting for zoe: review requested"
        ),
        "`/patchforge remind me off` ends this reminder.",
    ]


def test_a_person_whose_turn_it_is_not_hears_nothing() -> None:
    assert person([line(1, 3, ("zoe",), author="omar"), line(2, 3, ("zoe",))]) is None
    assert person([line(1, 3, ())]) is None


@pytest.mark.parametrize(
    "found",
    [
        [],
        [line(1, 3, state=PullState.MERGED), line(2, 3, state=PullState.CLOSED)],
        [line(7, 3), line(8, 3)],
        [line(1, 3, said=[review("omar", Verdict.APPROVED)])],
    ],
    ids=["none", "closed", "snoozed and muted", "approved"],
)
def test_an_empty_digest_is_silent(found: list[DigestLine]) -> None:
    assert channel(found, Wanted(ignore_approved=True, snoozed={7}, muted={8})) is None


@pytest.mark.parametrize(
    ("said", "asked", "left_out"),
    [
        ([review("omar", Verdict.APPROVED)], (), True),
        ([review("omar", Verdict.APPROVED)], ("zoe",), False),
        ([review("omar", Verdict.APPROVED)], ("omar",), False),
        ([review("omar", Verdict.APPROVED), review("zoe", Verdict.CHANGES_REQUESTED)], (), False),
        ([review("omar", Verdict.COMMENTED)], (), False),
        ([], (), False),
    ],
)
def test_what_is_approved_is_left_out_where_asked(
    said: list[Review], asked: tuple[str, ...], left_out: bool
) -> None:
    found = [line(1, 3, said=said, reviewers=asked)]
    assert channel(found) is not None
    assert (channel(found, Wanted(ignore_approved=True)) is None) == left_out


def test_failed_checks_do_not_bring_back_what_is_approved() -> None:
    facts = PullFacts(pull(), (review("omar", Verdict.APPROVED),), (ran("test", CheckState.FAILED),))
    found = [DigestLine(facts, turn(facts), NOW)]
    assert channel(found, Wanted(ignore_approved=True)) is None


def test_groups_come_by_the_longest_wait_and_nobody_last() -> None:
    found = [line(1, 2, ("zoe",)), line(2, 9, ()), line(3, 1), line(4, 3), line(5, 2, ("Zoe",))]
    assert numbers(channel(found)) == [[4, 3], [1, 5], [2]]
    view = channel(found)
    assert view
    assert [group.whose for group in view.groups] == [Whose.NAMED, Whose.NAMED, Whose.NOBODY]


def test_the_order_of_those_waited_for_makes_no_group_of_its_own() -> None:
    assert numbers(channel([line(1, 2, ("zoe", "omar")), line(2, 1, ("omar", "zoe"))])) == [[1, 2]]


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (timedelta(), Band.TODAY),
        (DAY - timedelta(microseconds=1), Band.TODAY),
        (DAY, Band.DAYS),
        (7 * DAY - timedelta(microseconds=1), Band.DAYS),
        (7 * DAY, Band.WEEK),
        (-HOUR, Band.TODAY),
    ],
)
def test_bands_of_age(waited: timedelta, expected: Band) -> None:
    assert band(NOW - waited, NOW) is expected


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (-HOUR, "0 min"),
        (timedelta(minutes=59), "59 min"),
        (HOUR, "1 h"),
        (DAY - HOUR, "23 h"),
        (DAY, "1 d"),
        (13 * DAY, "13 d"),
        (14 * DAY, "2 w"),
        (364 * DAY, "52 w"),
        (800 * DAY, "2 y"),
    ],
)
def test_ages_are_short(waited: timedelta, expected: str) -> None:
    assert span(waited) == expected


def test_what_began_to_wait_this_minute_waits_just_now() -> None:
    (message,) = shown(channel([line(1, 0)]))
    assert f"👀 {link(1)} · just now · acme/web#1" in texts(message)[1]


def test_five_hundred_pull_requests_are_all_shown_within_a_second() -> None:
    def one(number: int) -> DigestLine:
        author, asked = f"author-{number % 40}", f"reviewer-{number % 7}"
        said = [review(asked, Verdict.CHANGES_REQUESTED)] if number % 3 == 0 else []
        made = pull(
            id=number,
            number=number,
            repo=f"acme/service-{number % 60}",
            title=f"Number {number}: keep what <b>matters</b> & drop the rest, as agreed with everybody",
            author=author,
            reviewers=() if said else (asked,),
        )
        facts = PullFacts(made, tuple(said), (ran("test", CheckState.PASSED),))
        return DigestLine(facts, turn(facts), NOW - number * HOUR)

    found = [one(number) for number in range(1, 501)]
    begun = clock.perf_counter()
    view = channel(found)
    assert view
    messages = digest(view)
    assert clock.perf_counter() - begun < 1
    assert everything(messages) == set(range(1, 501))
    assert [refused(message, lint=True) for message in messages] == [[]] * len(messages)
    assert len(messages) > 3
    for number, message in enumerate(messages, 1):
        assert message.text == (
            f"500 pull requests wait, 333 for a week or longer ({number} of {len(messages)})"
        )
        assert f"{number} of {len(messages)}" in texts(message)
        assert texts(message)[0].startswith("☀️" if number == 1 else "👉")


def everything(messages: Sequence[SlackMessage]) -> set[int]:
    """Return the numbers of all pull requests shown; each may be shown once only, and none be cut."""
    said = "\n".join(text for message in messages for text in texts(message))
    assert "too long" not in said
    assert not re.search(r"^and \d+ more$", said, re.MULTILINE)
    found = [int(number) for number in re.findall(r"/pull/(\d+)\|", said)]
    assert len(found) == len(set(found))
    return set(found)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(), ("omar",), ("zoe", "kim"), tuple(f"somebody-{n}" for n in range(40))]),
            st.floats(0, 400),
            st.sampled_from(["x", "&" * 100, "😀" * 100, "A title of a usual length for a pull request"]),
        ),
        min_size=1,
        max_size=150,
    )
)
def test_however_many_and_long_nothing_is_cut(made: list[tuple[tuple[str, ...], float, str]]) -> None:
    found = [line(number, days, who, title=title) for number, (who, days, title) in enumerate(made, 1)]
    view = channel(found)
    assert view
    messages = digest(view)
    assert everything(messages) == set(range(1, len(made) + 1))
    assert not [one for message in messages for one in refused(message)]


def test_many_small_groups_stay_below_fifty_blocks() -> None:
    found = [line(number, 1, (f"p{number}",), title="x", repo="a/b") for number in range(1, 200)]
    messages = shown(channel(found))
    assert max(len(message.blocks) for message in messages) <= 50
    assert everything(messages) == set(range(1, 200))


def test_a_group_that_goes_on_says_again_whose_it_is() -> None:
    messages = shown(channel([line(number, 3) for number in range(1, 200)]))
    assert len(messages) > 1
    assert all(texts(message)[0].startswith("👉 *<@U02>* (continued)\n") for message in messages[1:])
    assert sum(text.startswith("👉 *<@U02>* · 199") for message in messages for text in texts(message)) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly(text: str) -> None:
    hostile = [
        DigestLine(line(number, 9, author=text, title=text, repo=text).facts, Waits((text,) * 9, text), NOW)
        for number in range(1, 40)
    ]
    for view in (channel(hostile), person(hostile, login=text)):
        assert view
        for message in digest(view):
            assert refused(message) == []
            assert not any("<!channel" in part or "<http://evil" in part for part in texts(message))
