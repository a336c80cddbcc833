"""docs/whose-turn.md says what the code does."""

from bot.reviews.routing import Mode
from bot.reviews.turn import Reason
from tests.reviews.page import PATH, filled


def test_the_tables_are_those_of_the_code() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert text == filled(text), "run `python -m tests.reviews.page`"


def test_every_reason_and_every_way_to_ask_a_team_is_told() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert [reason for reason in Reason if reason.value not in text] == []
    assert [mode for mode in Mode if f"`{mode.value}`" not in text] == []
