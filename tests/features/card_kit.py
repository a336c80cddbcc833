"""What the tests of cards and threads share: GitHub's clock in the test's hand, rest, and what was called."""

import asyncio
import contextlib
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.github import GitHub
from sandbox.github.hooks import Hook
from sandbox.slack import Call, Conversation, Message, User
from tests.world import World, open_world, shown

# What is put off for minutes, such as a word to somebody who was mentioned just now, is not waited for.
_UNFINISHED = (
    "SELECT (SELECT count(*) FROM deliveries WHERE state = 'new')"
    " + (SELECT count(*) FROM jobs WHERE finished_at IS NULL"
    " AND run_at < ?)"
)
_SOON = timedelta(minutes=2)
_PORT = re.compile(r"127\.0\.0\.1:\d+")


@dataclass
class Ticking:
    """GitHub's clock: it stands still until the test moves it."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Give the moment."""
        return self.at


@dataclass
class Rolling:
    """GitHub's clock when everything has a second of its own, so that nothing has to be fetched again."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Give the moment."""
        self.at += timedelta(seconds=1)
        return self.at


def calm(database_url: str) -> contextlib.AbstractAsyncContextManager[World]:
    """Open a world in which no two things happen on GitHub within one second."""
    return open_world(database_url, github=GitHub(now=Rolling().now))


def hook(world: World) -> Hook:
    """Return the repository's webhook."""
    return next(iter(world.github.hooks.values()))


async def rest(world: World, timeout: float = 30) -> None:
    """Wait until every delivery was answered and the bot has nothing left to do within two minutes."""
    await world.github.settled()
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    async with asyncio.timeout(timeout):
        with contextlib.closing(sqlite3.connect(path)) as database:
            while _unfinished(database, world.clock.now()):  # noqa: ASYNC110 - another program's file
                await asyncio.sleep(0.02)


def _unfinished(database: sqlite3.Connection, now: datetime) -> int:
    soon = (now + _SOON).strftime("%Y-%m-%d %H:%M:%S")
    count: int = database.execute(_UNFINISHED, (soon,)).fetchone()[0]
    return count


def bot(world: World) -> AsyncWebClient:
    """Return a client with the bot's own token, for what the bot itself never does."""
    return AsyncWebClient(token=world.slack.bot_token, base_url=world.slack.api_url)


def cards(world: World, channel: Conversation | None = None) -> list[Message]:
    """Return a channel's top-level messages."""
    return world.slack.messages((channel or world.channel).id)


def thread(world: World, channel: Conversation | None = None) -> list[str]:
    """Return what the replies to a channel's only card show, in one agreed order."""
    place = channel or world.channel
    (card,) = cards(world, place)
    return sorted(_PORT.sub("github", shown(reply)) for reply in world.slack.thread(place.id, card.ts))


def said(world: World, channel: Conversation | None = None) -> str:
    """Return what a channel's only card shows, fallback included."""
    (card,) = cards(world, channel)
    return _PORT.sub("github", f"{shown(card)}\n{card.text}")


def edits(world: World) -> list[Call]:
    """Return the accepted edits of messages."""
    return world.slack.workspace.calls_of("chat.update", outcome="ok")


async def subscribe(world: World, channel: Conversation, text: str = "", user: User | None = None) -> str:
    """Subscribe another channel to the seeded repository and return the answer."""
    person = user or world.maintainer
    result = await world.slack.command(person.id, channel.id, "/patchforge", f"subscribe {world.repo} {text}")
    return "\n".join(shown(message) for message in result.messages)


def new_channel(world: World, name: str, *, bot: bool = True) -> Conversation:
    """Make another channel with everybody in it."""
    people = [world.author, world.reviewer, world.maintainer]
    return world.slack.workspace.add_channel(name, members=people, bot=bot)
