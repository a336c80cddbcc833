"""Check runs and commit statuses, as the bot makes them on GitHub."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.clients.github.client import GitHub
from bot.errors import Permanent
from bot.models import SystemClock
from sandbox import github as stand_in
from sandbox.github import GitHubServer, seed_demo

REPO, NAME = "acme/payments-api", "PatchForge configuration"


@dataclass(frozen=True)
class Place:
    """The stand-in, a commit, and the bot with a token and as an App."""

    github: stand_in.GitHub
    sha: str
    person: GitHub
    app: GitHub


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    github = stand_in.GitHub()
    await seed_demo(github)
    sha = github.repo(REPO).branches["main"]
    async with await GitHubServer.start(github) as server, httpx.AsyncClient(timeout=5) as http:
        key = github.install_app("acme", [REPO])
        app = github.state.app
        assert app is not None
        app.permissions |= {"checks": "write", "statuses": "write"}
        yield Place(
            github,
            sha,
            GitHub(http, server.api_url, clock=SystemClock(), token=server.token),
            GitHub(http, server.api_url, clock=SystemClock(), app_id=app.id, private_key=key),
        )


def output(*lines: int) -> dict[str, Any]:
    notes = [
        {
            "path": ".patchforge.yml",
            "start_line": line,
            "end_line": line,
            "annotation_level": "failure",
            "message": "It is wrong.",
        }
        for line in lines
    ]
    return {"title": "Wrong", "summary": "It is wrong.", "annotations": notes}


async def test_more_annotations_than_github_takes_at_once_come_one_after_the_other(place: Place) -> None:
    outputs = [output(*range(1, 51)), output(*range(51, 71))]
    run = await place.app.checks.conclude(REPO, place.sha, NAME, "failure", outputs, key="k")
    (suite,) = place.github.repo(REPO).suites
    assert [(one.id, one.name, one.conclusion, len(one.annotations)) for one in suite.runs] == [
        (run, NAME, "failure", 70)
    ]


async def test_a_check_run_is_known_again_by_its_key(place: Place) -> None:
    run = await place.app.checks.conclude(REPO, place.sha, NAME, "failure", [output(1)], key="k")
    assert await place.app.checks.known(REPO, place.sha, NAME, "k") == run
    assert await place.app.checks.known(REPO, place.sha, NAME, "another") is None
    again = await place.app.checks.conclude(
        REPO, place.sha, NAME, "success", [{"title": "Right", "summary": ""}], key="k", known=run
    )
    assert again == run
    (suite,) = place.github.repo(REPO).suites
    assert [one.conclusion for one in suite.runs] == ["success"]


async def test_only_an_app_makes_check_runs(place: Place) -> None:
    with pytest.raises(Permanent) as caught:
        await place.person.checks.conclude(REPO, place.sha, NAME, "success", [output()], key="k")
    assert caught.value.code == "403"
    assert "GitHub App" in str(caught.value)


async def test_an_app_without_the_permission_is_refused(place: Place) -> None:
    assert place.github.state.app
    place.github.state.app.permissions["checks"] = "read"
    with pytest.raises(Permanent) as caught:
        await place.app.checks.conclude(REPO, place.sha, NAME, "success", [output()], key="k")
    assert caught.value.code == "403"


async def test_a_status_has_room_for_140_characters(place: Place) -> None:
    await place.person.checks.status(REPO, place.sha, NAME, "failure", "long " * 40)
    (status,) = place.github.repo(REPO).statuses
    assert (status.context, status.state, len(status.description or "")) == (NAME, "failure", 140)


async def test_what_github_refuses_is_permanent(place: Place) -> None:
    for outputs in ([output(*range(51))], [{"title": "x" * 256, "summary": ""}], [{"title": "no summary"}]):
        with pytest.raises(Permanent) as caught:
            await place.app.checks.conclude(REPO, place.sha, NAME, "failure", outputs, key="k")
        assert caught.value.code == "422"
    with pytest.raises(Permanent, match="422"):
        await place.app.checks.conclude(REPO, "f" * 40, NAME, "failure", [output()], key="k")
