"""Demand 12: nobody is notified of what they did themselves."""

from dataclasses import replace

from blocks.reviews import review_rerequested
from sandbox.slack import Message
from tests.features.card_kit import rest
from tests.world import World, shown


def _posted(world: World) -> list[Message]:
    cards = world.slack.messages(world.channel.id)
    return [*cards, *world.replies()]


async def test_no_message_mentions_whoever_caused_it(world: World) -> None:
    """Only a new message notifies in Slack; so each is looked at as it was posted first."""
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews,merges,ci,comments")
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await github.submit_review(repo, pull.number, demo.reviewer, "changes_requested", "Not yet.")
    await github.comment(repo, pull.number, "I see.", demo.author)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await world.reply_says("asks you to look again")
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good.")
    await github.merge(repo, pull.number, demo.maintainer)
    await world.reply_says("merged this")
    await rest(world)
    said = {shown(one): one for one in _posted(world)}
    by = {"asked for changes": world.reviewer, "approved": world.reviewer, "merged": world.maintainer}
    for words, actor in by.items():
        told = [text for text in said if words in text]
        assert told
        assert all(f"<@{actor.id}>" not in text for text in told)
    assert all(f"<@{world.author.id}>" not in text for text in said)
    (again,) = [text for text in said if "look again" in text]
    assert f"<@{world.reviewer.id}>" in again


async def test_the_author_of_a_draft_is_waited_for_by_login(world: World) -> None:
    await world.subscribe("reviews")
    await world.github.open_pull(world.repo, replace(world.demo.feature, draft=True))
    card = await world.card_says("still a draft")
    assert f"Waiting for {world.demo.author}" in shown(card)
    assert f"<@{world.author.id}>" not in shown(card)


async def test_who_asks_themselves_to_look_again_is_not_mentioned(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await github.submit_review(repo, pull.number, demo.reviewer, "changes_requested", "Not yet.")
    await github.request_review(repo, pull.number, demo.reviewer, demo.reviewer)
    told = await world.reply_says("look again")
    assert f"<@{world.reviewer.id}>" not in shown(told)


def test_only_the_reviewer_is_mentioned_where_both_are_linked() -> None:
    told = shown(review_rerequested("rosa", "ann", {"rosa": "U01", "ann": "U02"}))
    assert "<@U01>" in told
    assert "<@U02>" not in told
