"""What the offline drafter takes from a description, and what it leaves there."""

import time

import pytest

from bot.notes.offline import draft
from bot.notes.prose import sentences
from tests.notes.note_samples import change

EXPORT = "Reports can now be saved as CSV from the file menu."


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (EXPORT, [EXPORT]),
        (f"{EXPORT} It keeps the columns that are shown.", [EXPORT, "It keeps the columns that are shown."]),
        (f"<!-- {EXPORT} -->", []),
        (f"```\n{EXPORT}\n```", []),
        (f"- {EXPORT}", []),
        ("We talked about this on Monday and I like it.", []),
        ("Adds tests for the parser of the old format.", []),
        ("Should this be the default for everybody?", []),
        ("Too short.", []),
        ("Fixes #12\nSigned-off-by: Ada <ada@example.org>", []),
        (f"Closes-Bug: 2110322\n\n{EXPORT}\n\nChange-Id: I0123", [EXPORT]),
    ],
)
def test_whole_sentences_about_the_software_are_found(body: str, found: list[str]) -> None:
    assert sentences(body) == found


def test_a_short_title_is_followed_by_what_the_description_adds() -> None:
    note = draft(change("CSV export", body=EXPORT))
    assert note.text == f"CSV export. {EXPORT}"
    assert "text: from the title and the description" in note.reasons


def test_a_title_that_says_enough_stands_alone() -> None:
    title = "Save reports as CSV from the file menu of the desktop app"
    assert draft(change(title, body=EXPORT)).text == f"{title}."


def test_a_description_that_only_repeats_the_title_adds_nothing() -> None:
    assert draft(change("Save reports as CSV", body="Save reports as CSV, reports as CSV.")).text == (
        "Save reports as CSV."
    )


@pytest.mark.parametrize("body", ["- " * 500_000, "a. " * 400_000, "[1" * 500_000, "fix #" * 300_000])
def test_a_hostile_description_costs_little(body: str) -> None:
    started = time.thread_time()
    sentences(body)
    assert time.thread_time() - started < 0.2
