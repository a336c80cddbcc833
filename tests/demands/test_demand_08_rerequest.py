"""Demand 8: who is asked for a review again hears of it, in the channel's thread and in their own message."""

from tests.direct.direct_kit import dm_says, dms, nudges, outsider
from tests.features.card_kit import cards
from tests.world import World


async def test_a_repeated_request_rings_in_the_message_that_told_of_the_first(world: World) -> None:
    await world.subscribe()
    github, repo, demo = world.github, world.repo, world.demo
    reviewer = await outsider(world, demo.second_reviewer)
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.second_reviewer, demo.author)
    await dm_says(world, reviewer, "Review requested")
    await github.submit_review(repo, pull.number, demo.second_reviewer, "changes_requested", "Not yet.")
    await dm_says(world, reviewer, "You asked for changes")
    await github.push(repo, demo.feature.branch, demo.feature_follow_up, by=demo.author)
    await github.request_review(repo, pull.number, demo.second_reviewer, demo.author)
    await dm_says(world, reviewer, "Review requested again")
    await world.slack.until(lambda: nudges(world, reviewer))
    assert len(dms(world, reviewer)) == 1
    await world.reply_says(f"<@{reviewer.id}>", "asks you to look again")
    await world.card_says("review requested again")
    assert len(cards(world)) == 1
