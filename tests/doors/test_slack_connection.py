"""The socket to Slack comes back by itself from whatever breaks it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import httpx
import pytest

from bot.clients.llm import Llm
from bot.clients.slack import Slack
from bot.config import Settings
from bot.context import Context
from bot.models import SystemClock
from handlers import FEATURES
from handlers.slack import Patience, SlackDoor, SlackLost
from sandbox.slack import SlackServer, Workspace
from storage.database import Database
from tests.doors.doors_kit import eventually, run_settings


@dataclass(frozen=True, slots=True)
class Line:
    """A door in a hurry, and the Slack that it is connected to."""

    slack: SlackServer
    door: SlackDoor


@pytest.fixture
async def line(sqlite_url: str) -> AsyncIterator[Line]:
    workspace = Workspace()
    async with (
        await SlackServer.start(workspace) as slack,
        aiohttp.ClientSession() as session,
        httpx.AsyncClient() as http,
    ):
        settings = Settings(_env_file=None, **run_settings(slack, sqlite_url))
        context = Context(
            settings=settings,
            clock=SystemClock(),
            database=Database(sqlite_url),
            slack=Slack(session, token=slack.bot_token, base_url=slack.api_url),
            github=None,
            llm=Llm.from_settings(settings, http),
            mailer=None,
            bot_user=workspace.bot_user.id,
        )
        door = SlackDoor(context, FEATURES, session, patience=Patience(ping=0.1, ticket=0.3, process=1.0))
        await door.connect()
        await slack.until(lambda: len(slack.hub.connections) == 2)
        yield Line(slack, door)
        await door.stop()


async def _connected(line: Line) -> bool:
    return line.door.trouble is None and bool(line.slack.hub.connections)


async def test_a_broken_connection_is_opened_again(line: Line) -> None:
    line.slack.hub.drop()
    await line.slack.until(lambda: line.slack.hub.connected_count >= 4)
    await eventually(lambda: _connected(line))


async def test_a_connection_that_only_seems_open_is_noticed_and_replaced(line: Line) -> None:
    line.slack.hub.freeze()
    await line.slack.until(lambda: line.slack.hub.connected_count >= 4)
    await eventually(lambda: _connected(line))


async def test_a_ticket_that_died_in_an_outage_is_not_tried_for_ever(line: Line) -> None:
    workspace = line.slack.workspace
    watching = asyncio.create_task(line.door.watch())
    workspace.rules = replace(workspace.rules, ticket_life=-1.0)
    before = len(workspace.calls_of("apps.connections.open"))
    line.slack.hub.drop()
    await line.slack.until(lambda: len(workspace.calls_of("apps.connections.open")) >= before + 2)
    workspace.rules = replace(workspace.rules, ticket_life=30.0)
    await line.slack.until(lambda: line.slack.hub.connections)
    await eventually(lambda: _connected(line))
    await line.door.stop()
    await watching


async def test_after_a_long_outage_it_asks_for_a_fresh_process(line: Line) -> None:
    workspace = line.slack.workspace
    workspace.rules = replace(workspace.rules, ticket_life=-1.0)
    line.slack.hub.drop()
    with pytest.raises(SlackLost, match="no connection to Slack"):
        await line.door.watch()
