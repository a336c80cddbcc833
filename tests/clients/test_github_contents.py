"""Files, teams and labels, as the bot reads them from GitHub."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from bot.clients.github.client import GitHub
from bot.errors import Permanent
from bot.models import SystemClock
from sandbox import github as stand_in
from sandbox.github import CommitSpec, Demo, GitHubServer, PullSpec, seed_demo

REPO = "acme/payments-api"


@dataclass(frozen=True)
class Place:
    """The stand-in, what was seeded, and the client under test."""

    github: stand_in.GitHub
    demo: Demo
    client: GitHub


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    github = stand_in.GitHub()
    demo = await seed_demo(github)
    async with await GitHubServer.start(github) as server, httpx.AsyncClient(timeout=5) as http:
        yield Place(github, demo, GitHub(http, server.api_url, clock=SystemClock(), token=server.token))


async def put(place: Place, path: str, text: str) -> None:
    """Commit a file to main."""
    repo = place.github.repo(REPO)
    head = repo.commits[repo.branches["main"]]
    made = place.github.commit(
        repo,
        place.github.state.accounts[place.demo.author].identity,
        "Add",
        (head.sha,),
        {**head.tree, path: text},
    )
    repo.branches["main"] = made.sha


async def test_a_rename_gives_both_paths(place: Place) -> None:
    repo = place.github.repo(REPO)
    tree = repo.commits[repo.branches["main"]].tree
    old = next(path for path, text in tree.items() if path.endswith(".py") and text)
    move = CommitSpec("Move", {old: None, "payments/moved.py": tree[old]})
    spec = PullSpec("Move", "", "move", place.demo.author, (move,))
    pull = await place.github.open_pull(REPO, spec)
    paths, complete = await place.client.contents.paths(REPO, pull.number)
    assert {old, "payments/moved.py"} <= set(paths)
    assert complete


async def test_a_file_is_read_at_a_branch_and_a_missing_one_is_none(place: Place) -> None:
    await put(place, ".github/CODEOWNERS", "* @acme/payments-core\n")
    read = place.client.contents.text
    assert await read(REPO, ".github/CODEOWNERS", "main", limit=100) == "* @acme/payments-core\n"
    assert await read(REPO, "CODEOWNERS", "main", limit=100) is None


async def test_a_file_beyond_one_megabyte_is_read_whole(place: Place) -> None:
    text = "# a line of a large file\n" * 60_000
    await put(place, "CODEOWNERS", text)
    assert await place.client.contents.text(REPO, "CODEOWNERS", "main", limit=3_000_000) == text


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("docs", None, "not_a_file"),
        ("big", "x" * 101, "too_large"),
        ("latin", "caf\udce9", "not_text"),
    ],
)
async def test_what_is_no_small_text_is_refused_by_name(
    place: Place, path: str, text: str | None, code: str
) -> None:
    await put(place, path if text is not None else f"{path}/inside", text or "x")
    with pytest.raises(Permanent) as caught:
        await place.client.contents.text(REPO, path, "main", limit=100)
    assert caught.value.code == code


async def test_the_members_of_a_team_are_read_and_a_hidden_team_is_refused(place: Place) -> None:
    members = await place.client.contents.team_members(REPO, "acme/payments-core")
    assert members == ["jweber", "mara-lindqvist", "priyaraman"]
    with pytest.raises(Permanent) as caught:
        await place.client.contents.team_members(REPO, "acme/nobody")
    assert caught.value.code == "404"


async def test_labels_and_teams_of_a_repository_are_listed(place: Place) -> None:
    assert "bug" in await place.client.contents.labels(REPO)
    assert await place.client.contents.teams(REPO) == ["payments-core"]
