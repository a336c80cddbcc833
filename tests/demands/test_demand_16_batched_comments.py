"""Demand 16: the comments of one review are one message."""

from tests.demands.demand_kit import follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_ten_comments_of_a_review_are_one_message(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    channel = await follow(world, "talk", "reviews,comments")
    pull = await github.open_pull(world.repo, demo.feature)
    path = github.files_of(github.repo(world.repo), pull)[0].path
    lines = [(path, line, f"Remark {line}") for line in range(1, 11)]
    await github.submit_review(
        world.repo, pull.number, demo.reviewer, "changes_requested", "See below.", comments=lines
    )
    await rest(world)
    assert sorted(told_in(world, channel)) == [
        f"10 comments from {demo.reviewer}",
        f"{demo.reviewer} asked for changes",
    ]
