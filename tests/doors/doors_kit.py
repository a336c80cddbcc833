"""What the tests of the doors share: a bot between a Slack stand-in and a signed caller."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from sqlalchemy import Connection, RowMapping, select

from bot.app import started
from bot.config import Settings
from handlers import FEATURES
from handlers.feature import Feature
from sandbox.github import GitHub, seed_demo
from sandbox.github.hooks import Delivery, sign
from sandbox.slack import Conversation, SlackServer, User, Workspace
from storage.database import Database
from storage.tables import deliveries
from tests.world import manifest_rules

SECRET = "s3cret"
OLD_SECRET = "the one before"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of the bot."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Scene:
    """A running bot, the workspace it is in, one person in one channel, and a reader of its database."""

    slack: SlackServer
    channel: Conversation
    person: User
    address: str
    http: aiohttp.ClientSession
    database: Database

    async def send(
        self, body: bytes, headers: Mapping[str, str] | None = None, *, event: str = "push", guid: str = ""
    ) -> Answer:
        """Post a body to the webhook door with the right signature, unless the headers say otherwise."""
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid or str(uuid4()),
            "X-Hub-Signature-256": sign(body, SECRET),
            **(headers or {}),
        }
        kept = {name: value for name, value in given.items() if value != "-"}
        url = f"{self.address}/webhooks/github"
        async with self.http.post(url, data=io.BytesIO(body), headers=kept) as response:
            return Answer(response.status, response.headers, await response.text())

    async def get(self, path: str) -> Answer:
        """Fetch a page of the bot."""
        async with self.http.get(f"{self.address}{path}") as response:
            return Answer(response.status, response.headers, await response.text())

    async def stored(self, guid: str = "") -> Sequence[RowMapping]:
        """Return the deliveries in the inbox, or the one with this GUID."""

        def look(connection: Connection) -> Sequence[RowMapping]:
            query = select(deliveries).order_by(deliveries.c.id)
            if guid:
                query = query.where(deliveries.c.guid == guid)
            return connection.execute(query).mappings().all()

        return await self.database.read(look)

    async def settled(self, guid: str) -> RowMapping:
        """Wait until a delivery has been processed or has failed at least once, and return its row."""

        async def look() -> RowMapping | None:
            rows = await self.stored(guid)
            return rows[0] if rows and (rows[0]["state"] != "new" or rows[0]["error"]) else None

        return await eventually(look)


async def eventually(look: Callable[[], Awaitable[T | None]], timeout: float = 10.0) -> T:
    """Return the first true answer."""
    async with asyncio.timeout(timeout):
        while True:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def open_scene(
    database_url: str, *, features: Sequence[Feature] = FEATURES, slack_timeout: float = 15.0, **settings: Any
) -> AsyncIterator[Scene]:
    """Start a workspace and the bot, without a GitHub, a mail server or a model."""
    workspace = Workspace(rules=manifest_rules())
    person = workspace.add_user("ada", is_admin=True)
    channel = workspace.add_channel("payments", members=[person], bot=True)
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(await SlackServer.start(workspace))
        values = {**run_settings(slack, database_url), "github_webhook_secret": f"{SECRET},{OLD_SECRET}"}
        address = await stack.enter_async_context(
            started(Settings(_env_file=None, **{**values, **settings}), features, slack_timeout=slack_timeout)
        )
        await slack.connected()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        database = await Database(database_url).open()
        stack.push_async_callback(database.aclose)
        yield Scene(slack, channel, person, address, http, database)


def run_settings(slack: SlackServer, database_url: str) -> dict[str, Any]:
    """Return what `run` cannot do without."""
    return {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "github_webhook_secret": SECRET,
        "database_url": database_url,
        "http_port": 0,
    }


def form(payload: bytes) -> bytes:
    """Wrap a payload as GitHub's form encoding does."""
    return urlencode({"payload": payload}).encode()


async def real_deliveries() -> list[Delivery]:
    """Return what GitHub would send while a pull request travels from opened to merged."""
    github = GitHub()
    demo = await seed_demo(github)
    hook = github.add_hook(demo.repo, "http://127.0.0.1:9/never", secret=SECRET)
    hook.hold()
    pull = await github.open_pull(demo.repo, demo.feature)
    await github.request_review(demo.repo, pull.number, demo.reviewer, demo.author)
    await github.start_checks(demo.repo, pull.number)
    await github.comment(demo.repo, pull.number, "Nice", demo.reviewer)
    await github.submit_review(demo.repo, pull.number, demo.reviewer, "approved", "Good work.")
    await github.status(demo.repo, pull.number, "deploy", "success", by=demo.maintainer)
    await github.merge(demo.repo, pull.number, demo.maintainer)
    return [one for one in hook.waiting if one.event != "ping"]
