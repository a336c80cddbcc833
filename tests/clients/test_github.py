"""What the bot reads from GitHub, and how it names GitHub's troubles."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.clients.github import GitHub, Repository
from bot.config import Settings
from bot.errors import Permanent, RateLimited, RetryLater
from bot.models import Pull, PullState, SystemClock
from sandbox import github as stand_in
from sandbox.github import CommitSpec, Demo, GitHubServer, PullSpec, seed_demo

REPO = "acme/payments-api"


class StillClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.moment


@pytest.fixture
async def world() -> AsyncIterator[tuple[GitHubServer, Demo]]:
    place = stand_in.GitHub()
    demo = await seed_demo(place)
    async with await GitHubServer.start(place) as server:
        yield server, demo


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield client


@pytest.fixture
def github(world: tuple[GitHubServer, Demo], http: httpx.AsyncClient) -> GitHub:
    server, _ = world
    return GitHub(http, server.api_url, clock=SystemClock(), token=server.token)


def to_pull(found: dict[str, Any]) -> Pull:
    moment = datetime.fromisoformat(found["created_at"])
    return Pull(
        id=found["id"],
        repo_id=found["base"]["repo"]["id"],
        repo=found["base"]["repo"]["full_name"],
        number=found["number"],
        title=found["title"],
        body=found["body"] or "",
        author=found["user"]["login"] if found["user"] else None,
        author_is_bot=False,
        state=PullState.OPEN,
        draft=False,
        base=found["base"]["ref"],
        head=found["head"]["ref"],
        head_sha=found["head"]["sha"],
        from_fork=False,
        additions=found["additions"],
        deletions=found["deletions"],
        changed_files=found["changed_files"],
        labels=(),
        reviewers=(),
        teams=(),
        assignees=(),
        created_at=moment,
        updated_at=moment,
        closed_at=None,
        merged_at=None,
        merged_by=None,
        merge_sha=None,
    )


async def opened(server: GitHubServer, github: GitHub, spec: PullSpec) -> Pull:
    made = await server.github.open_pull(REPO, spec)
    return to_pull(await github.pull(REPO, made.number))


def some_pull(changed_files: int = 0) -> Pull:
    repo = {"id": 1, "full_name": REPO}
    found: dict[str, Any] = {"id": 1, "number": 7, "title": "Work", "body": None, "user": None}
    found |= {"base": {"repo": repo, "ref": "main"}, "head": {"ref": "work", "sha": "0" * 40}}
    found |= {"additions": 0, "deletions": 0, "created_at": "2026-05-04T09:30:00Z"}
    return to_pull({**found, "changed_files": changed_files})


@asynccontextmanager
async def served(answer: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """Serve JSON that the stand-in would never give."""

    async def handle(request: web.Request) -> web.Response:
        return web.json_response(answer(request))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def spec(*commits: CommitSpec, body: str = "", author: str = "jweber") -> PullSpec:
    return PullSpec(title="Work", body=body, branch="work", author=author, commits=commits)


async def test_a_repository_is_found_under_its_present_name(
    world: tuple[GitHubServer, Demo], github: GitHub
) -> None:
    found = await github.repository(REPO)
    assert found == Repository(found.id, REPO, "main", private=False)
    await world[0].github.rename_repo(REPO, "billing", by="mara-lindqvist")
    assert (await github.repository(REPO)).full_name == "acme/billing"


async def test_a_pull_request_is_githubs_json(world: tuple[GitHubServer, Demo], github: GitHub) -> None:
    server, demo = world
    pull = await opened(server, github, demo.feature)
    found = await github.pull(REPO, pull.number)
    assert (found["title"], found["user"]["login"]) == ("Add idempotency keys to refunds", demo.author)


async def test_a_change_holds_diff_commits_co_authors_and_the_issues_it_closes(
    world: tuple[GitHubServer, Demo], github: GitHub
) -> None:
    server, demo = world
    change = await github.change(await opened(server, github, demo.feature))
    assert change.cut is None
    assert any("idempotency" in file.patch.lower() for file in change.files)
    assert len(change.commits) == 2
    assert change.commits[0].login == demo.author
    assert change.commits[0].address.endswith("@users.noreply.github.com")
    assert change.commits[0].co_authors == (("Jonas Weber", "jonas.weber@acme.example"),)
    (issue,) = change.issues
    assert (issue.number, issue.title) == (10, "Refunds are sent twice when a storefront retries")
    assert issue.url == f"{server.api_url}/{REPO}/issues/10"


async def test_every_way_to_close_an_issue_counts_once(
    world: tuple[GitHubServer, Demo], github: GitHub
) -> None:
    server, demo = world
    other = await opened(server, github, demo.fix)
    body = (
        f"Closes: #10, resolved {server.api_url}/{REPO}/issues/11\n"
        f"Closes #{other.number} closes #999 closes elsewhere/gone#3 closes ../..#4\n"
        "Closes https://evil.example/acme/payments-api/issues/12 <!-- fixes #12 --> prefixes #12"
    )
    commit = CommitSpec(f"More\n\nFixes {REPO}#10", {"a.txt": "1\n"})
    change = await github.change(await opened(server, github, spec(commit, body=body)))
    assert [issue.number for issue in change.issues] == [10, 11]


async def test_all_pages_are_read_up_to_the_cap_and_the_rest_is_named(
    world: tuple[GitHubServer, Demo], github: GitHub
) -> None:
    server, _ = world
    many = CommitSpec("Many", {f"src/f{number:04}.txt": "x\n" for number in range(320)})
    change = await github.change(await opened(server, github, spec(many)))
    assert len(change.files) == 300
    assert change.cut == "read 300 of 320 files"
    pages = [call for call in server.github.calls if call.path.endswith("/files")]
    assert len(pages) == 3


async def test_more_than_a_megabyte_of_diff_is_left_out_and_named(http: httpx.AsyncClient) -> None:
    def answer(request: web.Request) -> list[dict[str, Any]]:
        if not request.path.endswith("/files"):
            return []
        big = {"status": "added", "additions": 1, "deletions": 0, "patch": "é" * 300_000}
        return [{"filename": "a", **big}, {"filename": "b", **big}, {"filename": "c", **big, "patch": "+1"}]

    async with served(answer) as url:
        github = GitHub(http, url, clock=SystemClock(), token="t")
        change = await github.change(some_pull(changed_files=3))
    assert [len(file.patch) for file in change.files] == [300_000, 0, 2]
    assert change.cut == "left out the diff of 1 file beyond 1 MB"


async def test_ghosts_merges_and_broken_text_are_taken_as_they_come(http: httpx.AsyncClient) -> None:
    def answer(request: web.Request) -> list[dict[str, Any]]:
        if not request.path.endswith("/commits"):
            return []
        ghost = {"name": "Gone\0", "email": None}
        text = {"message": "A \ud800 b\n\nCo-Authored-By:  Kim <kim@x.example> ", "author": ghost}
        return [
            {"sha": "1" * 40, "commit": text, "author": None, "parents": [{}]},
            {"sha": "2" * 40, "commit": {"message": "Merge", "author": None}, "parents": [{}, {}]},
        ]

    async with served(answer) as url:
        github = GitHub(http, url, clock=SystemClock(), token="t")
        (commit,) = (await github.change(some_pull())).commits
    assert (commit.name, commit.address, commit.login) == ("Gone", "", None)
    assert commit.message.startswith("A ? b")
    assert commit.co_authors == (("Kim", "kim@x.example"),)


@pytest.mark.parametrize("kind", ["500", "502", "503", "html", "reset", "cut", "hang"])
async def test_trouble_that_passes_is_tried_again(world: tuple[GitHubServer, Demo], kind: Any) -> None:
    server, _ = world
    server.github.faults.add("/repos", kind)
    async with httpx.AsyncClient(timeout=0.5) as http:
        github = GitHub(http, server.api_url, clock=SystemClock(), token=server.token)
        with pytest.raises(RetryLater) as caught:
            await github.repository(REPO)
        assert not isinstance(caught.value, RateLimited)
        assert (await github.repository(REPO)).full_name == REPO


@pytest.mark.parametrize("kind", ["secondary", "429"])
async def test_a_limit_says_when_to_come_back(
    world: tuple[GitHubServer, Demo], github: GitHub, kind: Any
) -> None:
    world[0].github.faults.add("/repos", kind, retry_after=17)
    with pytest.raises(RateLimited) as caught:
        await github.repository(REPO)
    assert caught.value.after == 17
    world[0].github.faults.add("/repos", kind, retry_after=None)
    with pytest.raises(RateLimited) as caught:
        await github.repository(REPO)
    assert caught.value.after == 60


async def test_a_spent_hour_says_when_the_next_one_begins(
    world: tuple[GitHubServer, Demo], github: GitHub
) -> None:
    world[0].github.faults.add("/repos", "primary")
    with pytest.raises(RateLimited) as caught:
        await github.repository(REPO)
    assert caught.value.after is not None
    assert 1 <= caught.value.after <= 3600


@pytest.mark.parametrize(("kind", "code"), [("401", "401"), ("404", "404")])
async def test_a_refusal_is_final(
    world: tuple[GitHubServer, Demo], github: GitHub, kind: Any, code: str
) -> None:
    world[0].github.faults.add("/repos", kind)
    with pytest.raises(Permanent) as caught:
        await github.repository(REPO)
    assert caught.value.code == code


async def test_an_answer_of_another_shape_is_no_answer(http: httpx.AsyncClient) -> None:
    async with served(lambda _: ["nonsense"]) as url:
        github = GitHub(http, url, clock=SystemClock(), token="t")
        with pytest.raises(RetryLater):
            await github.repository(REPO)
        with pytest.raises(RetryLater):
            await github.change(some_pull())


async def test_an_app_keeps_its_token_until_it_is_about_to_expire(
    world: tuple[GitHubServer, Demo], http: httpx.AsyncClient
) -> None:
    server, _ = world
    key = server.github.install_app("acme", [REPO])
    app = server.github.state.app
    assert app is not None
    clock = StillClock()
    clock.moment = server.github.now()
    github = GitHub(http, server.api_url, clock=clock, app_id=app.id, private_key=key)

    def tokens_made() -> int:
        return sum(call.path.endswith("/access_tokens") for call in server.github.calls)

    await github.repository(REPO)
    await github.repository(REPO)
    assert tokens_made() == 1
    clock.moment += timedelta(minutes=56)
    await github.repository(REPO)
    assert tokens_made() == 2
    server.github.faults.add("/repos", "401")
    with pytest.raises(RetryLater):
        await github.repository(REPO)
    await github.repository(REPO)
    assert tokens_made() == 3


async def test_a_key_that_is_none_is_a_final_failure(
    world: tuple[GitHubServer, Demo], http: httpx.AsyncClient
) -> None:
    github = GitHub(http, world[0].api_url, clock=SystemClock(), app_id=1, private_key="nonsense")
    with pytest.raises(Permanent, match="GITHUB_APP_PRIVATE_KEY"):
        await github.repository(REPO)


async def test_an_enterprise_server_is_asked_below_its_path(http: httpx.AsyncClient) -> None:
    seen: list[str] = []

    def answer(request: web.Request) -> dict[str, Any]:
        seen.append(request.path)
        return {"id": 1, "full_name": REPO, "default_branch": "main"}

    async with served(answer) as url:
        await GitHub(http, f"{url}/api/v3", clock=SystemClock()).repository(REPO)
    assert seen == [f"/api/v3/repos/{REPO}"]


async def test_without_a_token_or_an_app_there_is_no_github(http: httpx.AsyncClient) -> None:
    clock = SystemClock()
    assert GitHub.from_settings(Settings(_env_file=None), http, clock) is None
    assert GitHub.from_settings(Settings(_env_file=None, github_token="t"), http, clock) is not None
