"""What the offline drafter takes from a description, and what it leaves there."""

import time
from dataclasses import replace

import pytest

from bot.models import Issue
from bot.notes.offline import draft
from bot.notes.prose import points, sentences, told
from tests.notes.note_samples import change, commit

EXPORT = "Reports can now be saved as CSV from the file menu."


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (EXPORT, [EXPORT]),
        (f"{EXPORT} It keeps the columns that are shown.", [EXPORT, "It keeps the columns that are shown."]),
        (f"<!-- {EXPORT} -->", []),
        (f"```\n{EXPORT}\n```", []),
        (f"- {EXPORT}", []),
        ("See the code of the old parser for the reason.", []),
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


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("This PR adds a menu for saving reports.", ["adds a menu for saving reports."]),
        ("This commit will also remove the old CSV menu.", ["remove the old CSV menu."]),
        (f"{EXPORT} This change keeps all the shown columns.", ["keeps all the shown columns."]),
        ("This PR refactors our parser of the old format.", []),
        (EXPORT, []),
    ],
)
def test_what_is_said_outright_loses_its_opening(body: str, found: list[str]) -> None:
    assert told(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("* save reports as CSV\n\n* fix tests\n* lint", ["save reports as CSV"]),
        ("- [ ] I ran the linter here\n- [x] I read the guide", []),
        (
            "- Save reports as CSV (#12)\n- Keep the shown columns",
            ["Save reports as CSV", "Keep the shown columns"],
        ),
        ("- Update guide.md for the export", []),
        (EXPORT, []),
    ],
)
def test_points_that_are_no_chores_are_found(body: str, found: list[str]) -> None:
    assert points(body) == found


def test_a_short_title_is_followed_by_what_the_description_adds() -> None:
    note = draft(change("CSV export", body=EXPORT))
    assert note.text == f"CSV export. {EXPORT}"
    assert "text: from the title and the description" in note.reasons


def test_a_sentence_that_holds_the_title_stands_for_it() -> None:
    body = "This PR adds a CSV export to the file menu of reports."
    assert draft(change("Add CSV export", body=body)).text == "Adds a CSV export to the file menu of reports."


def test_a_short_title_without_sentences_is_followed_by_points() -> None:
    note = draft(change("CSV export", body="* Save reports from the file menu\n* lint"))
    assert note.text == "CSV export. Save reports from the file menu."


@pytest.mark.parametrize("title", ["Fixes #12", "WIP", "Closes https://acme.example/issues/12", ""])
def test_a_title_that_says_nothing_gives_way(title: str) -> None:
    issue = Issue(12, "Reports cannot be saved", "https://acme.example/issues/12")
    assert draft(replace(change(title, body=EXPORT), issues=(issue,))).text == "Reports cannot be saved."
    assert draft(change(title, body=EXPORT)).text == EXPORT
    assert draft(change(title, commits=(commit("fix: save reports again"),))).text == "Save reports again."


def test_a_title_that_was_cut_is_made_whole() -> None:
    note = draft(change("Save reports as CSV from the file menu of the desk…", body="…top app\n\nMore."))
    assert note.text == "Save reports as CSV from the file menu of the desktop app."


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
    told(body)
    points(body)
    assert time.thread_time() - started < 0.2
