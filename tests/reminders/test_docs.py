"""The page on reminders says what the code does."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.filters.language import parse_filter
from bot.reminders.figures import WEEKS
from bot.reminders.request import OPTIONS, Order, format_remind, parse_remind
from bot.reminders.sla import Step, parse_ladder
from bot.reminders.snooze import parse_snooze
from bot.reminders.working import Calendar

PAGE = (Path(__file__).parents[2] / "docs" / "reminders.md").read_text(encoding="utf-8")
COMMAND = "/patchforge remind "
EXAMPLES = [line.removeprefix(COMMAND) for line in PAGE.splitlines() if line.startswith(COMMAND)]


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table under the heading, without its head."""
    rows = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows[2:]]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood_and_so_is_its_filter(example: str) -> None:
    read = parse_remind(example)
    assert parse_remind(format_remind(read)) == read
    if not isinstance(read, Order):
        parse_filter(read.filter)


def test_the_options_are_those_of_the_code_in_its_words() -> None:
    assert [(name.strip("`"), what) for name, what in table("Setting one")] == list(OPTIONS.items())


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_understood_as_it_stands(option: str) -> None:
    assert parse_remind(f"daily 9:00 {option}") != parse_remind("daily 9:00")


@pytest.mark.parametrize(
    "days", re.findall(r"`([^`]+)`", section("Setting one").split("**Days.**")[1].split("`every`")[0])
)
def test_every_way_to_name_days_is_understood(days: str) -> None:
    parse_remind(f"{days} 9:00")


def test_every_snooze_is_understood() -> None:
    now = datetime(2026, 11, 20, 13, tzinfo=UTC)
    for written, _ in table("Snooze"):
        for text in re.findall(r"`([^`]+)`", written):
            assert parse_snooze(text, now, Calendar()) > now


def test_the_ladder_is_that_of_the_code() -> None:
    rows = table("Deadlines and the ladder")
    assert [name.strip("`") for name, _, _ in rows] == list(Step)
    hours = parse_ladder("8h").hours
    assert [after for _, _, after in rows] == [f"after {one} h" for one in hours]
    for text in re.findall(r"`(\d+h[^`]*)`", section("Deadlines and the ladder")):
        parse_ladder(text)


def test_the_usual_hours_and_weeks_are_those_of_the_code() -> None:
    usual = Calendar()
    assert f"from {usual.starts.hour} to {usual.ends.hour}" in section("Working time")
    assert (usual.days, WEEKS) == ((0, 1, 2, 3, 4), 8)
    assert "Monday to Friday" in section("Working time")
    assert "eight weeks" in section("Weekly figures")
