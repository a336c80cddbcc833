"""Demand 15: a channel hears of what goes into certain branches."""

from dataclasses import replace

from tests.demands.demand_kit import cards_in, follow
from tests.features.card_kit import rest
from tests.world import World


async def test_channels_hear_of_their_branches(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    home = github.repo(world.repo)
    home.branches["release/2026/05"] = home.branches["main"]
    main = await follow(world, "main", "base:main")
    releases = await follow(world, "releases", "base:release/*")
    feature = await github.open_pull(world.repo, demo.feature)
    backport = replace(demo.fix, title="Backport the rounding", base="release/2026/05")
    await github.open_pull(world.repo, backport)
    await rest(world)
    assert cards_in(world, main) == [feature.title]
    assert cards_in(world, releases) == [backport.title]
    await github.edit_pull(world.repo, feature.number, demo.author, base="release/2026/05")
    await rest(world)
    assert cards_in(world, releases) == [backport.title, feature.title]
