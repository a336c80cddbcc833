"""Demand 11: opened, merged and closed are chosen apart."""

from tests.demands.demand_kit import cards_in, follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_each_channel_hears_of_the_events_that_it_names(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    opened = await follow(world, "opened", "reviews event:opened")
    merged = await follow(world, "merged", "reviews event:merged")
    closed = await follow(world, "closed", "reviews event:closed")
    others = await follow(world, "others", "reviews -event:opened,merged,closed")
    kept = await github.open_pull(world.repo, demo.feature)
    dropped = await github.open_pull(world.repo, demo.fix)
    await github.label(world.repo, kept.number, "urgent", demo.author)
    await rest(world)
    assert cards_in(world, opened) == [kept.title, dropped.title]
    assert cards_in(world, merged) == cards_in(world, closed) == cards_in(world, others) == []
    await github.submit_review(world.repo, kept.number, demo.reviewer, "approved")
    await github.merge(world.repo, kept.number, demo.maintainer)
    await github.close(world.repo, dropped.number, demo.co_author)
    await rest(world)
    assert (cards_in(world, merged), cards_in(world, closed)) == ([kept.title], [dropped.title])
    assert told_in(world, opened) == []
    assert told_in(world, merged) == [f"{demo.maintainer} merged this into `main`"]
    assert told_in(world, closed) == [f"{demo.co_author} closed this without merging"]
    assert (cards_in(world, others), told_in(world, others)) == ([kept.title], [f"{demo.reviewer} approved"])


async def test_why_names_the_event_that_is_left_out(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    channel = await follow(world, "opened", "reviews event:opened")
    pull = await github.open_pull(world.repo, demo.feature)
    await github.submit_review(world.repo, pull.number, demo.reviewer, "approved")
    await rest(world)
    review = next(one for one in github.deliveries if one.event == "pull_request_review")
    result = await world.slack.command(world.maintainer.id, channel.id, "/patchforge", f"why {review.guid}")
    assert "its filter leaves out `approved`" in str(result.messages[-1].blocks)
