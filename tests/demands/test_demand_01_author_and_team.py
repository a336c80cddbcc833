"""Demand 1: a channel hears only of what certain people, or the members of a team, open."""

from tests.demands.demand_kit import cards_in, follow
from tests.features.card_kit import rest
from tests.world import World


async def test_channels_choose_by_author_and_by_team(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    by_name = await follow(world, "by-name", f"author:{demo.author}")
    by_slack = await follow(world, "by-slack", f"author:<@{world.author.id}>")
    by_team = await follow(world, "by-team", f"team:{demo.team}")
    not_team = await follow(world, "not-team", f"-team:acme/{demo.team}")
    feature = await github.open_pull(world.repo, demo.feature)  # its author is in no team
    fix = await github.open_pull(world.repo, demo.fix)  # by a member of the team
    await rest(world)
    assert cards_in(world, by_name) == [feature.title]
    assert cards_in(world, by_slack) == [feature.title]
    assert cards_in(world, by_team) == [fix.title]
    assert cards_in(world, not_team) == [feature.title]


async def test_a_user_group_of_slack_stands_for_its_people(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    group = world.slack.workspace.add_group("writers", "Writers", [world.author])
    channel = await follow(world, "group", f"author:<!subteam^{group.id}|@writers>")
    feature = await github.open_pull(world.repo, demo.feature)
    await github.open_pull(world.repo, demo.fix)
    await rest(world)
    assert cards_in(world, channel) == [feature.title]


async def test_a_team_that_github_does_not_show_lets_nothing_through_and_why_says_so(world: World) -> None:
    channel = await follow(world, "elsewhere", "team:acme/unheard-of")
    await follow(world, "all")
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest(world)
    assert cards_in(world, channel) == []
    result = await world.slack.command(world.maintainer.id, channel.id, "/patchforge", f"why {world.repo}#13")
    assert "who is in `acme/unheard-of` cannot be read" in str([one.blocks for one in result.messages])
