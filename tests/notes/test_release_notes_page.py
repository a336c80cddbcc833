"""The page on release notes says what the code does."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.configuration.problems import EXPRESSIONS
from bot.configuration.reader import BYTES
from bot.configuration.releases import DRAFTER, GITHUB, read_release_rules
from bot.models import Category
from bot.notes.categories import Rule, meaning
from bot.notes.evidence import READ
from bot.notes.vocabulary import KINDS
from bot.notes.wording import conventional, stated_note

PAGE = (Path(__file__).parents[2] / "docs" / "release-notes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def table(heading: str) -> list[tuple[str, list[str]]]:
    """Return the rows of a section's table: the name in the first cell, what is quoted in the second."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return [(cells[0].strip(" `"), re.findall(r"`([^`]+)`", cells[1])) for cells in rows]


def test_the_rules_stand_in_the_order_in_which_they_are_asked() -> None:
    assert [name for name, _ in table("How the category is decided")] == [rule.value for rule in Rule]


@pytest.mark.parametrize(("category", "labels"), table("Labels"))
def test_labels_mean_what_the_page_says(category: str, labels: list[str]) -> None:
    assert {meaning(label) for label in labels} == {Category(category)}


def test_every_category_has_labels() -> None:
    assert {category for category, _ in table("Labels")} == set(Category)


def test_the_prefixes_are_those_of_the_code() -> None:
    known = defaultdict(list)
    for prefix, category in KINDS.items():
        if category:
            known[category.value].append(prefix)
    assert dict(table("Prefixes")) == known


@pytest.mark.parametrize("title", ["fix(api): x", "[docs] x", "ENH x", "DOC: x"])
def test_titles_may_begin_as_the_page_says(title: str) -> None:
    assert conventional(title)[0] in KINDS


def test_the_examples_of_both_files_are_read_whole() -> None:
    github, drafter = EXAMPLES
    ours = read_release_rules(GITHUB[0], github.encode())
    assert [one.category for one in ours.headings] == [Category.BREAKING, Category.FEATURE, None]
    assert (ours.excluded, ours.excluded_authors) == (("ignore-for-release",), ("octocat",))
    assert (ours.headings[1].without, ours.headings[1].without_authors) == (("experimental",), ("octocat",))
    theirs = read_release_rules(DRAFTER[0], drafter.encode())
    assert [one.category for one in theirs.headings] == [Category.FIX, Category.INTERNAL]
    assert (theirs.excluded, theirs.excluded_authors) == (("hidden",), ("octocat",))
    assert theirs.included == ("public",)
    (rule,) = theirs.autolabels
    assert rule.files
    assert rule.branches
    assert rule.titles
    assert rule.bodies
    assert ours.problems == theirs.problems == ()
    assert all(f"`{path}`" in PAGE for path in (GITHUB[0], DRAFTER[0]))


def test_the_limits_are_those_of_the_code() -> None:
    assert f"At most {BYTES:,} bytes are read" in PAGE
    assert f"at most {EXPRESSIONS} are read" in PAGE
    assert f"a\ndescription beyond {READ:,} characters" in PAGE


@pytest.mark.parametrize(
    "body",
    [
        "```release-note\nA key.\n```",
        "## Release notes\nA key.",
        "## Changelog\nA key.",
        "Release note: A key.",
    ],
)
def test_authors_write_notes_as_the_page_says(body: str) -> None:
    assert stated_note(body) == "A key."
