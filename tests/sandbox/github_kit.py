"""What the tests of the sandbox's GitHub share: a seeded GitHub, a client like the bot's, a receiver."""

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
from aiohttp import web
from gidgethub.httpx import GitHubAPI

from sandbox.github import Demo, GitHub, GitHubServer, seed_demo

SECRET = "It's a Secret to Everybody"


@dataclass
class Event:
    """A webhook as it arrived."""

    name: str
    guid: str
    headers: dict[str, str]
    payload: dict[str, Any]
    size: int

    @property
    def title(self) -> str:
        """Give `event` or `event.action`."""
        action = self.payload.get("action")
        return f"{self.name}.{action}" if action else self.name


@dataclass
class Receiver:
    """An endpoint that checks signatures by itself and answers with `status`."""

    url: str = ""
    status: int = 202
    open: asyncio.Event = field(default_factory=asyncio.Event)  # answers wait until it is set
    events: list[Event] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        """Check both signatures, note the event, answer."""
        body = await request.read()
        for header, algorithm in (("X-Hub-Signature-256", hashlib.sha256), ("X-Hub-Signature", hashlib.sha1)):
            expected = hmac.new(SECRET.encode(), body, algorithm).hexdigest()
            given = request.headers[header].partition("=")[2]
            if not hmac.compare_digest(expected, given):
                return web.Response(status=401)
        form = request.content_type == "application/x-www-form-urlencoded"
        payload = json.loads(parse_qs(body.decode())["payload"][0] if form else body)
        guid, name = request.headers["X-GitHub-Delivery"], request.headers["X-GitHub-Event"]
        await self.open.wait()
        self.events.append(Event(name, guid, dict(request.headers), payload, len(body)))
        return web.Response(status=self.status, text="noted")

    @property
    def titles(self) -> list[str]:
        """List what arrived, without the pings."""
        return [event.title for event in self.events if event.name != "ping"]

    @property
    def counts(self) -> Counter[str]:
        """Count what arrived."""
        return Counter(self.titles)

    def last(self, title: str) -> dict[str, Any]:
        """Give the payload of the latest event of this title."""
        return next(event.payload for event in reversed(self.events) if event.title == title)


@dataclass
class Scene:
    """A seeded GitHub that serves, and a hook on its repository."""

    github: GitHub
    demo: Demo
    server: GitHubServer
    receiver: Receiver
    client: httpx2.AsyncClient
    api: GitHubAPI

    @property
    def repo(self) -> str:
        """Give the API path of the demo's repository."""
        return f"/repos/{self.demo.repo}"


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()
    receiver.open.set()
    app = web.Application(client_max_size=32 * 2**20)
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@asynccontextmanager
async def scene(*, hook: bool = True, github: GitHub | None = None) -> AsyncIterator[Scene]:
    """Seed a GitHub, serve it, and unless told otherwise hook the receiver to its repository."""
    github = github or GitHub()
    demo = await seed_demo(github)
    async with receiving() as receiver, await GitHubServer.start(github) as server:
        if hook:
            github.add_hook(demo.repo, receiver.url, SECRET)
        async with httpx2.AsyncClient(follow_redirects=True, timeout=5) as client:
            api = GitHubAPI(client, "patchforge", oauth_token=server.token, base_url=server.api_url)
            yield Scene(github, demo, server, receiver, client, api)


async def listing(api: GitHubAPI, url: str, key: str = "items") -> list[Any]:
    """Follow every page of a list."""
    return [item async for item in api.getiter(url, iterable_key=key)]
