"""Demand 14: in a monorepo a channel hears of what changes its folders."""

from tests.demands.demand_kit import cards_in, follow
from tests.features.card_kit import rest
from tests.world import World, shown


async def test_channels_hear_of_their_own_folders(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    docs = await follow(world, "docs", "path:docs/**,*.md")
    money = await follow(world, "money", "path:/payments/money.py")
    not_docs = await follow(world, "not-docs", "-path:docs")
    feature = await github.open_pull(world.repo, demo.feature)
    fix = await github.open_pull(world.repo, demo.fix)
    await rest(world)
    assert cards_in(world, docs) == [feature.title]
    assert cards_in(world, money) == [fix.title]
    assert cards_in(world, not_docs) == [fix.title]


async def test_what_github_refuses_to_tell_lets_nothing_through_and_test_filter_says_why(
    world: World,
) -> None:
    channel = await follow(world, "docs", "path:docs/**")
    world.github.faults.add("/pulls/13/files", "404", times=99)
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest(world)
    assert cards_in(world, channel) == []
    result = await world.slack.command(
        world.maintainer.id, channel.id, "/patchforge", f"test-filter {world.repo}#13"
    )
    (answer,) = result.messages
    assert "Nobody can tell whether it passes" in shown(answer)
    assert "its changed files cannot be read" in shown(answer)


async def test_without_a_token_the_channel_is_told_at_once(tokenless: World) -> None:
    answer = await tokenless.subscribe("path:docs/**")
    assert "`path:docs/**` matches nothing" in answer
    await tokenless.github.open_pull(tokenless.repo, tokenless.demo.feature)
    await rest(tokenless)
    assert not tokenless.slack.messages(tokenless.channel.id)
