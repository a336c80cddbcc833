"""Demand 3: what bots write is not repeated, what they decide is."""

from tests.demands.demand_kit import follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_comments_and_remarks_of_bots_stay_on_github(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    channel = await follow(world, "talk", "reviews,comments event:commented,approved")
    robot = demo.bump.author
    pull = await github.open_pull(world.repo, demo.feature)
    await github.submit_review(world.repo, pull.number, demo.reviewer, "approved")
    await github.comment(world.repo, pull.number, "Coverage is 87.1 %.", robot)
    await github.submit_review(world.repo, pull.number, robot, "commented", "I have some remarks.")
    await github.comment(world.repo, pull.number, "Thank you!", demo.author)
    await rest(world)
    assert told_in(world, channel) == [f"{demo.reviewer} approved", f"{demo.author} commented"]
