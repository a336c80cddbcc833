"""What is shown beside a note: what it rests on, and what could not be used."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.clients.llm import Llm
from bot.models import Category, Change, ChangedFile, Issue
from bot.notes.draft import draft
from bot.notes.evidence import findings, unused
from bot.notes.fit import problem
from bot.notes.manifest import entry
from bot.notes.rules import Heading, RepositoryRules
from sandbox.llm import LlmServer
from tests.notes.note_samples import change, commit, file

RULES = RepositoryRules(
    ".github/release.yml",
    (Heading("Bugs", ("oops",), Category.FIX),),
    excluded=("hidden",),
    problems=("the autolabeler is odd",),
)


@pytest.fixture
async def offline() -> AsyncIterator[Llm]:
    async with httpx.AsyncClient() as http:
        yield Llm("offline", http=http)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (change("feat: x"), ("By the rules a feature: prefix feat",)),
        (
            change("Crash", files=(file("a.py"), file("docs/a.md"), file("tests/test_a.py"))),
            ("By the rules a fix: the title says “Crash”, with documentation and tests",),
        ),
        (
            change("fix!: x", labels=("breaking",)),
            (
                "By the rules a breaking change: the title marks it as breaking",
                "Users may have to act: the title marks it as breaking; label breaking",
            ),
        ),
        (
            change("ci: x"),
            ("By the rules not worth a note: prefix ci", "A release's notes set it apart"),
        ),
        (
            change('Revert "Dark mode"', "Reverts #7"),
            ("By the rules a fix: the title says “Revert”", "Reverts #7"),
        ),
        (
            change("Bump httpx from 1.0 to 2.0"),
            (
                "By the rules internal: the title says “Bump httpx from 1.0”",
                "A new version of httpx: 2.0",
                "A release's notes set it apart",
            ),
        ),
    ],
)
def test_findings_are_short_sentences(one: Change, said: tuple[str, ...]) -> None:
    assert findings(entry(one)) == said


def test_issues_are_named_and_the_repositorys_own_rules_cited() -> None:
    issues = tuple(Issue(number, f"Issue {number}", "https://x") for number in range(1, 6))
    one = replace(change("x", labels=("oops",)), issues=issues)
    assert findings(entry(one, [RULES]), [RULES]) == (
        "By the rules a fix: label oops is “Bugs” in .github/release.yml",
        "Closes #1 Issue 1, #2 Issue 2, #3 Issue 3 and 2 more",
        "A release's notes put it under “Bugs” of .github/release.yml",
        "Not used: the autolabeler is odd",
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (change(), None),
        (change(cut="read 300 of 3,000 files"), "read 300 of 3,000 files"),
        (change("  "), "there is no title"),
        (change(files=()), "the diff is empty"),
        (
            change("", files=(file("a.png", ""), file("b.zip", ""))),
            "there is no title; no file has a diff to read: they are binary, moved or too large",
        ),
        (
            change(body="x" * 2_000_000),
            "read the first 100,000 of 2,000,000 characters of the description",
        ),
    ],
)
def test_what_could_not_be_used_is_said(one: Change, said: str | None) -> None:
    assert unused(one) == said


@pytest.mark.parametrize(
    "more",
    [
        {"files": tuple(ChangedFile(f"src/{n}.py", "modified", 9, 9, "+x\n-def y():") for n in range(3_000))},
        {"body": "Fixes a. " * 250_000},
        {"body": "* a b c d\n" * 200_000},
        {"files": ()},
        {"files": (file("a.png", ""),)},
        {"title": ""},
        {"title": "", "files": (), "author": None},
        {"commits": tuple(commit("x" * 20_000) for _ in range(250))},
        {"labels": tuple(f"label {n}" for n in range(100))},
    ],
)
async def test_whatever_was_merged_ends_in_a_draft(offline: Llm, more: dict[str, Any]) -> None:
    started = time.thread_time()
    note = await draft(change(**more), offline)
    assert time.thread_time() - started < 2
    assert problem(note.text) is None
    assert note.extra["findings"]


async def test_a_model_does_not_overrule_what_the_repository_laid_down() -> None:
    server = await LlmServer.start()
    async with httpx.AsyncClient() as http:
        llm = Llm("groq:m", http=http, api_key=server.api_key, base_url=server.base_url)
        free = await draft(change(), llm)
        bound = await draft(change(labels=("hidden",)), llm, rules=[RULES])
    await server.aclose()
    assert (free.category, bound.category) == (Category.FEATURE, Category.SKIP)
    assert bound.reasons == ("skip: label hidden is left out by .github/release.yml",)
    assert bound.text == free.text
