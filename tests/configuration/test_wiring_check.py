"""What a pull request is told of the file that it changes."""

from bot.configuration.check_run import NAME
from sandbox.github import CommitSpec, Pull, PullSpec
from sandbox.github.model import CheckRun, Status
from tests.configuration.wiring_kit import FOLLOW, PATH, as_app, followed, idle, push, rows
from tests.world import World

BAD = "version: 1\nsla:\n  huors: 4\n"


async def propose(world: World, text: str | None, branch: str = "configure", *, fork: bool = False) -> Pull:
    """Open a pull request that changes the file."""
    spec = CommitSpec("Say it in the file", {PATH: text})
    made = PullSpec("Configure", "", branch, world.demo.author, (spec,), fork=fork)
    pull = await world.github.open_pull(world.repo, made)
    await idle(world)
    return pull


def runs(world: World, sha: str) -> list[CheckRun]:
    """Return the check runs of a commit."""
    suites = world.github.repo(world.repo).suites
    return [run for suite in suites if suite.head_sha == sha for run in suite.runs]


def statuses(world: World, sha: str) -> list[Status]:
    """Return the statuses of a commit."""
    return [one for one in world.github.repo(world.repo).statuses if one.sha == sha]


async def test_an_app_notes_on_each_line_what_is_wrong_and_then_that_it_is_right(world: World) -> None:
    await world.subscribe()
    async with as_app(world, checks="write"):
        pull = await propose(world, BAD)
        (run,) = runs(world, pull.head_sha)
        assert (run.name, run.conclusion, run.title) == (NAME, "failure", "A problem in line 3")
        (note,) = run.annotations
        assert (note["path"], note["start_line"], note["title"]) == (PATH, 3, "sla.huors")
        assert note["message"] == "I don't know the key `huors`; did you mean `hours`?"
        mended = CommitSpec("Mend", {PATH: BAD.replace("huors", "hours")})
        await world.github.push(world.repo, "configure", mended, by=world.demo.author)
        await idle(world)
        assert [
            run.conclusion for run in runs(world, world.github.pull(world.repo, pull.number).head_sha)
        ] == ["success"]
        assert followed(world) == {world.repo: ("", None)}


async def test_a_token_sets_a_commit_status_instead(world: World) -> None:
    await world.subscribe()
    pull = await propose(world, BAD)
    assert runs(world, pull.head_sha) == []
    (status,) = statuses(world, pull.head_sha)
    assert (status.context, status.state, status.description) == (NAME, "failure", "A problem in line 3")


async def test_every_head_is_checked_once_and_only_if_it_changes_the_file(world: World) -> None:
    await push(world, FOLLOW)
    await world.subscribe()
    await idle(world)
    beside = await world.github.open_pull(world.repo, world.demo.feature)
    pull = await propose(world, FOLLOW + "  - channel: C024BE91L\n")
    await world.github.close(world.repo, pull.number, world.demo.author)
    await world.github.reopen(world.repo, pull.number, world.demo.author)
    await idle(world)
    assert statuses(world, beside.head_sha) == []
    assert [one.state for one in statuses(world, pull.head_sha)] == ["success"]
    more = CommitSpec("Write", {"docs/more.md": "more"})
    await world.github.push(world.repo, "configure", more, by=world.demo.author)
    await idle(world)
    head = world.github.pull(world.repo, pull.number).head_sha
    assert [one.state for one in statuses(world, head)] == ["success"]


async def test_a_forks_file_is_checked_and_never_applied(world: World) -> None:
    await push(world, FOLLOW)
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)
    pull = await propose(world, FOLLOW.replace("wip", "@channel"), fork=True)
    assert [one.state for one in statuses(world, pull.head_sha)] == ["success"]
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}


async def test_a_pull_request_that_removes_the_file_is_told_so(world: World) -> None:
    await push(world, FOLLOW)
    await world.subscribe()
    await idle(world)
    pull = await propose(world, None)
    (status,) = statuses(world, pull.head_sha)
    assert (status.state, status.description) == ("success", "The file goes away")


async def test_where_github_allows_neither_nothing_fails(world: World) -> None:
    await world.subscribe()
    async with as_app(world, checks="read", statuses="read"):
        pull = await propose(world, BAD)
        assert (runs(world, pull.head_sha), statuses(world, pull.head_sha)) == ([], [])
        query = "SELECT state, outcome FROM jobs WHERE kind = 'configuration.check'"
        ((state, outcome),) = rows(world, query)
        assert state == "done"
        assert "nobody: GitHub answered 403" in outcome


async def test_a_repository_that_nobody_follows_is_left_alone(world: World) -> None:
    pull = await propose(world, BAD)
    assert statuses(world, pull.head_sha) == []


async def test_what_was_told_before_an_answer_was_lost_is_not_told_twice(world: World) -> None:
    await world.subscribe()
    async with as_app(world, checks="write"):
        lost = iter([False])
        made = f"POST /repos/{world.repo}/check-runs"
        world.github.on_call = lambda name, phase: (name, phase) != (made, "after") or next(lost, True)
        pull = await propose(world, BAD)
        assert [run.conclusion for run in runs(world, pull.head_sha)] == ["failure"]
        world.github.on_call = lambda _name, _phase: True
