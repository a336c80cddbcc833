"""Channels that do not take messages: the subscriber is told once, and nothing is lost."""

from collections.abc import AsyncIterator

import pytest

from sandbox.slack import Message, User
from tests.features.card_kit import calm, cards, new_channel, rest, subscribe
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        yield opened


def _told(world: World, user: User) -> list[Message]:
    return world.slack.direct_messages(user.id)


async def test_where_the_bot_is_no_member_it_says_how_to_invite_it_and_posts_after_that(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    room = new_channel(world, "room", bot=False)
    assert "/invite @PatchForge" in await subscribe(world, room, "reviews,ci")
    pull = await github.open_pull(repo, demo.feature)
    await github.start_checks(repo, pull.number, ["test"])
    await github.finish_check(repo, pull.number, "test", "failure")
    await rest(world)
    assert cards(world, room) == []
    (told,) = _told(world, world.maintainer)
    assert f"<#{room.id}>" in shown(told)
    assert "/invite @PatchForge" in shown(told)
    await world.slack.invite(room.id)
    await github.label(repo, pull.number, "again", demo.author)
    await rest(world)
    (card,) = cards(world, room)
    assert "`again`" in shown(card)
    assert ["CI failed" in shown(reply) for reply in world.slack.thread(room.id, card.ts)] == [True]


@pytest.mark.parametrize("shut", ["archived", "kicked"])
async def test_who_subscribed_a_channel_that_shuts_is_told_once_and_by_name_of_the_reason(
    world: World, shut: str
) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    room = new_channel(world, "room")
    await subscribe(world, room, "reviews,merges", world.reviewer)
    pull = await github.open_pull(repo, demo.feature)
    await rest(world)
    if shut == "archived":
        await world.slack.archive(room.id)
    else:
        await world.slack.kick(room.id)
    await github.open_pull(repo, demo.fix)
    await github.merge(repo, pull.number, demo.maintainer)
    await github.open_pull(repo, demo.bump)
    await rest(world)
    (told,) = _told(world, world.reviewer)
    assert ("archived" if shut == "archived" else "/invite") in shown(told)
    assert f"<#{room.id}>" in shown(told)
    assert _told(world, world.maintainer) == []


async def test_one_shut_channel_holds_no_other_up(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    room = new_channel(world, "room", bot=False)
    await subscribe(world, room, "reviews")
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good.")
    await world.card_says("ready to merge")
    await world.reply_says("Good.")
    await rest(world)
    assert cards(world, room) == []
