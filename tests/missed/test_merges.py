"""Merges that no delivery ever told of are found by comparing with GitHub."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.github import GitHub
from tests.features.card_kit import cards, hook, thread
from tests.missed.missed_kit import Moved, asked, back, quick, until
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with a bot that compares all the time."""
    async with quick(sqlite_url) as opened:
        yield opened


async def compared(world: World) -> None:
    """Wait until whole sweeps have passed from now on."""
    before = len(asked(world, "/pulls"))
    await until(lambda: len(asked(world, "/pulls")) > before + 4)
    await rest_between(world)


async def rest_between(world: World) -> None:
    """Wait until nothing of the last sweep is under way."""
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")

    def idle() -> bool:
        query = "SELECT count(*) FROM jobs WHERE finished_at IS NULL AND kind NOT LIKE 'missed.%'"
        with contextlib.closing(sqlite3.connect(path)) as database:
            return not database.execute(query).fetchone()[0]

    await until(idle)


def age_subscriptions(world: World, days: int) -> None:
    """Let the channel have followed the repository for longer."""
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE subscriptions SET created_at = datetime(created_at, ?)", (f"-{days} days",))


async def test_a_merge_lost_more_than_three_days_ago_is_told_without_asking_for_deliveries(
    sqlite_url: str,
) -> None:
    clock = Moved(by=timedelta(days=-5))
    async with quick(sqlite_url, github=GitHub(now=clock.now)) as world:
        github, demo = world.github, world.demo
        await world.subscribe("reviews,merges,notes")
        known = await github.open_pull(world.repo, demo.feature)
        await world.card_says(known.title)
        await world.bot.aclose()
        age_subscriptions(world, 10)
        await github.merge(world.repo, known.number, demo.maintainer)
        unknown = await github.open_pull(world.repo, demo.fix)
        await github.merge(world.repo, unknown.number, demo.maintainer)
        await github.settled()
        clock.by = timedelta()
        async with back(world):
            await world.card_says("merged by")
            await world.slack.until(lambda: len(cards(world)) == 2)
            await world.reply_says("Release note")
            await compared(world)
            told = [shown(card) for card in cards(world)]
            assert all("merged by" in one for one in told)
            for card in cards(world):
                replies = [shown(reply) for reply in world.slack.thread(world.channel.id, card.ts)]
                assert sum("merged this" in reply for reply in replies) == 1
                assert sum("Release note" in reply for reply in replies) == 1
        assert not asked(world, "/attempts", method="POST")


async def test_a_merge_is_told_after_the_webhook_was_deleted(world: World) -> None:
    github, demo = world.github, world.demo
    await world.subscribe("reviews,merges")
    pull = await github.open_pull(world.repo, demo.feature)
    await world.card_says(pull.title)
    await github.settled()
    github.hooks.clear()
    await github.merge(world.repo, pull.number, demo.maintainer)
    await world.card_says("merged by")
    await world.reply_says("merged this")
    assert len(cards(world)) == 1


async def test_a_pull_request_that_was_closed_unseen_no_longer_looks_open(world: World) -> None:
    github, demo = world.github, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(world.repo, demo.feature)
    await world.card_says(pull.title)
    await github.settled()
    github.hooks.clear()
    await github.close(world.repo, pull.number, demo.author)
    await world.card_says("closed")


async def test_what_was_merged_before_the_channel_followed_stays_untold(sqlite_url: str) -> None:
    clock = Moved(by=timedelta(minutes=-10))
    async with quick(sqlite_url, github=GitHub(now=clock.now)) as world:
        github, demo = world.github, world.demo
        hook(world).active = False
        old = await github.open_pull(world.repo, demo.feature)
        await github.merge(world.repo, old.number, demo.maintainer)
        clock.by = timedelta()
        await world.subscribe("reviews,merges,notes")
        pull = await github.open_pull(world.repo, demo.fix)
        await github.merge(world.repo, pull.number, demo.maintainer)
        # Somebody speaks of the old one, so that it is fetched as well.
        hook(world).active = True
        await github.comment(world.repo, old.number, "Was this released?", demo.reviewer)
        await world.card_says(pull.title, "merged by")
        await compared(world)
        assert len(cards(world)) == 1
        assert len(thread(world)) == 2  # who merged it, and the draft


async def test_who_may_not_read_webhooks_is_told_so_and_merges_are_compared_all_the_same(
    sqlite_url: str,
) -> None:
    github = GitHub()
    async with quick(sqlite_url, github=github) as world:
        github.repo(world.repo).collaborators["patchforge-bot"] = "read"
        await world.subscribe("reviews,merges")
        pull = await github.open_pull(world.repo, world.demo.feature)
        await world.card_says(pull.title)
        await github.settled()
        hook(world).active = False
        await github.merge(world.repo, pull.number, world.demo.maintainer)
        await world.card_says("merged by")
        await compared(world)
        assert [call.status for call in asked(world, "/hooks")] == [404]
        status = await world.command(world.maintainer, "status")
        assert "🟢" in status
        assert status.count("GitHub hides the webhooks of `acme/payments-api`") == 1
        await rest_between(world)


async def test_a_merge_that_a_delivery_tells_later_is_told_once(world: World) -> None:
    github, demo = world.github, world.demo
    await world.subscribe("reviews,merges,notes")
    pull = await github.open_pull(world.repo, demo.feature)
    await world.card_says(pull.title)
    hook(world).hold()
    await github.merge(world.repo, pull.number, demo.maintainer)
    await world.card_says("merged by")
    await world.reply_says("Release note")
    hook(world).release()
    await github.settled()
    await compared(world)
    assert len(cards(world)) == 1
    assert len(thread(world)) == 2
    await world.bot.aclose()
    async with back(world):
        await compared(world)
        assert len(thread(world)) == 2


async def test_comparing_asks_for_nothing_twice(world: World) -> None:
    github, demo = world.github, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(world.repo, demo.feature)
    await github.merge(world.repo, pull.number, demo.maintainer)
    await world.card_says("merged by")
    await compared(world)
    fetched = len(asked(world, f"/pulls/{pull.number}"))
    await compared(world)
    assert len(asked(world, f"/pulls/{pull.number}")) == fetched
    assert [call.status for call in asked(world, "/pulls")][-3:] == [304, 304, 304]
