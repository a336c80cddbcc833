"""Demand 18: what channels follow stands in a file, with its history and its reviews."""

from sandbox.github import CommitSpec, PullSpec
from tests.configuration.wiring_kit import PATH, answered, as_app, followed, idle, push, told
from tests.world import World, shown

FILE = """\
version: 1
subscriptions:
  - channel: "#payments"
    filter: "-label:wip"
    broadcast: [merged]
sla:
  hours: 4
"""


async def test_a_pull_request_changes_what_a_channel_hears_and_a_revert_undoes_it(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.command(world.maintainer, f"config allow {repo}")
    change = CommitSpec("Follow this repository in #payments", {PATH: FILE})
    proposed = PullSpec("Tell #payments of what is ready", "", "configure", demo.author, (change,))
    pull = await github.open_pull(repo, proposed)
    await idle(world)
    assert followed(world) == {}
    await github.merge(repo, pull.number, demo.maintainer)
    await idle(world)
    assert followed(world) == {repo: ("-label:wip", repo)}
    shown_now = await answered(world, f"config {repo}", "the reviewer 4, the author 8, the channel 12")
    commit = github.repo(repo).branches["main"]
    assert f"/{repo}/blob/{commit}/{PATH}#L3|{repo} line 3 at {commit[:7]}>" in shown_now
    feature = await github.open_pull(repo, demo.feature)
    await world.card_says(feature.title)
    await push(world, None)
    await idle(world)
    assert followed(world) == {}


async def test_a_mistake_is_named_with_its_line_before_and_after_it_is_merged(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await push(world, FILE)
    await world.command(world.maintainer, f"config allow {repo}")
    await idle(world)
    async with as_app(world, checks="write"):
        mistake = CommitSpec("Be quicker", {PATH: FILE.replace("hours: 4", "huors: 2")})
        pull = await github.open_pull(repo, PullSpec("Be quicker", "", "quicker", demo.author, (mistake,)))
        await idle(world)
        (suite,) = [one for one in github.repo(repo).suites if one.head_sha == pull.head_sha]
        (run,) = suite.runs
        assert (run.name, run.conclusion) == ("PatchForge configuration", "failure")
        assert [(note["start_line"], note["message"]) for note in run.annotations] == [
            (7, "I don't know the key `huors`; did you mean `hours`?")
        ]
        await github.merge(repo, pull.number, demo.maintainer)
        message = await told(world, world.maintainer, "line 7>: I don't know the key `huors`")
        assert "stays in force" in shown(message)
        assert followed(world) == {repo: ("-label:wip", repo)}
