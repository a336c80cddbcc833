"""Filters that were taken once and would be refused today: nobody else is kept from anything by them."""

import sqlite3
from collections.abc import AsyncIterator

import pytest

from tests.features.card_kit import calm, cards, new_channel, rest, subscribe
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        yield opened


@pytest.mark.parametrize("stored", ["base:main base:next", "base:[z-a]", "-base:*"])
async def test_a_filter_that_would_be_refused_today_lets_nothing_through(world: World, stored: str) -> None:
    old = new_channel(world, "old")
    await world.subscribe("reviews")
    await subscribe(world, old, "reviews")
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE subscriptions SET filter = ? WHERE channel = ?", (stored, old.id))
    database.close()
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest(world)
    assert [len(cards(world, place)) for place in (world.channel, old)] == [1, 0]
    result = await world.slack.command(world.author.id, old.id, "/patchforge", "list")
    await world.slack.until(lambda: result.messages)
    assert "no pull request at all" in shown(result.messages[0])
