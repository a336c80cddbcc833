"""A world to examine."""

from collections.abc import AsyncIterator

import pytest

from tests.world import World, open_world


@pytest.fixture
async def followed(sqlite_url: str) -> AsyncIterator[World]:
    """Start a world whose channel follows the repository."""
    async with open_world(sqlite_url) as world:
        world.github.state.named(world.repo).collaborators["patchforge-bot"] = "admin"  # type: ignore[union-attr]
        await world.subscribe()
        yield world
