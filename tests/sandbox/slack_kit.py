"""What the tests of the sandbox's Slack share: a workspace, the app's client, a bare WebSocket."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Conversation, Message, Rules, SlackServer, User, Workspace

Body = dict[str, Any]

DIVIDER: list[Body] = [{"type": "divider"}]


def plain(text: str) -> Body:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Body]:
    """Return the options of a menu."""
    return [{"text": plain(value.title()), "value": value} for value in values]


CARD: list[Body] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "A card"}},
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": "v1"},
            {
                "type": "button",
                "action_id": "review",
                "text": plain("Review"),
                "url": "https://example.com/1",
            },
            {"type": "overflow", "action_id": "more", "options": options("mute", "hide")},
        ],
    },
]


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        """Return the time as it was set."""
        return self.now


@dataclass
class Stage:
    """A workspace with two people in one channel, and the app's client."""

    slack: SlackServer
    client: AsyncWebClient
    session: aiohttp.ClientSession
    clock: Clock
    ada: User
    bob: User
    room: Conversation

    @property
    def workspace(self) -> Workspace:
        """The workspace behind the server."""
        return self.slack.workspace

    async def card(self) -> Message:
        """Post the card and return it."""
        posted = await self.client.chat_postMessage(channel=self.room.id, text="card", blocks=CARD)
        return self.room.messages[posted["ts"]]

    async def socket(self) -> aiohttp.ClientWebSocketResponse:
        """Open a bare Socket Mode connection that has been greeted."""
        opened = await self.client.apps_connections_open(app_token=self.slack.app_token)
        socket = await self.session.ws_connect(opened["url"])
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        return socket


@asynccontextmanager
async def open_stage(rules: Rules) -> AsyncIterator[Stage]:
    """Start a workspace that follows `rules`."""
    clock = Clock()
    workspace = Workspace(rules=rules, clock=clock)
    ada = workspace.add_user("ada", real_name="Ada Lovelace", is_admin=True)
    bob = workspace.add_user("bob")
    room = workspace.add_channel("general", members=[ada, bob], bot=True)
    async with await SlackServer.start(workspace) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Stage(slack, client, session, clock, ada, bob, room)


async def refusal(call: Awaitable[Any]) -> str:
    """Return the error with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
