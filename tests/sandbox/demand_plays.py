"""The demo as a visitor of its page uses it: by the page's own acts, with the real bot behind them."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.demo import Stage, stage
from sandbox.page import Page
from tests.sandbox import page_kit
from tests.world import shown

Seen = dict[str, Any]


@dataclass
class Visitor:
    """Somebody at the page; `number` is the pull request that was opened last."""

    on: Stage
    page: Page
    http: aiohttp.ClientSession
    number: int = 0

    @property
    def repo(self) -> str:
        """The repository of the demo."""
        return self.on.story.demo.repo

    def id(self, login: str = "mara-lindqvist") -> str:
        """Return who a person is in Slack."""
        return self.on.story.people[login].id

    async def act(self, kind: str, who: str = "mara-lindqvist", **details: Any) -> Seen:
        """Do what a button or a field of the page does."""
        answer = await page_kit.act(self.http, kind, **{"viewer": self.id(who), **details})
        assert answer["ok"], (kind, details, answer)
        return answer

    async def github(self, name: str, **details: Any) -> None:
        """Press a button of the GitHub panel."""
        await self.act("github", act=name, **{"repo": self.repo, "number": self.number, **details})
        await self.on.github.settled()
        if name in {"open", "propose"}:
            self.number = self.on.github.repo(self.repo).pulls[0].number

    async def channel(self, name: str, filter_text: str = "") -> str:
        """Add a channel, and let it follow the repository."""
        made = (await self.act("channel", name=name))["channel"]
        await self.command(f"subscribe {self.repo} {filter_text}", made)
        return str(made)

    async def command(self, text: str, channel: str = "", who: str = "mara-lindqvist") -> None:
        """Type a command."""
        room = channel or self.on.story.channel.id
        await self.act("command", who, channel=room, command="/patchforge", text=text)

    async def link(self, *logins: str) -> None:
        """Let people prove who they are."""
        for login in logins:
            await self.command(f"link {login}", who=login)
            await self.until(lambda: self.page.state("")["codes"])
            await self.act("github", act="authorize", repo="", code=self.page.state("")["codes"][0], by=login)
            await self.sees(login, "Linked: you are")

    async def until(self, look: Callable[[], Any]) -> Any:
        """Wait for something on the page."""
        return await self.on.slack.until(look, 40)

    async def sees(self, login: str, *words: str) -> None:
        """Wait until the page shows somebody a message with all of these words."""
        await self.until(lambda: any(all(word in text for word in words) for text in self.texts(login)))

    def texts(self, login: str) -> list[str]:
        """Return every message that the page shows to somebody, in channels, threads and alone."""
        slack = self.page.state(self.id(login))["slack"]
        rooms = [*slack["channels"], *slack["dms"]]
        messages = [one for room in rooms for top in room["messages"] for one in (top, *top["replies"])]
        return [f"{shown(one['blocks'])}\n{one['text']}" for one in messages]

    async def has_cards(self, channel: str, *titles: str) -> None:
        """Wait until a channel shows the cards of these pull requests, and of no others."""

        def cards() -> bool:
            rooms = self.page.state(self.id())["slack"]["channels"]
            (room,) = [room for room in rooms if room["id"] == channel]
            lasting = [
                one["text"] for one in room["messages"] if not one["ephemeral"] and not one["thread_ts"]
            ]
            found = {re.sub(r" \(\S+\)$", "", text).partition(": ")[2] for text in lasting}
            return found == set(titles)

        await self.until(cards)


@asynccontextmanager
async def visitor() -> AsyncIterator[Visitor]:
    """Start the demo and its page."""
    async with stage() as on:
        demo = on.story.demo
        prepared = (demo.feature, demo.fix, demo.bump)
        page = await Page.start(
            on.slack, on.github, on.llm, on.mail, on.story, prepared=prepared, clock=on.clock
        )
        try:
            async with aiohttp.ClientSession(page.url) as http:
                yield Visitor(on, page, http)
        finally:
            await page.aclose()
    assert not on.slack.workspace.violations
