"""Which statuses mean that somebody is away, and until when; and when they work."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.away import EMOJI, WORDS, away_until, is_away
from bot.people.working import calendar
from bot.reminders.working import Away
from storage.profiles import FOREVER, Profile

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (":palm_tree:", ""), ("palm_tree", "Vacationing"), (":face_with_thermometer:", "Out sick"),
        ("", "On vacation until Monday"), ("", "OOO"), ("", "Out of office"), ("", "PTO :sunny:"),
        ("", "Urlaub bis 3.12."), ("", "parental leave"), ("", "not working, sick"), ("coffee", "day off"),
        (":mask::skin-tone-2:", ""),
    ],
)  # fmt: skip
def test_these_are_away(emoji: str, text: str) -> None:
    assert is_away(emoji, text)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        ("", ""), (":spiral_calendar_pad:", "In a meeting"), (":house_with_garden:", "Working remotely"),
        (":bus:", "Commuting"), ("", "Back from vacation"), (":palm_tree:", "planning my holidays"),
        ("", "no longer sick"), ("", "not away"), ("", "leave me alone"), ("", "Sickle cell research"),
        ("headphones", "Focusing"), ("", "faraway"),
    ],
)  # fmt: skip
def test_these_are_not(emoji: str, text: str) -> None:
    assert not is_away(emoji, text)


@given(st.text(max_size=60), st.text(max_size=200), st.integers(-(2**70), 2**70))
def test_any_status_is_judged_without_harm(emoji: str, text: str, expires: int) -> None:
    until = away_until(emoji, text, expires, NOW)
    assert until is None or (until > NOW and is_away(emoji, text))


def test_a_status_ends_when_it_says_and_else_nobody_knows_when() -> None:
    end = NOW + timedelta(days=3)
    assert away_until("palm_tree", "", int(end.timestamp()), NOW) == end
    assert away_until("palm_tree", "", 0, NOW) == FOREVER
    assert away_until("palm_tree", "", int(NOW.timestamp()), NOW) is None
    assert away_until("palm_tree", "", 10**30, NOW) == FOREVER


def test_working_time_is_what_was_chosen_and_else_the_usual() -> None:
    usual = calendar(Profile("U1"))
    assert (usual.zone, usual.days, usual.starts, usual.ends) == ("UTC", (0, 1, 2, 3, 4), time(9), time(17))
    assert (usual.country, usual.away) == ("", None)
    chosen = calendar(
        Profile("U1", "Europe/Berlin", "DE", (0, 1), 22 * 60, 6 * 60 + 30, away_since=NOW, away_until=FOREVER)
    )
    assert (chosen.starts, chosen.ends, chosen.country) == (time(22), time(6, 30), "DE")
    assert chosen.away == Away(NOW, None)
    assert calendar(Profile("U1", away_since=NOW, away_until=NOW + timedelta(1))).away == Away(
        NOW, NOW + timedelta(1)
    )


def test_the_page_lists_the_emoji_and_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
    listed = page.partition("- Emoji: ")[2].partition("- Words: ")
    words = listed[2].partition("\n\n")[0]
    assert set(listed[0].split("`")[1::2]) == EMOJI
    assert set(words.split("`")[1::2]) == set(WORDS)
