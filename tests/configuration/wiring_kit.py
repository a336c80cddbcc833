"""What the tests of configuration files share: pushing them, and waiting for what comes of it."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from bot.app import started
from bot.config import Settings
from sandbox.github import CommitSpec
from sandbox.slack import Message, User
from tests.world import SECRET, World, shown

PATH = ".patchforge.yml"
HOME = "acme/.patchforge"
T = TypeVar("T")

FOLLOW = """\
version: 1
subscriptions:
  - channel: "#payments"
    filter: "-label:wip"
"""


async def push(world: World, text: str | None, *, repo: str = "", branch: str = "main") -> str:
    """Push the file, or its removal, and return the commit."""
    spec = CommitSpec("Say it in the file", {PATH: text}, world.demo.maintainer)
    (commit,) = await world.github.push(repo or world.repo, branch, spec, by=world.demo.maintainer)
    return commit.sha


def organise(world: World, text: str | None = None) -> None:
    """Give the organisation a repository for its file."""
    world.github.add_repository(HOME, {PATH: text} if text else {"README.md": "x"})
    world.github.add_hook(HOME, f"{world.address}/webhooks/github", secret=SECRET)


async def until(look: Callable[[], T | None], within: float = 40) -> T:
    """Look again and again until there is something."""
    async with asyncio.timeout(within):
        while not (found := look()):  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)
    return found


async def answered(
    world: World, text: str, *words: str, without: str = "\0", user: User | None = None
) -> str:
    """Type a command until the answer says all of these: what it asks about is on its way."""
    said = ""
    for _ in range(200):
        said = await world.command(user or world.maintainer, text)
        if all(word in said for word in words) and without not in said:
            break
        await asyncio.sleep(0.02)
    assert all(word in said for word in words), said
    assert without not in said
    return said


def rows(world: World, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the database."""
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query, values).fetchall()


def followed(world: World) -> dict[str, tuple[str, str | None]]:
    """Return filter and source of what the channel follows, by repository."""
    found = rows(world, "SELECT repo, filter, source FROM subscriptions WHERE channel = ?", world.channel.id)
    return {repo: (filter_, source) for repo, filter_, source in found}


async def idle(world: World) -> None:
    """Wait until every delivery was processed and nothing of configuration files is under way."""
    await world.github.settled()
    await until(lambda: not rows(world, "SELECT 1 FROM deliveries WHERE state = 'new'"))
    live = "SELECT 1 FROM jobs WHERE finished_at IS NULL AND kind LIKE 'configuration.%'"
    await until(lambda: not rows(world, live))


async def told(world: World, user: User, *words: str) -> Message:
    """Wait for a direct message that says all of these."""

    def look() -> Message | None:
        for message in world.slack.direct_messages(user.id):
            if all(word in shown(message) for word in words):
                found: Message = message
                return found
        return None

    return await until(look)


@contextlib.asynccontextmanager
async def as_app(world: World, **permissions: str) -> AsyncIterator[None]:
    """Let the bot be a GitHub App from now on, with these permissions besides those that it needs."""
    await world.bot.aclose()
    key = world.github.install_app("acme", [world.repo])
    app = world.github.state.app
    assert app is not None
    app.permissions |= permissions
    async with restarted(world, github_token=None, github_app_id=app.id, github_app_private_key=key):
        yield


@contextlib.asynccontextmanager
async def restarted(world: World, **changed: Any) -> AsyncIterator[None]:
    """Start the bot again that was closed, with some settings changed."""
    given = {name: getattr(world.settings, name) for name in type(world.settings).model_fields}
    async with started(Settings(_env_file=None, **{**given, **changed})) as address:
        await world.slack.connected()
        for hook in world.github.hooks.values():
            hook.url = f"{address}/webhooks/github"
        yield
