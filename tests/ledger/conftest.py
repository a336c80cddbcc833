"""Fixtures: a bot among people."""

from collections.abc import AsyncIterator

import pytest

from tests.doors.doors_kit import Scene, open_scene


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[Scene]:
    """Start a bot on SQLite."""
    async with open_scene(sqlite_url) as opened:
        yield opened
