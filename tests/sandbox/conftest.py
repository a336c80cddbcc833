"""The page with everything behind it; the tests of single stand-ins have stages of their own."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Page as Tab

from tests.sandbox import page_kit
from tests.sandbox.page_kit import Stage, open_tab


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Start the page and what it shows."""
    async with page_kit.stage() as made:
        yield made


@pytest.fixture
async def tab(stage: Stage) -> AsyncIterator[Tab]:
    """Open the page in a browser."""
    async with open_tab(stage.page.url) as opened:
        yield opened


@pytest.fixture
async def http(stage: Stage) -> AsyncIterator[aiohttp.ClientSession]:
    """Speak to the page's server."""
    async with aiohttp.ClientSession(stage.page.url) as session:
        yield session
