"""What people choose for themselves is read with an example for every mistake; lists name the wrong line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.people.choices import format_days, format_hours, parse_choice
from bot.people.lists import MOST_LINES, Row, parse_list


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("hours 09:00-17:00", {"starts": 540, "ends": 1020}),
        ("hours 9-17", {"starts": 540, "ends": 1020}),
        ("HOURS 22:00 to 06:30", {"starts": 1320, "ends": 390}),
        ("hours 8:30\u201324:00", {"starts": 510, "ends": 0}),
        ("hours none", {"starts": None, "ends": None}),
        ("days mon-fri", {"days": (0, 1, 2, 3, 4)}),
        ("days sun-thu", {"days": (0, 1, 2, 3, 6)}),
        ("days mon, wed", {"days": (0, 2)}),
        ("days none", {"days": None}),
        ("country de", {"country": "DE"}),
        ("country DE-BY", {"country": "DE"}),
        ("country none", {"country": None}),
        ("dms off", {"dms": False}),
        ("dms ON", {"dms": True}),
    ],
)
def test_choices_are_read(typed: str, fields: dict[str, Any]) -> None:
    assert parse_choice(typed) == fields


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hours", "`/patchforge me hours 09:00-17:00`"),
        ("hours late", "write them like `09:00-17:00`"),
        ("hours 9:75-17", "write them like"),
        ("hours 25-26", "write them like"),
        ("hours 9-9", "leaves no hours"),
        ("days someday", "write them like `mon-fri`"),
        ("country XX", "I know no holidays"),
        ("dms maybe", "Write `on` or `off`"),
        ("zone Europe/Berlin", "the one that you have in Slack"),
        ("hors 9-17", "did you mean `hours`?"),
    ],
)
def test_a_mistake_is_answered_with_an_example(typed: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_choice(typed)
    assert words in caught.value.sentence


@given(st.integers(0, 1439), st.integers(0, 1439), st.sets(st.integers(0, 6), min_size=1))
def test_what_is_shown_is_read_back(starts: int, ends: int, days: set[int]) -> None:
    if starts != ends:
        assert parse_choice(f"hours {format_hours(starts, ends)}") == {"starts": starts, "ends": ends}
    wanted = tuple(sorted(days))
    assert parse_choice(f"days {format_days(wanted)}") == {"days": wanted}


def test_a_list_is_read_however_it_is_parted() -> None:
    listed = parse_list(
        'GitHub login,Slack\noctocat,Mona@Example.org\n\nhubot;<@U012AB3CD|h>\n@ada\tU0ADA\n"bob", "b@x.org"'
    )
    assert not listed.wrong
    assert listed.rows == (
        Row(2, "octocat", address="mona@example.org"),
        Row(4, "hubot", member="U012AB3CD"),
        Row(5, "ada", member="U0ADA"),
        Row(6, "bob", address="b@x.org"),
    )


def test_each_wrong_line_is_named_once_with_what_is_wrong() -> None:
    listed = parse_list("octocat,a@x.org\n-no-,b@x.org\nhubot,nobody\nada\noctocat,c@x.org\nbob,a@x.org")
    assert listed.wrong == {
        2: "-no- is not a GitHub login",
        3: "nobody is neither an e-mail address nor a Slack id",
        4: "needs two things: a GitHub login, and a Slack e-mail address or id",
        5: "octocat stands in line 1, too",
        6: "a@x.org stands in line 1, too",
    }


def test_a_list_that_is_too_long_says_so_and_stops() -> None:
    listed = parse_list("\n".join(f"user{at},u{at}@x.org" for at in range(MOST_LINES + 10)))
    assert len(listed.rows) == MOST_LINES
    assert list(listed.wrong) == [MOST_LINES + 1]


@given(st.text(max_size=400))
def test_any_list_is_read_without_harm(text: str) -> None:
    listed = parse_list(text)
    assert all(row.login and (row.member or row.address) for row in listed.rows)
