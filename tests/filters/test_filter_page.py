"""The page on filters says what the code does, and all its examples can be typed."""

import re
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.filters import language, patterns, sizes
from bot.filters.keys import ALIASES, KEYS
from bot.filters.language import parse_filter
from bot.filters.seen import Event
from bot.subscriptions.request import parse_subscribe

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
NAMES = "|".join([*(key.name for key in KEYS), *ALIASES])
# What stands in backticks and begins like a clause, apart from keys named alone.
EXAMPLES = [
    text
    for text in re.findall(r"`([^`\n]+)`", PAGE)
    if re.match(rf"-?(?:{NAMES}):\S", text) and text not in {f"{name}:" for name in NAMES.split("|")}
]
CONTRADICTIONS = re.search(r"contradict each other \((.*?)\)", PAGE, re.DOTALL)


def section(heading: str) -> str:
    """Return what stands under the heading."""
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table under the heading, without its head."""
    rows = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows[2:]]


def refused() -> list[str]:
    """Return the examples that the page gives for contradictions."""
    assert CONTRADICTIONS
    return re.findall(r"`([^`]+)`", CONTRADICTIONS[1])


def test_the_table_of_keys_is_that_of_the_code() -> None:
    assert table("Keys") == [
        [f"`{key.name}:`", " ".join(f"`{example}`" for example in key.examples), key.summary] for key in KEYS
    ]


def test_the_table_of_events_is_that_of_the_code() -> None:
    assert [row[0].strip("`") for row in table("Events")] == [event.value for event in Event]


@pytest.mark.parametrize("text", sorted(set(EXAMPLES) - set(refused())))
def test_every_example_can_be_typed(text: str) -> None:
    assert parse_filter(text).clauses


@pytest.mark.parametrize("text", refused())
def test_every_example_of_a_contradiction_is_one(text: str) -> None:
    with pytest.raises(UserError, match="contradict each other"):
        parse_filter(text)


def test_every_block_shows_what_is_typed_or_answered() -> None:
    good, mistake = re.findall(r"```\n(.*?)\n```", PAGE, re.DOTALL)
    assert parse_filter(good).clauses
    with pytest.raises(UserError) as caught:
        parse_filter(mistake.split("\n")[0])
    assert caught.value.pointer == mistake


@pytest.mark.parametrize("text", re.findall(r"`/patchforge subscribe ([^`]+/\*[^`]*)`", PAGE))
def test_every_request_can_be_typed(text: str) -> None:
    assert parse_subscribe(text).excluded


def test_the_limits_are_those_of_the_code() -> None:
    limits = section("Mistakes")
    assert f"{language.LONGEST} characters" in limits
    assert f"{language.MOST_CLAUSES} clauses" in limits
    assert f"{language.MOST_VALUES} values" in limits
    assert f"titles {patterns.LONGEST_PATTERN} characters" in limits


def test_the_sizes_are_those_of_the_code() -> None:
    ranges = re.findall(r"`size:(\w+)`\s+(?:is )?(\d+)\s(?:to\s(\d+)|or)", section("Sizes"))
    assert [name for name, _, _ in ranges] == ["xs", "s", "m", "l", "xl"]
    for name, least, most in ranges:
        assert sizes.name_of(int(least)) == name
        assert not sizes.is_size(name, int(least) - 1)
        assert sizes.name_of(int(most or 10**6)) == name
