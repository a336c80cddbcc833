"""Demand 4: a request for a review reaches the person who is asked, alone or in the channel."""

from tests.direct.direct_kit import dm_says, dms, outsider, pass_time, stored
from tests.features.card_kit import rest
from tests.world import World


async def test_who_is_in_no_channel_that_was_told_is_told_alone(world: World) -> None:
    await world.subscribe()
    reviewer = await outsider(world, world.demo.second_reviewer)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await dm_says(world, reviewer, "Review requested", pull.title, "Open", "On it", "Why me?")


async def test_who_was_told_in_the_channel_is_told_alone_only_if_they_do_not_react(world: World) -> None:
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.reviewer, world.demo.author)
    await world.card_says(f"Waiting for <@{world.reviewer.id}>")
    await stored(world, "SELECT 1 FROM messages WHERE kind = 'dm'")
    await rest(world)
    assert not dms(world, world.reviewer)
    pass_time(world)
    await dm_says(world, world.reviewer, "Review requested")


async def test_a_team_that_is_asked_reaches_its_members(world: World) -> None:
    await world.subscribe()
    member = await outsider(world, world.demo.co_author)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.team, world.demo.author)
    await dm_says(world, member, "Review requested", pull.title)
