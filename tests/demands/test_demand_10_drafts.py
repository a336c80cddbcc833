"""Demand 10: a channel chooses what it hears of drafts."""

from tests.demands.demand_kit import cards_in, follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_drafts_are_left_out_until_they_are_ready_or_shown_alone(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    ready = await follow(world, "ready", "draft:no")
    drafts = await follow(world, "drafts", "draft:yes")
    everything = await follow(world, "everything")
    pull = await github.open_pull(world.repo, demo.feature, draft=True)
    await rest(world)
    assert (cards_in(world, ready), cards_in(world, drafts)) == ([], [pull.title])
    await github.ready_for_review(world.repo, pull.number, demo.author)
    fix = await github.open_pull(world.repo, demo.fix)
    await rest(world)
    assert cards_in(world, ready) == [pull.title, fix.title]
    assert cards_in(world, drafts) == [pull.title]
    # Where the card is word of it nothing else is said; who saw the draft is told.
    assert told_in(world, ready) == []
    assert told_in(world, everything) == [f"{demo.author} marked this as ready for review"]
