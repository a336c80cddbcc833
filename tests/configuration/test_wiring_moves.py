"""Repositories that are renamed or given away, and names that others take."""

from sandbox.github import CommitSpec
from tests.configuration.wiring_kit import FOLLOW, HOME, PATH, followed, idle, organise, push, rows
from tests.world import SECRET, World

ALL = 'version: 1\nsubscriptions: [{channel: "#payments", repo: acme/*}]\n'


async def in_force(world: World) -> None:
    """Let the repository's file be in force."""
    await push(world, FOLLOW)
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}


async def test_a_renamed_repository_keeps_what_it_was_allowed(world: World) -> None:
    await in_force(world)
    await world.github.rename_repo(world.repo, "pay", world.demo.maintainer)
    await idle(world)
    assert followed(world) == {"acme/pay": ("-label:wip", "acme/pay")}
    await push(world, FOLLOW.replace("wip", "later"), repo="acme/pay")
    await idle(world)
    assert followed(world) == {"acme/pay": ("-label:later", "acme/pay")}
    assert rows(world, "SELECT source FROM permissions") == [("acme/pay",)]


async def test_a_repository_that_is_given_away_takes_its_file_along(world: World) -> None:
    await in_force(world)
    await world.github.transfer_repo(world.repo, "globex", world.demo.maintainer)
    await idle(world)
    assert followed(world) == {"globex/payments-api": ("-label:wip", "globex/payments-api")}


async def test_a_freed_name_that_another_repository_takes_inherits_nothing(world: World) -> None:
    await in_force(world)
    await world.github.rename_repo(world.repo, "pay", world.demo.maintainer)
    await idle(world)
    world.github.add_repository(world.repo, {PATH: FOLLOW.replace("wip", "other")})
    world.github.add_hook(world.repo, f"{world.address}/webhooks/github", secret=SECRET)
    await push(world, FOLLOW.replace("wip", "another"))
    await idle(world)
    assert followed(world) == {"acme/pay": ("-label:wip", "acme/pay")}


async def test_a_name_taken_unheard_of_inherits_nothing_either(world: World) -> None:
    await in_force(world)
    for hook in world.github.hooks.values():
        hook.active = False
    await world.github.rename_repo(world.repo, "pay", world.demo.maintainer)
    world.github.add_repository(world.repo, {PATH: FOLLOW})
    world.github.add_hook(world.repo, f"{world.address}/webhooks/github", secret=SECRET)
    await push(world, FOLLOW.replace("wip", "another"))
    await idle(world)
    assert followed(world) == {}
    assert rows(world, "SELECT source FROM permissions") == []


async def test_a_rename_nobody_told_of_is_followed_at_the_next_look(world: World) -> None:
    await in_force(world)
    for hook in world.github.hooks.values():
        hook.active = False
    await world.github.rename_repo(world.repo, "pay", world.demo.maintainer)
    await push(world, FOLLOW.replace("wip", "later"), repo="acme/pay")
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)
    assert ("acme/pay",) in rows(world, "SELECT source FROM permissions")
    assert ("-label:later", "acme/pay") in followed(world).values()


async def test_a_repository_that_github_no_longer_shows_keeps_what_is_in_force(world: World) -> None:
    await in_force(world)
    repo = world.github.repo(world.repo)
    repo.private = True
    repo.collaborators.clear()
    world.github.state.accounts["acme"].members.clear()
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}
    assert "GitHub does not show me" in await world.command(world.maintainer, f"config {world.repo}")


async def test_an_organisations_file_goes_with_it(world: World) -> None:
    organise(world, ALL)
    await world.command(world.maintainer, "config allow acme/*")
    await idle(world)
    assert followed(world) == {"acme/*": ("", "acme/*")}
    await world.github.push(HOME, "main", CommitSpec("Go", {PATH: None}), by=world.demo.maintainer)
    await idle(world)
    assert followed(world) == {}


async def test_when_github_stumbles_it_is_asked_again(world: World) -> None:
    await in_force(world)
    world.github.faults.add(f"/repos/{world.repo}/commits/main", "500")
    await push(world, FOLLOW.replace("wip", "later"))
    await idle(world)
    assert followed(world) == {world.repo: ("-label:later", world.repo)}
