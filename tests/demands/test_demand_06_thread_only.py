"""Demand 6: nothing is also sent to the channel, unless the channel asks for it."""

from tests.demands.demand_kit import also_in_channel, follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_threads_stay_threads_but_for_what_is_broadcast(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    quiet = await follow(world, "quiet")
    loud = await follow(world, "loud", "broadcast:approved,merged")
    pull = await github.open_pull(world.repo, demo.feature)
    await github.submit_review(world.repo, pull.number, demo.reviewer, "changes_requested", "Not yet.")
    review = await github.submit_review(world.repo, pull.number, demo.second_reviewer, "approved")
    await github.edit_review(world.repo, pull.number, review.id, "With pleasure.", demo.second_reviewer)
    await github.merge(world.repo, pull.number, demo.maintainer)
    await rest(world)
    assert also_in_channel(world, quiet) == []
    assert also_in_channel(world, loud) == [
        f"{demo.second_reviewer} approved",
        f"{demo.maintainer} merged this into `main`",
    ]
    assert told_in(world, quiet)[:3] == told_in(world, loud)[:3]
