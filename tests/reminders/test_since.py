"""Since when it is somebody's turn: told from what the facts know of their moments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import CheckState, Comment, PullFacts, Review, Verdict
from bot.reminders.since import Moments, since
from bot.reviews.standing import Around
from bot.reviews.turn import Action, turn
from tests.blocks.block_samples import NOW, pull, ran

HOUR = timedelta(hours=1)
OPENED = NOW - 100 * HOUR


def at(hours: int) -> datetime:
    return OPENED + hours * HOUR


def said(login: str, verdict: Verdict, hours: int, body: str = "") -> Review:
    return Review(hours, 1, login, verdict, body, "", at(hours))


def asks(login: str, hours: int, body: str = "Why so?") -> Comment:
    return Comment(hours, 1, login, False, body, None, None, "", at(hours))


PUSHED = Around(pushed_at=at(20))


@pytest.mark.parametrize(
    ("changes", "reviews", "around", "moments", "expected"),
    [
        ({"reviewers": ("omar",)}, [], Around(), Moments(), (Action.REVIEW, 0)),
        ({"reviewers": ("omar",)}, [], Around(), Moments({"omar": at(30)}), (Action.REVIEW, 30)),
        ({"reviewers": ("omar",)}, [], PUSHED, Moments({"omar": at(5)}), (Action.REVIEW, 20)),
        ({"reviewers": ("omar",), "ready_at": at(7)}, [], Around(), Moments(), (Action.REVIEW, 7)),
        ({"reviewers": ("omar", "maya")}, [], Around(), Moments({"omar": at(30)}), (Action.REVIEW, 0)),
        ({"reviewers": (), "teams": ("core",)}, [], Around(), Moments({"core": at(9)}), (Action.REVIEW, 9)),
        (
            {"reviewers": (), "teams": ("core",)},
            [],
            Around(asked={"acme/core": "omar"}, members={"acme/core": ("omar",)}),
            Moments({"core": at(9)}),
            (Action.REVIEW, 9),
        ),
        (
            {"reviewers": ("omar",)},
            [said("omar", Verdict.APPROVED, 10)],
            Around(),
            Moments({"omar": at(12)}),
            (Action.REVIEW_AGAIN, 12),
        ),
        (
            {"reviewers": ()},
            [said("omar", Verdict.CHANGES_REQUESTED, 10)],
            Around(),
            Moments(),
            (Action.ADDRESS_CHANGES, 10),
        ),
        (
            {"reviewers": ()},
            [said("omar", Verdict.CHANGES_REQUESTED, 10)],
            PUSHED,
            Moments(),
            (Action.REVIEW_AGAIN, 20),
        ),
        (
            {"reviewers": ()},
            [said("omar", Verdict.CHANGES_REQUESTED, 10)],
            Around(comments=(asks("ada", 15, "Done."), asks("ada", 40, "And more."))),
            Moments(),
            (Action.REVIEW_AGAIN, 15),
        ),
        (
            {"reviewers": ("omar",)},
            [],
            Around(comments=(asks("omar", 3), asks("omar", 8))),
            Moments(),
            (Action.ANSWER, 3),
        ),
        ({"reviewers": ()}, [said("omar", Verdict.APPROVED, 10)], Around(), Moments(), (Action.MERGE, 10)),
        ({"reviewers": (), "draft": True}, [], PUSHED, Moments(), (Action.MARK_READY, 0)),
        (
            {"reviewers": ("omar",), "queued_at": at(33)},
            [],
            Around(queued=True),
            Moments(),
            (Action.WAIT_FOR_QUEUE, 33),
        ),
        (
            {"reviewers": ()},
            [],
            Around(merge_state="dirty", pushed_at=at(4)),
            Moments(),
            (Action.RESOLVE_CONFLICTS, 4),
        ),
    ],
)
def test_the_moments_by_what_is_waited_for(
    changes: dict[str, object],
    reviews: Sequence[Review],
    around: Around,
    moments: Moments,
    expected: tuple[Action, int],
) -> None:
    facts = PullFacts(pull(repo="acme/app", author="ada", created_at=OPENED, **changes), tuple(reviews), ())
    whose = turn(facts, around)
    assert whose is not None
    action, hours = expected
    assert whose.action is action
    assert since(facts, whose, around, moments) == at(hours)


def test_checks_wait_since_the_first_of_them_failed() -> None:
    facts = PullFacts(
        pull(author="ada", reviewers=("omar",), created_at=OPENED), (), (ran("test", CheckState.FAILED),)
    )
    whose = turn(facts, PUSHED)
    assert whose is not None
    assert since(facts, whose, PUSHED, Moments(failed_at=at(21))) == at(21)
    assert since(facts, whose, PUSHED) == at(20)


_hours = st.none() | st.integers(0, 99)


@given(
    _hours,
    _hours,
    st.dictionaries(st.sampled_from(["omar", "maya"]), st.integers(0, 99)),
    st.lists(
        st.tuples(st.sampled_from(["omar", "maya", "ada"]), st.sampled_from(Verdict), st.integers(0, 99))
    ),
    st.booleans(),
)
def test_it_is_never_before_the_opening_and_never_after_the_last_that_happened(
    pushed: int | None,
    ready: int | None,
    asked: dict[str, int],
    reviews: list[tuple[str, Verdict, int]],
    waits: bool,
) -> None:
    moment: dict[int | None, datetime | None] = {None: None, **{hour: at(hour) for hour in range(100)}}
    made = pull(
        author="ada",
        reviewers=("omar",) if waits else (),
        created_at=OPENED,
        ready_at=moment[ready],
    )
    facts = PullFacts(made, tuple(said(*one) for one in reviews), ())
    around = Around(pushed_at=moment[pushed])
    whose = turn(facts, around)
    assert whose is not None
    begun = since(facts, whose, around, Moments({name: at(hour) for name, hour in asked.items()}))
    last = max([0, pushed or 0, ready or 0, *asked.values(), *(hour for _, _, hour in reviews)])
    assert OPENED <= begun <= at(last)
