"""Whom of a team to ask."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reviews.routing import Member, Mode, Route, route

WHOLE, ROBIN, FEWEST = Mode.WHOLE, Mode.ROUND_ROBIN, Mode.FEWEST
TEAM = (Member("kim", 4), Member("lena", 1), Member("omar", 2), Member("zoe", 1))


def absent(*away: str, late: tuple[str, ...] = ()) -> tuple[Member, ...]:
    """Return the team with some away, and some not at work now."""
    return tuple(
        Member(member.login, member.open_reviews, member.login not in late, member.login in away)
        for member in TEAM
    )


@pytest.mark.parametrize(
    ("members", "mode", "reviewed", "last", "asked"),
    [
        (TEAM, WHOLE, (), None, ("kim", "lena", "omar", "zoe")),
        (TEAM, WHOLE, ("OMAR",), None, ("kim", "lena", "zoe")),
        (absent("kim"), WHOLE, (), None, ("kim", "lena", "omar", "zoe")),
        (TEAM, ROBIN, (), None, ("kim",)),
        (TEAM, ROBIN, (), "kim", ("lena",)),
        (TEAM, ROBIN, (), "zoe", ("kim",)),
        (TEAM, ROBIN, (), "maya", ("omar",)),
        (TEAM, ROBIN, ("omar",), "lena", ("zoe",)),
        (absent("omar"), ROBIN, (), "lena", ("zoe",)),
        (absent(late=("lena", "omar")), ROBIN, (), "kim", ("zoe",)),
        (absent("kim", late=("lena", "omar", "zoe")), ROBIN, (), "zoe", ("lena",)),
        (TEAM, FEWEST, (), None, ("lena",)),
        (TEAM, FEWEST, (), "lena", ("zoe",)),
        (absent("lena", late=("zoe",)), FEWEST, (), None, ("omar",)),
        (absent("kim", "lena", "omar", "zoe"), FEWEST, ("zoe",), None, ("kim", "lena", "omar")),
        ((), ROBIN, (), None, ()),
        (TEAM, FEWEST, ("kim", "lena", "omar", "zoe"), None, ()),
    ],
)
def test_a_team_is_asked_as_it_wants(
    members: tuple[Member, ...],
    mode: Mode,
    reviewed: tuple[str, ...],
    last: str | None,
    asked: tuple[str, ...],
) -> None:
    found = route(members, mode, author="maya", reviewed=reviewed, last_given=last)
    assert found.logins == asked
    assert found.why


def test_the_author_is_not_asked_whatever_the_case() -> None:
    assert route(TEAM, ROBIN, author="KIM") == Route(("lena",), "next in turn")


def test_everybody_has_their_turn() -> None:
    last, given_to = None, []
    for _ in range(8):
        (last,) = route(TEAM, ROBIN, author=None, last_given=last).logins
        given_to.append(last)
    assert given_to == ["kim", "lena", "omar", "zoe"] * 2


LOGINS = st.text("abcXYZ-", min_size=1, max_size=3)
MEMBERS = st.lists(
    st.builds(Member, LOGINS, st.integers(0, 3), st.booleans(), st.booleans()),
    max_size=6,
    unique_by=lambda member: member.login.lower(),
)


@given(
    MEMBERS,
    st.sampled_from(Mode),
    st.tuples(st.none() | LOGINS, st.none() | LOGINS),
    st.lists(LOGINS, max_size=3),
    st.randoms(use_true_random=False),
)
def test_whoever_is_asked_may_be_asked(
    members: list[Member],
    mode: Mode,
    author_and_last: tuple[str | None, str | None],
    reviewed: list[str],
    chance: random.Random,
) -> None:
    author, last = author_and_last
    found = route(members, mode, author=author, reviewed=reviewed, last_given=last)
    able = {member.login for member in members} - {
        member.login
        for member in members
        if member.login.lower() in {login.lower() for login in (*reviewed, author or "")}
    }
    assert set(found.logins) <= able
    assert bool(found.logins) == bool(able)
    if mode is not WHOLE and any(not member.away for member in members if member.login in able):
        (one,) = found.logins
        assert not next(member.away for member in members if member.login == one)
    shuffled = chance.sample(members, len(members))
    assert found == route(shuffled, mode, author=author, reviewed=reviewed, last_given=last)
