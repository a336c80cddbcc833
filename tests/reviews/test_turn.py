"""Whose turn it is, by table, and what holds whatever the facts are."""

import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.samples import pulls
from blocks.pulls import Stage, stage
from bot.models import Check, CheckState, PullFacts, PullState, Verdict
from bot.owners.waiting import Need
from bot.reviews.standing import Around
from bot.reviews.turn import Action, Reason, Turn, my_turn, turn
from tests.reviews.cases import (
    BOT,
    CASES,
    CORE,
    FAILED,
    GONE,
    NO,
    NOW,
    OMAR,
    PULL,
    RUNNING,
    YES,
    Case,
    comment,
    need,
    review,
    team,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_whoever_must_act_next_is_waited_for(case: Case) -> None:
    found = turn(case.facts, case.beyond)
    if case.who is None:
        assert found is None
    else:
        assert found is not None
        assert (found.who, found.action, found.why) == (case.who, case.action, case.why)


def test_the_table_tells_every_action_and_no_case_twice() -> None:
    assert {case.action for case in CASES} == set(Action)
    assert len({case.title for case in CASES}) == len(CASES) >= 40


def test_owners_who_are_waited_for_come_with_what_they_own() -> None:
    missing = turn(like(pull=OMAR).facts, need("@Omar", "@lena", patterns=("storage/**", "*.sql")))
    assert missing == Turn(("omar",), "review requested", Action.REVIEW, (("omar", ("storage/**", "*.sql")),))
    asked = turn(like(pull={"teams": ("backend",)}).facts, need("@acme/backend"))
    assert asked == Turn(("backend",), "review requested", Action.REVIEW, (("backend", ("storage/**",)),))


def test_what_can_be_merged_is_shown_as_approved() -> None:
    for case in CASES:
        if case.action is Action.MERGE:
            assert stage(case.facts) is Stage.APPROVED, case.title
    asked = like(pull={"reviewers": ("copilot[bot]",)}, said=[("omar", YES)]).facts
    found = turn(asked)
    assert found is not None
    assert (found.action, stage(asked)) == (Action.MERGE, Stage.APPROVED)


PLAIN = (Action.REVIEW, Reason.REVIEW_REQUESTED, "review requested")
OWNER = (Action.REVIEW, Reason.REVIEW_REQUESTED, "a code owner must approve")
BOTH = {"reviewers": ("omar", "zoe")}
ZOE = {"reviewers": ("zoe",)}


def like(**facts: object) -> Case:
    """Return an unnamed case."""
    return Case("", None, **facts)  # type: ignore[arg-type]  # as the rows of the table


@pytest.mark.parametrize(
    ("case", "login", "teams", "told"),
    [
        (like(pull=OMAR), "omar", (), PLAIN),
        (like(pull=OMAR), "OMAR", (), PLAIN),
        (like(pull=OMAR), "zoe", (), None),
        (like(pull=OMAR), "maya", (), None),
        (like(pull=OMAR), "ghost", (), None),
        (like(pull=CORE), "zoe", ("acme/core",), PLAIN),
        (like(pull=CORE), "zoe", ("core",), PLAIN),
        (like(pull=CORE), "zoe", ("other/core",), None),
        (like(pull=CORE), "maya", ("core",), None),
        (like(pull=CORE, said=[("zoe", YES)]), "zoe", ("core",), None),
        (like(pull=CORE, said=[("zoe", GONE)]), "zoe", ("core",), PLAIN),
        (like(pull={"reviewers": ("core",)}), "zoe", ("core",), None),
        (like(pull=OMAR, said=[("omar", YES)]), "maya", (), None),
        (like(pull=CORE, around=team("zoe")), "zoe", (), PLAIN),
        (like(around=need("@acme/backend")), "zoe", ("backend",), OWNER),
        (like(pull=OMAR, around=need("@zoe")), "zoe", (), OWNER),
        (like(pull=OMAR, ran=[FAILED]), "omar", (), None),
        (like(said=[("omar", YES)]), "omar", (), None),
        (like(pull=BOT, said=[("omar", YES)]), "dependabot[bot]", (), None),
        (like(pull=OMAR | {"state": PullState.MERGED}), "omar", (), None),
        (
            like(pull=BOTH, said=[("omar", NO)]),
            "omar",
            (),
            (Action.REVIEW_AGAIN, Reason.RE_REQUESTED, "review requested again"),
        ),
        (like(pull=BOTH, said=[("omar", NO)]), "zoe", (), PLAIN),
        (
            like(pull=ZOE, said=[("omar", NO)], pushed=9),
            "omar",
            (),
            (Action.REVIEW_AGAIN, Reason.RE_REQUESTED, "maya answered the review"),
        ),
        (
            like(pull=ZOE, said=[("omar", YES)]),
            "maya",
            (),
            (Action.REVIEW, Reason.APPROVED, "review requested"),
        ),
        (
            like(said=[("omar", YES)], ran=[RUNNING]),
            "maya",
            (),
            (Action.WAIT_FOR_CHECKS, Reason.APPROVED, "approved, checks are running"),
        ),
        (
            like(said=[("omar", YES)]),
            "maya",
            (),
            (Action.MERGE, Reason.CAN_BE_MERGED, "approved, ready to merge"),
        ),
        (
            like(pull=OMAR, ran=[FAILED]),
            "maya",
            (),
            (Action.FIX_CHECKS, Reason.CI_FAILED, "check-0 failed"),
        ),
        (
            like(said=[("omar", NO)]),
            "maya",
            (),
            (Action.ADDRESS_CHANGES, Reason.NEEDS_WORK, "omar asked for changes"),
        ),
        (
            like(around=Around(merge_state="dirty")),
            "maya",
            (),
            (Action.RESOLVE_CONFLICTS, Reason.NEEDS_WORK, "conflicts with main"),
        ),
        (like(pull={"draft": True}), "maya", (), (Action.MARK_READY, None, "still a draft")),
    ],
)
def test_one_person_is_told_only_their_own_part(
    case: Case, login: str, teams: tuple[str, ...], told: tuple[Action, Reason | None, str] | None
) -> None:
    found = my_turn(case.facts, login, teams, case.beyond)
    assert (found and (found.action, found.reason, found.why)) == told


PEOPLE = ("maya", "omar", "zoe", "lena", "copilot[bot]", "ghost")
LOGINS = st.sampled_from(PEOPLE)
MOMENTS = st.integers(0, 3).map(lambda minute: NOW + timedelta(minutes=minute))
TEAMS = st.lists(st.sampled_from(["core", "web"]), max_size=2, unique=True).map(tuple)
FEW = st.lists(LOGINS, max_size=3, unique=True).map(tuple)
FACTS = st.builds(
    lambda author, state, draft, asked, teams, assigned, reviews, checks: PullFacts(
        replace(
            PULL,
            author=author,
            author_is_bot=(author or "").endswith("[bot]"),
            state=state,
            draft=draft,
            reviewers=asked,
            teams=teams,
            assignees=assigned,
        ),
        tuple(
            replace(review(number, login, verdict, body), submitted_at=moment)
            for number, (login, verdict, moment, body) in enumerate(reviews)
        ),
        tuple(Check("run", str(number), check, None) for number, check in enumerate(checks)),
    ),
    st.none() | LOGINS,
    st.sampled_from([PullState.OPEN, PullState.OPEN, PullState.OPEN, *PullState]),
    st.booleans(),
    FEW,
    TEAMS,
    FEW,
    st.lists(
        st.tuples(st.none() | LOGINS, st.sampled_from(Verdict), MOMENTS, st.sampled_from(["", "ok?"])),
        max_size=5,
    ),
    st.lists(st.sampled_from(CheckState), max_size=2),
)
OWNED = st.lists(
    st.sampled_from(["@maya", "@omar", "@acme/core", "@acme/api", "x@y.z"]), min_size=1, max_size=3
)
AROUND = st.builds(
    lambda comments, pushed, merge_state, queued, owners, members, approvals: Around(
        tuple(
            replace(comment(number, login, body), created_at=moment)
            for number, (login, moment, body) in enumerate(comments)
        ),
        pushed,
        merge_state,
        queued,
        tuple(Need(tuple(names), ("a/",), 1, ()) for names in owners),
        {"acme/core": members} if members is not None else {},
        approvals,
    ),
    st.lists(st.tuples(st.none() | LOGINS, MOMENTS, st.sampled_from(["ok", "ok?"])), max_size=4),
    st.none() | MOMENTS,
    st.sampled_from(["", "clean", "dirty", "blocked", "behind", "unstable", "what"]),
    st.booleans(),
    st.lists(OWNED, max_size=2),
    st.none() | FEW,
    st.none() | st.integers(0, 3),
)


@settings(max_examples=500)
@given(FACTS, AROUND, st.randoms(use_true_random=False))
def test_order_does_not_matter(facts: PullFacts, around: Around, chance: random.Random) -> None:
    shuffled = replace(facts, reviews=tuple(chance.sample(facts.reviews, len(facts.reviews))))
    comments = tuple(chance.sample(around.comments, len(around.comments)))
    assert turn(facts, around) == turn(shuffled, replace(around, comments=comments))


def test_within_one_second_githubs_own_numbers_tell_the_order() -> None:
    reviews = tuple(
        replace(review(at, "omar", verdict), submitted_at=NOW) for at, verdict in ((1, NO), (2, YES))
    )
    for order in (reviews, reviews[::-1]):
        found = turn(PullFacts(PULL, order, ()))
        assert found is not None
        assert found.action is Action.MERGE


def test_questions_of_one_second_are_told_by_name() -> None:
    asked = tuple(replace(comment(at, who, "ok?"), created_at=NOW) for at, who in ((1, "zoe"), (2, "omar")))
    for order in (asked, asked[::-1]):
        found = turn(PullFacts(replace(PULL, reviewers=("omar", "zoe")), (), ()), Around(comments=order))
        assert found is not None
        assert found.why == "omar and zoe asked a question"


@settings(max_examples=500)
@given(FACTS, AROUND)
def test_nobody_is_asked_about_their_own_action(facts: PullFacts, around: Around) -> None:
    found = turn(facts, around)
    assert (found is None) == (facts.pull.state is not PullState.OPEN)
    if found is None:
        return
    author = facts.pull.author or "ghost"
    assert found.why
    assert len(set(found.who)) == len(found.who)
    if found.action in (Action.REVIEW, Action.REVIEW_AGAIN):
        assert author not in found.who
        assert not {"ghost", "copilot[bot]"} & set(found.who)
    elif found.action in (Action.ADDRESS_CHANGES, Action.ANSWER):
        named = found.why.replace(" asked for changes", "").replace(" asked a question", "").split(" and ")
        assert not set(found.who) & set(named) - {author}
        assert "maya" not in named or author != "maya"
    for login in found.who:
        if login in PEOPLE and not login.endswith("[bot]") and login != "ghost":
            assert my_turn(facts, login, (), around) is not None


@settings(max_examples=500)
@given(FACTS, AROUND, LOGINS, TEAMS)
def test_a_persons_own_turn_agrees_with_the_whole(
    facts: PullFacts, around: Around, login: str, teams: tuple[str, ...]
) -> None:
    whole, mine = turn(facts, around), my_turn(facts, login, teams, around)
    if mine is None:
        return
    assert whole is not None
    assert mine.reason is not None or mine.action is Action.MARK_READY
    if mine.who:
        assert mine.who[0] in whole.who
    else:
        assert (login, mine.reason) == (facts.pull.author, Reason.APPROVED)
    if mine.reason in (Reason.REVIEW_REQUESTED, Reason.RE_REQUESTED):
        assert login != facts.pull.author


def test_a_thousand_pull_requests_are_quick() -> None:
    many = pulls(1_000)
    best = 9.0
    for _ in range(3):
        begin = time.process_time()
        found = [turn(facts, around) for facts, around in many]
        best = min(best, time.process_time() - begin)
    assert len({waiting.action for waiting in found if waiting}) > 4
    assert best < 0.3  # the aim is 100 ms on a quiet machine
