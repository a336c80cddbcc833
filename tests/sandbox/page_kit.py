"""A page with all its stand-ins, a bot of a few lines and a short story, for the tests of the page."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import async_playwright
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.github import Demo, GitHub, GitHubServer, seed_demo
from sandbox.llm import LlmServer
from sandbox.mail import MailServer
from sandbox.page import Page
from sandbox.slack import Conversation, Rules, SlackServer, User, Workspace

Body = dict[str, Any]


@dataclass
class Step:
    """A step of the story below."""

    title: str
    status: Literal["waiting", "running", "done", "failed"] = "waiting"
    detail: str = ""
    seconds: float | None = None


@dataclass
class ShortStory:
    """Two steps; the first one waits for `go`."""

    steps: list[Step] = field(default_factory=lambda: [Step("Open a pull request"), Step("Merge it")])
    go: asyncio.Event = field(default_factory=asyncio.Event)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def play(self) -> None:
        """Play both steps; the second one fails."""
        self._move(self.steps[0], "running")
        await self.go.wait()
        self._move(self.steps[0], "done", "It is open.", 0.25)
        self._move(self.steps[1], "failed", "Nobody was there.", 1.0)
        raise AssertionError("the second step failed")

    async def changed(self) -> None:
        """Wait for the next move."""
        await self.moved.wait()

    def _move(
        self,
        step: Step,
        status: Literal["running", "done", "failed"],
        detail: str = "",
        seconds: float | None = None,
    ) -> None:
        step.status, step.detail, step.seconds = status, detail, seconds
        self.moved.set()
        self.moved = asyncio.Event()


@dataclass
class Stage:
    """Everything behind a page, and the people in it."""

    page: Page
    slack: SlackServer
    github: GitHub
    demo: Demo
    llm: LlmServer
    mail: MailServer
    story: ShortStory
    mara: User
    priya: User
    room: Conversation
    client: AsyncWebClient

    async def post(self, text: str, blocks: list[Body] | None = None, **more: Any) -> str:
        """Let the bot post in the room and return the message's ts."""
        answer = await self.client.chat_postMessage(channel=self.room.id, text=text, blocks=blocks, **more)
        return str(answer["ts"])


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Start the stand-ins and the page; #payments has two members and the bot."""
    workspace = Workspace(
        team_name="Acme", bot_name="PatchForge", rules=Rules(ack_timeout=2.0, reconnect_grace=0.2)
    )
    mara = workspace.add_user("mara", real_name="Mara Lindqvist")
    priya = workspace.add_user("priya", real_name="Priya Raman")
    room = workspace.add_channel("payments", members=[mara, priya], bot=True)
    workspace.add_channel("leads", members=[mara], is_private=True)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(await SlackServer.start(workspace))
        github = GitHub()
        demo = await seed_demo(github)
        await stack.enter_async_context(await GitHubServer.start(github))
        llm = await LlmServer.start()
        stack.push_async_callback(llm.aclose)
        mail = await MailServer.start()
        stack.push_async_callback(mail.aclose)
        story = ShortStory()
        page = await Page.start(slack, github, llm, mail, story, prepared=[demo.feature, demo.fix])
        stack.push_async_callback(page.aclose)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Stage(page, slack, github, demo, llm, mail, story, mara, priya, room, client)


async def act(http: aiohttp.ClientSession, kind: str, **details: Any) -> Body:
    """Do something on the page and return its answer."""
    async with http.post("act", json={"kind": kind, "viewer": "", **details}) as response:
        assert response.status == 200, await response.text()
        return dict(await response.json())


async def state(http: aiohttp.ClientSession, viewer: str = "") -> Body:
    """Return what the page shows to somebody."""
    async with http.get("state", params={"viewer": viewer}) as response:
        return dict(await response.json())


def plain(text: str) -> Body:
    """Write a plain text object."""
    return {"type": "plain_text", "text": text}


@asynccontextmanager
async def connected(app: AsyncApp, slack: SlackServer) -> AsyncIterator[None]:
    """Connect a bolt app to the workspace."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated
    await slack.connected()
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated


CHROMIUM = os.environ.get("PATCHFORGE_TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needs_chromium() -> pytest.MarkDecorator:
    """Skip where there is no browser."""
    return pytest.mark.skipif(
        not Path(CHROMIUM).exists(),
        reason="set PATCHFORGE_TEST_CHROMIUM=/path/to/chromium, or install Debian's chromium package",
    )


@asynccontextmanager
async def open_tab(url: str) -> AsyncIterator[Tab]:
    """Open the page at #payments; nothing may go wrong in it, and nothing be asked of another address."""
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(10_000)
        tab.on("pageerror", lambda error: trouble.append(str(error)))
        tab.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
        own = urlsplit(url).netloc
        tab.on("request", lambda sent: trouble.append(sent.url) if urlsplit(sent.url).netloc != own else None)
        await tab.goto(url)
        await tab.get_by_test_id("channel-payments").click()
        yield tab
        await browser.close()
    assert trouble == []
