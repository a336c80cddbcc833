"""The thread below a card: what is told there, once each, and what stays quiet."""

from collections.abc import AsyncIterator

import pytest

from sandbox.slack import Message
from tests.features.card_kit import bot, calm, cards, hook, new_channel, rest, said, subscribe, thread
from tests.world import World, shown

MUTE, UNMUTE = "pf.card.mute", "pf.card.unmute"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        yield opened


async def test_a_failure_of_ci_is_told_once_per_commit_and_the_same_message_tells_of_recovery(
    world: World,
) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews,ci")
    pull = await github.open_pull(repo, demo.feature)
    first = pull.head_sha[:7]
    await github.start_checks(repo, pull.number, ["lint", "test"])
    await github.finish_check(repo, pull.number, "lint", "failure")
    await github.finish_check(repo, pull.number, "test", "timed_out")
    await rest(world)
    (told,) = world.replies()
    assert f"CI failed on `{first}`" in shown(told)
    assert "lint" in shown(told)
    assert "test" in shown(told)
    await github.start_checks(repo, pull.number, ["lint", "test"])
    await rest(world)
    assert "running again" in shown(world.replies()[0])
    await github.finish_check(repo, pull.number, "lint", "success")
    await github.finish_check(repo, pull.number, "test", "success")
    await rest(world)
    (told,) = world.replies()
    assert f"CI recovered on `{first}`" in shown(told)
    await github.push(repo, demo.feature.branch, demo.feature_follow_up, by=demo.author)
    await github.status(repo, pull.number, "deploy", "error", by=demo.author)
    await rest(world)
    assert len(world.replies()) == 2
    assert f"CI failed on `{pull.head_sha[:7]}`" in shown(world.replies()[1])


async def test_comments_are_told_by_review_and_by_span_and_bots_and_issues_are_not(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews,comments")
    pull = await github.open_pull(repo, demo.feature)
    await rest(world)
    path = github.files_of(github.repo(repo), pull)[0].path
    lines = [(path, 1, "First."), (path, 2, "Second."), (path, 3, "Third.")]
    await github.submit_review(repo, pull.number, demo.reviewer, "commented", comments=lines)
    typo = await github.comment(repo, pull.number, "Wrogn.", demo.author)
    await github.edit_comment(repo, pull.number, typo.id, "Wrong, rather.", demo.author)
    await github.comment(repo, pull.number, "I am a robot.", demo.bump.author)
    issue = await github.open_issue(repo, "An issue", "b", demo.author)
    await github.comment(repo, issue.number, "About the issue.", demo.author)
    other = await github.open_pull(repo, demo.fix)
    rash = await github.comment(repo, other.number, "Deleted at once.", demo.author)
    await github.delete_comment(repo, other.number, rash.id, demo.author)
    await rest(world)
    first, second = world.replies()
    assert f"3 comments from {demo.reviewer}" in shown(first)
    assert "Wrong, rather." in shown(second)
    assert len(world.slack.workspace.channels[world.channel.id].messages) == 4
    assert "Could not be done" not in await world.command(world.maintainer, "status")
    await github.delete_comment(repo, pull.number, typo.id, demo.author)
    await rest(world)
    assert "deleted on GitHub" in shown(world.replies()[1])
    assert "Wrong" not in shown(world.replies()[1])


async def test_a_repeated_request_mentions_the_reviewer_and_a_first_one_does_not(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    review = await github.submit_review(repo, pull.number, demo.reviewer, "changes_requested", "Not yet.")
    await github.edit_review(repo, pull.number, review.id, "Not quite yet.", demo.reviewer)
    await rest(world)
    (only,) = world.replies()
    assert "asked for changes" in shown(only)
    assert "Not quite yet." in shown(only)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    asked = await world.reply_says("asks you to look again")
    assert f"<@{world.reviewer.id}>" in shown(asked)
    await world.card_says(f"Waiting for <@{world.reviewer.id}>: review requested")
    await github.dismiss_review(repo, pull.number, review.id, demo.maintainer)
    await world.reply_says("had their review dismissed")
    await rest(world)
    assert len(world.replies()) == 2


async def test_a_muted_thread_is_silent_while_the_card_stays_current(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    card = await world.card_says("Mute")
    await world.slack.click(world.reviewer.id, world.channel.id, card.ts, MUTE)
    await world.card_says(f"Muted by <@{world.reviewer.id}>", "Unmute")
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Fine.")
    await world.card_says("ready to merge")
    await rest(world)
    assert world.replies() == []
    await world.slack.click(world.author.id, world.channel.id, card.ts, UNMUTE)
    await rest(world)
    assert "Muted by" not in said(world)
    await github.close(repo, pull.number, demo.author)
    await world.reply_says("closed this without merging")
    assert len(world.replies()) == 1


async def test_muting_in_one_channel_leaves_the_others_alone(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    other = new_channel(world, "other")
    await world.subscribe("reviews")
    await subscribe(world, other, "reviews")
    pull = await github.open_pull(repo, demo.feature)
    await rest(world)
    forged: Message = cards(world)[0]
    copied = await bot(world).chat_postMessage(channel=other.id, text="a copy", blocks=forged.blocks)
    await world.slack.click(world.reviewer.id, other.id, copied["ts"], MUTE)
    await rest(world)
    assert "Muted by" not in said(world)
    own = cards(world, other)[0]
    await world.slack.click(world.reviewer.id, other.id, own.ts, MUTE)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved")
    await rest(world)
    assert "Muted by" not in said(world)
    assert "Muted by" in shown(cards(world, other)[0])
    assert len(world.replies()) == 1
    assert world.slack.thread(other.id, own.ts) == []


async def test_what_is_delivered_again_is_not_told_again(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews,merges,ci")
    hook(world).copies = 3
    pull = await github.open_pull(repo, demo.feature)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good.")
    await github.close(repo, pull.number, demo.author)
    await github.reopen(repo, pull.number, demo.author)
    await github.merge(repo, pull.number, demo.maintainer)
    await rest(world)
    told = thread(world)
    assert len(told) == 4
    for delivery in list(github.deliveries):
        await github.redeliver(delivery.guid)
    await rest(world)
    assert thread(world) == told
