"""What the tests of missed deliveries share: quick schedules, a bot that comes back, a tunnel that fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.app import started
from bot.facts.payloads import EVENTS
from bot.missed.rules import Patience
from handlers import FEATURES, missed
from handlers.feature import Feature
from sandbox.github import GitHub
from sandbox.github.hooks import Delivery
from sandbox.github.world import Call, wall_clock
from tests.features.card_kit import hook
from tests.world import World, open_world

QUICK = timedelta(seconds=0.2)
NEVER = timedelta()
SOON = Patience(gaps=(timedelta(),) + (timedelta(seconds=0.2),) * 20)


def features(**choices: Any) -> tuple[Feature, ...]:
    """Return the bot's features, those of this folder with other intervals."""
    ours = missed.feature(**{"every": QUICK, "poll_every": NEVER, "patience": SOON, **choices})
    return tuple(ours if feature.name == ours.name else feature for feature in FEATURES)


@dataclass
class Moved:
    """GitHub's clock: this machine's, moved by `by`."""

    by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Give the moment."""
        return wall_clock() + self.by


def quick(database_url: str, **choices: Any) -> contextlib.AbstractAsyncContextManager[World]:
    """Open a world whose bot looks for missed deliveries all the time; `github` may be one of its choices."""
    github = choices.pop("github", None) or GitHub()
    overrides = choices.pop("settings", {})
    return open_world(database_url, github=github, features=features(**choices), **overrides)


@contextlib.asynccontextmanager
async def back(world: World, **choices: Any) -> AsyncIterator[None]:
    """Start the bot again, at the address where the webhooks look for it."""
    async with started(world.settings, features(**choices)) as address:
        await world.slack.connected()
        for known in world.github.hooks.values():
            known.url = f"{address}/webhooks/github"
        yield


@contextlib.asynccontextmanager
async def tunnel(world: World) -> AsyncIterator["Tunnel"]:
    """Let the repository's webhook come through a tunnel."""
    opened = Tunnel(world.address)
    app = web.Application(client_max_size=2**25)
    app.router.add_post("/webhooks/github", opened.carry)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook(world).url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"
    try:
        yield opened
    finally:
        await runner.cleanup()


@dataclass
class Tunnel:
    """Carries webhooks to the bot, or answers 503 in its place; `refused` counts those."""

    target: str
    broken: bool = False
    refused: int = 0

    async def carry(self, request: web.Request) -> web.Response:
        """Pass one delivery on."""
        if self.broken:
            self.refused += 1
            return web.Response(status=503)
        body = await request.read()
        headers = {
            name: value for name, value in request.headers.items() if name.startswith(("X-", "Content-T"))
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.target}/webhooks/github", data=body, headers=headers) as answer,
        ):
            return web.Response(status=answer.status)


async def until(holds: Callable[[], object], timeout: float = 20) -> None:
    """Wait until a condition holds on the stand-ins' side, of which Slack does not tell."""
    async with asyncio.timeout(timeout):
        while not holds():  # noqa: ASYNC110 - requests to GitHub announce themselves to nobody
            await asyncio.sleep(0.02)


def asked(world: World, *words: str, method: str = "GET") -> list[Call]:
    """Return the requests whose path holds all of these."""
    return [
        call
        for call in world.github.calls
        if call.method == method and all(word in call.path for word in words)
    ]


def undelivered(world: World) -> set[str]:
    """Return the GUIDs of events that the bot acts on and that no attempt succeeded for."""
    made: list[Delivery] = [one for one in world.github.deliveries if one.event in EVENTS]
    return {one.guid for one in made} - {one.guid for one in made if one.ok}
