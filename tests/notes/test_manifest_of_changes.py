"""What is known of a range of changes before anybody words them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.models import Category, Change
from bot.notes.categories import Rule
from bot.notes.manifest import Bump, Bumped, entry, manifest
from bot.notes.paths import Area
from tests.notes.note_samples import NOW, change, commit, file


def merged(number: int, title: str, body: str = "", **more: Any) -> Change:
    """Return the change that was merged in minute `number`."""
    one = change(title, body, number=number, merged_at=NOW + timedelta(minutes=number), **more)
    return replace(one, pull=replace(one.pull, merge_sha=f"{number:040x}"))


def test_an_entry_tells_what_the_pull_request_says_and_touches() -> None:
    trailers = (("Ada", "ada@acme.example"), ("renovate[bot]", "renovate@acme.example"))
    one = entry(
        merged(
            7,
            "feat(api)!: Take a key (#7)",
            files=(file("api/x.py", "-def old():"), file("docs/x.md"), file("tests/test_x.py")),
            commits=(commit(co_authors=trailers),),
            labels=("breaking-change",),
        )
    )
    assert (one.number, one.said, one.kind, one.scope) == (7, "Take a key", "feat", "api")
    assert one.people == ("tokafor", "Ada")
    assert dict(one.areas) == {Area.PRODUCT: 1, Area.DOCS: 1, Area.TESTS: 1}
    assert one.breaking == (
        "the title marks it as breaking",
        "label breaking-change",
        "the diff removes old",
    )
    assert (one.decision.category, one.decision.rule) == (Category.BREAKING, Rule.BREAKING)


def test_every_pull_request_stands_in_exactly_one_place() -> None:
    found = manifest(
        [
            merged(1, "feat: dark mode"),
            merged(2, "refactor: split the parser"),
            merged(3, "Bump httpx from 0.27.0 to 0.28.1"),
            merged(4, "Add a page", author="writer[bot]", author_is_bot=True),
            merged(5, "feat!: drop the old page", author="writer[bot]", author_is_bot=True),
        ]
    )
    assert [one.number for one in found.entries] == [1, 5]
    assert found.bumps == (Bumped("httpx", "0.27.0", "0.28.1", (3,)),)
    assert [(one.entry.number, one.why) for one in found.apart] == [
        (2, "prefix refactor"),
        (4, "writer[bot] is a bot"),
    ]


@pytest.mark.parametrize(
    ("title", "bump"),
    [
        ("Bump httpx from 0.27.0 to 0.28.1", Bump("httpx", "0.27.0", "0.28.1")),
        ("chore(deps): bump @types/node from 20.1 to 20.2 in /web", Bump("@types/node", "20.1", "20.2")),
        ("Update dependency eslint to v9.2.0", Bump("eslint", "", "v9.2.0")),
        ("Update requests requirement from ~=2.31 to ~=2.32", Bump("requests", "~=2.31", "~=2.32")),
        ("Upgrade urllib3 to 1.26.4 to fix CVE-2021-28363", None),
        ("Update the guide to the new menu", None),
        ("Add httpx 0.28", None),
    ],
)
def test_dependency_bumps_are_known_by_their_titles(title: str, bump: Bump | None) -> None:
    assert entry(change(title)).bump == bump


def test_bumps_of_one_package_become_one() -> None:
    found = manifest(
        [
            merged(9, "Bump a/b from 2.0 to 3.0"),
            merged(4, "Bump a/b from 1.0 to 2.0"),
            merged(5, "Bump c from 1 to 2"),
        ]
    )
    assert found.bumps == (Bumped("a/b", "1.0", "3.0", (4, 9)), Bumped("c", "1", "2", (5,)))


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ('Revert "Dark mode (#1)"', "Reverts acme/payments-api#1"),
        ('Revert "Dark mode"', ""),
        ("revert: dark mode", f"This reverts commit {1:040x}."),
        ('fix: Revert "Dark mode"', "Reverts #1, it was too dark."),
    ],
)
def test_a_revert_takes_away_what_it_reverts_and_itself(title: str, body: str) -> None:
    found = manifest([merged(2, title, body), merged(1, "feat: Dark mode"), merged(3, "feat: Light mode")])
    assert [one.number for one in found.entries] == [3]
    assert {one.entry.number: one.why for one in found.apart} == {1: "#2 reverts it", 2: "it reverts #1"}


def test_a_reverted_revert_brings_the_change_back() -> None:
    found = manifest(
        [
            merged(1, "feat: Dark mode"),
            merged(2, 'Revert "feat: Dark mode"', "Reverts #1"),
            merged(3, 'Revert "Revert "feat: Dark mode""', "Reverts #2"),
        ]
    )
    assert [one.number for one in found.entries] == [1]
    assert [one.entry.number for one in found.apart] == [2, 3]


def test_a_revert_of_something_older_is_told() -> None:
    found = manifest([merged(2, 'Revert "Dark mode"', "Reverts #1")])
    assert [one.number for one in found.entries] == [2]
    foreign = manifest([merged(1, "feat: x"), merged(2, 'Revert "y"', "Reverts other/repo#1")])
    assert [one.number for one in foreign.entries] == [1, 2]


def test_a_commit_reverted_within_a_pull_request_takes_nothing_away() -> None:
    within = merged(2, "feat: Light mode", commits=(commit(f'Revert "x"\n\nThis reverts commit {1:040x}.'),))
    assert [one.number for one in manifest([merged(1, "feat: Dark mode"), within]).entries] == [1, 2]
