"""Socket Mode seen on the wire: envelopes, retries, tickets, lost connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Rules, SlackServer, Workspace
from sandbox.slack.models import Conversation, Message, User

PATIENT = Rules(reconnect_grace=5.0)
QUICK = replace(PATIENT, ack_timeout=0.3, retry_delays=(0.0, 0.05, 0.1))
CARD = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}}
        ],
    }
]


@dataclass
class Stage:
    """A workspace with two people and the app's client."""

    slack: SlackServer
    client: AsyncWebClient
    ada: User
    bob: User
    room: Conversation

    async def card(self) -> Message:
        """Post the card and return it."""
        posted = await self.client.chat_postMessage(channel=self.room.id, text="card", blocks=CARD)
        return self.room.messages[posted["ts"]]


@pytest.fixture
def rules() -> Rules:
    return PATIENT


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    workspace = Workspace(rules=rules)
    ada, bob = workspace.add_user("ada"), workspace.add_user("bob")
    room = workspace.add_channel("general", members=[ada, bob], bot=True)
    async with await SlackServer.start(workspace) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Stage(slack, client, ada, bob, room)
        assert workspace.violations == []


async def raw_socket(stage: Stage, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    opened = await stage.client.apps_connections_open(app_token=stage.slack.app_token)
    socket = await session.ws_connect(opened["url"])
    hello = await socket.receive_json()
    assert hello["type"] == "hello"
    return socket


@pytest.mark.parametrize("rules", [QUICK])
async def test_an_unacknowledged_event_comes_again_with_its_attempt(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(stage, session)
        await stage.slack.open_home(stage.ada.id)
        seen = [await socket.receive_json() for _ in range(3)]
        await socket.send_json({"envelope_id": seen[-1]["envelope_id"]})
        await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)
        assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2]
        assert seen[1]["retry_reason"] == "timeout"
        assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
        await socket.close()


async def test_connections_take_turns(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await raw_socket(stage, session) for _ in range(2)]
        for user in (stage.ada, stage.bob):
            await stage.slack.open_home(user.id)
        users = {(await socket.receive_json())["payload"]["event"]["user"] for socket in sockets}
        assert users == {stage.ada.id, stage.bob.id}
        for socket in sockets:
            await socket.close()


async def test_a_ticket_opens_one_connection(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        url = (await stage.client.apps_connections_open(app_token=stage.slack.app_token))["url"]
        socket = await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        await socket.close()


@pytest.mark.parametrize("rules", [replace(PATIENT, events=frozenset())])
async def test_a_click_while_the_app_restarts_arrives_afterwards(stage: Stage) -> None:
    card = await stage.card()
    async with aiohttp.ClientSession() as session:
        clicking = asyncio.create_task(stage.slack.click(stage.ada.id, stage.room.id, card.ts, "approve"))
        await stage.slack.until(lambda: stage.slack.hub.unacknowledged)
        socket = await raw_socket(stage, session)
        envelope = await socket.receive_json()
        assert envelope["payload"]["actions"][0]["action_id"] == "approve"
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await clicking).ok
        await socket.close()


async def test_what_a_lost_connection_did_not_acknowledge_goes_to_the_next(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        first = await raw_socket(stage, session)
        typing = asyncio.create_task(stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "hi"))
        lost = await first.receive_json()
        stage.slack.hub.drop()
        await stage.slack.until(lambda: not stage.slack.hub.connections)
        second = await raw_socket(stage, session)
        again = await second.receive_json()
        assert again["envelope_id"] == lost["envelope_id"]
        await second.send_json({"envelope_id": again["envelope_id"], "payload": {"text": "late"}})
        assert [message.text for message in (await typing).messages] == ["late"]
        await second.close()
        await first.close()


@pytest.mark.parametrize("rules", [QUICK])
async def test_an_event_waits_for_the_app_to_connect(stage: Stage) -> None:
    await stage.slack.open_home(stage.ada.id)
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(stage, session)
        envelope = await socket.receive_json()
        assert envelope["payload"]["event"]["user"] == stage.ada.id
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)
        await socket.close()


async def test_an_envelope_can_be_overtaken_by_the_next(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(stage, session)
        stage.slack.hub.delay_next(0.2)
        await stage.slack.open_home(stage.ada.id)
        await stage.slack.open_home(stage.bob.id)
        users = [(await socket.receive_json())["payload"]["event"]["user"] for _ in range(2)]
        assert users == [stage.bob.id, stage.ada.id]
        await socket.close()


@pytest.mark.parametrize("rules", [replace(QUICK, events=frozenset(), reconnect_grace=0.3)])
async def test_a_click_does_not_wait_for_ever(stage: Stage) -> None:
    card = await stage.card()
    result = await stage.slack.click(stage.ada.id, stage.room.id, card.ts, "approve")
    assert result.error == "operation_timeout"
    await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)


async def test_the_eleventh_connection_is_turned_away(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await raw_socket(stage, session) for _ in range(10)]
        opened = await stage.client.apps_connections_open(app_token=stage.slack.app_token)
        extra = await session.ws_connect(opened["url"])
        assert (await extra.receive_json())["reason"] == "too_many_websockets"
        for socket in (extra, *sockets):
            await socket.close()


async def test_noise_from_the_app_is_ignored(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(stage, session)
        for noise in ("not json", "[]", '{"envelope_id": "unknown"}'):
            await socket.send_str(noise)
        await stage.slack.open_home(stage.ada.id)
        assert (await socket.receive_json())["type"] == "events_api"
        await socket.close()
