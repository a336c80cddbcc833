"""Demand 25: the merge queue is heard of, and who created a subscription is shown."""

from tests.demands.demand_kit import follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_entering_and_leaving_the_queue_is_told(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    usual = await follow(world, "usual")
    trouble = await follow(world, "trouble", "event:opened,queue_left broadcast:queue_left")
    pull = await github.open_pull(world.repo, demo.feature)
    await github.enqueue(world.repo, pull.number, demo.maintainer)
    await github.dequeue(world.repo, pull.number, demo.maintainer, reason="CI_FAILURE")
    await github.enqueue(world.repo, pull.number, demo.maintainer)
    await github.dequeue(world.repo, pull.number, demo.maintainer, reason="MERGE")
    await rest(world)
    entered = f"{demo.maintainer} put this into the merge queue"
    left = "This left the merge queue unmerged: checks failed"
    assert told_in(world, usual) == [entered, left, entered]
    assert told_in(world, trouble) == [left]


async def test_who_created_a_subscription_is_shown(world: World) -> None:
    await world.subscribe()
    assert f"Set up by <@{world.maintainer.id}>" in await world.command(world.author, "list")
