"""Demand 5: a channel hears of what asks certain people for a review, or changes what they own."""

from sandbox.github import CommitSpec
from tests.demands.demand_kit import cards_in, follow
from tests.features.card_kit import rest
from tests.world import World, shown

_OWNERS = "* @mara-lindqvist\n/payments/money.py @acme/payments-core\n"


async def test_a_channel_follows_what_asks_its_people(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    person = await follow(world, "person", f"reviewer:{demo.reviewer}")
    team = await follow(world, "team", f"reviewer:@acme/{demo.team}")
    feature = await github.open_pull(world.repo, demo.feature)
    fix = await github.open_pull(world.repo, demo.fix)
    await rest(world)
    assert cards_in(world, person) == []
    await github.request_review(world.repo, fix.number, demo.second_reviewer, demo.co_author)
    await github.request_review(world.repo, feature.number, demo.reviewer, demo.author)
    await rest(world)
    assert cards_in(world, person) == [feature.title]
    assert cards_in(world, team) == [feature.title]  # she is a member of it
    await github.request_review(world.repo, fix.number, demo.team, demo.co_author)
    await rest(world)
    assert cards_in(world, team) == [feature.title, fix.title]


async def test_a_channel_follows_what_its_team_owns(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    spec = CommitSpec("Say who owns what", {".github/CODEOWNERS": _OWNERS})
    await github.push(world.repo, "main", spec, by=demo.maintainer)
    team = await follow(world, "team", f"codeowner:@acme/{demo.team}")
    other = await follow(world, "other", f"-codeowner:@acme/{demo.team}")
    feature = await github.open_pull(world.repo, demo.feature)
    fix = await github.open_pull(world.repo, demo.fix)
    await rest(world)
    assert cards_in(world, team) == [fix.title]
    assert cards_in(world, other) == [feature.title]
    answer = await world.slack.command(
        world.maintainer.id, team.id, "/patchforge", f"test-filter {world.repo}#{feature.number}"
    )
    (message,) = answer.messages
    assert f"It does not pass what this channel asks of `{world.repo}`." in shown(message)
    assert "belongs to “mara-lindqvist”" in shown(message)
