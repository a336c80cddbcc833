"""The main job, end to end."""

import asyncio

from tests.world import World, shown


async def test_a_pull_request_travels_from_review_to_mailbox(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    assert "follows" in await world.subscribe("reviews,merges,notes,ci,comments")
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await world.card_says(pull.title, "Waiting for", world.reviewer.id)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good work.")
    await world.card_says("ready to merge")
    await github.merge(repo, pull.number, demo.maintainer)
    draft = await world.reply_says("Approve & send")
    result = await world.slack.click(world.author.id, world.channel.id, draft.ts, "pf.draft.approve")
    assert "You wrote this change" in shown(result.messages[0])
    approvals = await asyncio.gather(
        world.slack.click(world.maintainer.id, world.channel.id, draft.ts, "pf.draft.approve"),
        world.slack.click(world.reviewer.id, world.channel.id, draft.ts, "pf.draft.approve"),
    )
    (told,) = [shown(message) for approval in approvals for message in approval.messages]
    assert world.maintainer.id in told or world.reviewer.id in told
    await world.reply_says("✓")
    assert world.mail.messages
