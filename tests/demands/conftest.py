"""A world in which no two things happen on GitHub within one second."""

from collections.abc import AsyncIterator

import pytest

from tests.features.card_kit import calm
from tests.world import World, open_world


@pytest.fixture
async def calm_world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def tokenless(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with a bot that may not ask GitHub."""
    async with open_world(sqlite_url, github_token=None) as opened:
        yield opened
