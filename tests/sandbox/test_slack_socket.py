"""Socket Mode seen on the wire: envelopes, retries, tickets, lost connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from sandbox.slack import Rules
from tests.sandbox.slack_kit import Stage, open_stage

PATIENT = Rules(reconnect_grace=5.0)
QUICK = replace(PATIENT, ack_timeout=0.3, retry_delays=(0.0, 0.05, 0.1))


@pytest.fixture
def rules() -> Rules:
    return PATIENT


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    async with open_stage(rules) as opened:
        yield opened
        assert opened.workspace.violations == []


@pytest.mark.parametrize("rules", [QUICK])
async def test_an_unacknowledged_event_comes_again_with_its_attempt(stage: Stage) -> None:
    socket = await stage.socket()
    await stage.slack.open_home(stage.ada.id)
    seen = [await socket.receive_json() for _ in range(3)]
    await socket.send_json({"envelope_id": seen[-1]["envelope_id"]})
    await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)
    assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2]
    assert seen[1]["retry_reason"] == "timeout"
    assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
    await socket.close()


async def test_connections_take_turns(stage: Stage) -> None:
    sockets = [await stage.socket() for _ in range(2)]
    for user in (stage.ada, stage.bob):
        await stage.slack.open_home(user.id)
    users = {(await socket.receive_json())["payload"]["event"]["user"] for socket in sockets}
    assert users == {stage.ada.id, stage.bob.id}
    for socket in sockets:
        await socket.close()


async def test_a_ticket_opens_one_connection(stage: Stage) -> None:
    url = (await stage.client.apps_connections_open(app_token=stage.slack.app_token))["url"]
    socket = await stage.session.ws_connect(url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await stage.session.ws_connect(url)
    await socket.close()


@pytest.mark.parametrize("rules", [replace(PATIENT, events=frozenset())])
async def test_a_click_while_the_app_restarts_arrives_afterwards(stage: Stage) -> None:
    card = await stage.card()
    clicking = asyncio.create_task(stage.slack.click(stage.ada.id, stage.room.id, card.ts, "approve"))
    await stage.slack.until(lambda: stage.slack.hub.unacknowledged)
    socket = await stage.socket()
    envelope = await socket.receive_json()
    assert envelope["payload"]["actions"][0]["action_id"] == "approve"
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert (await clicking).ok
    await socket.close()


async def test_what_a_lost_connection_did_not_acknowledge_goes_to_the_next(stage: Stage) -> None:
    first = await stage.socket()
    typing = asyncio.create_task(stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "hi"))
    lost = await first.receive_json()
    stage.slack.hub.drop()
    await stage.slack.until(lambda: not stage.slack.hub.connections)
    second = await stage.socket()
    again = await second.receive_json()
    assert again["envelope_id"] == lost["envelope_id"]
    await second.send_json({"envelope_id": again["envelope_id"], "payload": {"text": "late"}})
    assert [message.text for message in (await typing).messages] == ["late"]
    await second.close()
    await first.close()


@pytest.mark.parametrize("rules", [QUICK])
async def test_an_event_waits_for_the_app_to_connect(stage: Stage) -> None:
    await stage.slack.open_home(stage.ada.id)
    socket = await stage.socket()
    envelope = await socket.receive_json()
    assert envelope["payload"]["event"]["user"] == stage.ada.id
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)
    await socket.close()


async def test_an_envelope_can_be_overtaken_by_the_next(stage: Stage) -> None:
    socket = await stage.socket()
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
    sockets = [await stage.socket() for _ in range(10)]
    opened = await stage.client.apps_connections_open(app_token=stage.slack.app_token)
    extra = await stage.session.ws_connect(opened["url"])
    assert (await extra.receive_json())["reason"] == "too_many_websockets"
    for socket in (extra, *sockets):
        await socket.close()


async def test_noise_from_the_app_is_ignored(stage: Stage) -> None:
    socket = await stage.socket()
    for noise in ("not json", "[]", '{"envelope_id": "unknown"}'):
        await socket.send_str(noise)
    await stage.slack.open_home(stage.ada.id)
    assert (await socket.receive_json())["type"] == "events_api"
    await socket.close()
