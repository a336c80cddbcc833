"""The main job on PostgreSQL, with a second replica beside the first."""

from bot.app import started
from tests.world import open_world, shown


async def test_the_story_ends_the_same_on_postgresql_with_two_replicas(postgres_url: str) -> None:
    async with open_world(postgres_url) as world, started(world.settings):
        github, repo, demo = world.github, world.repo, world.demo
        assert "follows" in await world.subscribe("reviews,merges,notes,ci,comments")
        pull = await github.open_pull(repo, demo.feature)
        await github.request_review(repo, pull.number, demo.reviewer, demo.author)
        await world.card_says(pull.title, "Waiting for", world.reviewer.id)
        await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good work.")
        await world.card_says("ready to merge")
        await github.merge(repo, pull.number, demo.maintainer)
        draft = await world.reply_says("Approve & send")
        await world.slack.click(world.maintainer.id, world.channel.id, draft.ts, "pf.draft.approve")
        await world.reply_says("✓")
        assert len(world.slack.messages(world.channel.id)) == 1
        assert len([reply for reply in world.replies() if "Approve & send" in shown(reply)]) <= 1
        recipients = [recipient for mail in world.mail.messages for recipient in mail.recipients]
        assert len(recipients) == len(set(recipients)) > 0
