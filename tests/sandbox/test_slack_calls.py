"""Tokens, scopes, rates, faults and the ledger of the Web API stand-in."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import DEFAULT_SCOPES, Rules, SlackServer
from tests.sandbox.slack_kit import DIVIDER, Stage, open_stage, refusal


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    async with open_stage(rules) as opened:
        yield opened


async def test_tokens_are_checked(stage: Stage) -> None:
    client = stage.client
    assert (await client.auth_test())["user_id"] == stage.workspace.bot_user.id
    assert await refusal(client.auth_test(token="xoxb-wrong")) == "invalid_auth"
    assert await refusal(client.auth_test(token=stage.slack.app_token)) == "not_allowed_token_type"
    opened = client.apps_connections_open(app_token=stage.slack.bot_token)
    assert await refusal(opened) == "not_allowed_token_type"
    async with stage.session.post(f"{stage.slack.api_url}auth.test") as response:
        assert (await response.json())["error"] == "not_authed"
    for state in ("token_revoked", "account_inactive"):
        stage.workspace.token_state = state
        assert await refusal(client.auth_test()) == state


@pytest.mark.parametrize("rules", [Rules(scopes=DEFAULT_SCOPES - {"chat:write", "channels:history"})])
async def test_a_missing_scope_is_named(stage: Stage) -> None:
    with pytest.raises(SlackApiError) as caught:
        await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "chat:write"
    assert "users:read" in caught.value.response["provided"]
    assert await refusal(stage.client.conversations_history(channel=stage.room.id)) == "missing_scope"


@pytest.mark.parametrize("rules", [Rules(scopes=DEFAULT_SCOPES - {"users:read.email"})])
async def test_addresses_are_hidden_without_their_scope(stage: Stage) -> None:
    assert "email" not in (await stage.client.users_info(user=stage.ada.id))["user"]["profile"]


@pytest.mark.parametrize("rules", [Rules(rate_limits=True)])
async def test_a_channel_takes_about_one_message_a_second(stage: Stage) -> None:
    for _ in range(3):
        await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    stage.clock.now += 1
    await stage.client.chat_postMessage(channel=stage.room.id, text="x")


@pytest.mark.parametrize("wait", [7, None])
async def test_a_429_on_demand_comes_with_or_without_retry_after(stage: Stage, wait: int | None) -> None:
    stage.workspace.faults.add("chat.postMessage", "429", retry_after=wait)
    with pytest.raises(SlackApiError) as caught:
        await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers.get("Retry-After") == (None if wait is None else str(wait))
    await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert [call.outcome for call in stage.workspace.calls_of("chat.postMessage")] == ["429", "ok"]


@pytest.mark.parametrize(("kind", "posted"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_connection_breaks_before_or_after_the_message_is_taken(
    stage: Stage, kind: str, posted: int
) -> None:
    stage.workspace.faults.add("chat.postMessage", kind)  # type: ignore[arg-type]  # a table of kinds
    with pytest.raises(aiohttp.ClientError):
        await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert len(stage.slack.messages(stage.room.id)) == posted
    call = stage.workspace.calls_of("chat.postMessage")[0]
    assert (call.outcome, call.accepted) == (kind, bool(posted))


async def test_answers_break_on_demand(stage: Stage) -> None:
    faults = stage.workspace.faults
    faults.add("chat.postMessage", "500")
    faults.add("chat.postMessage", "503")
    faults.add("chat.postMessage", "cut_json")
    faults.add("chat.postMessage", "error", error="fatal_error")
    statuses = []
    for _ in range(4):
        with pytest.raises(SlackApiError) as caught:
            await stage.client.chat_postMessage(channel=stage.room.id, text="x")
        response = caught.value.response
        statuses.append(getattr(response, "status_code", None) or response.status)
    assert statuses == [500, 503, 200, 200]
    assert len(stage.slack.messages(stage.room.id)) == 1
    assert faults.pending == 0


async def test_a_call_that_hangs_is_taken_though_the_client_gave_up(stage: Stage) -> None:
    stage.workspace.faults.add("chat.postMessage", "hang_after", seconds=60)
    quick = aiohttp.ClientTimeout(total=0.2)
    with pytest.raises(TimeoutError):
        async with stage.session.post(
            f"{stage.slack.api_url}chat.postMessage",
            data={"token": stage.slack.bot_token, "channel": stage.room.id, "text": "x"},
            timeout=quick,
        ):
            pass
    assert len(stage.slack.messages(stage.room.id)) == 1


async def test_forms_carry_json_in_strings(stage: Stage) -> None:
    form = {"token": stage.slack.bot_token, "channel": "#general", "text": "t", "blocks": json.dumps(DIVIDER)}
    async with stage.session.post(f"{stage.slack.api_url}chat.postMessage", data=form) as response:
        assert (await response.json())["ok"] is True
    async with stage.session.post(
        f"{stage.slack.api_url}chat.postMessage", data=b"{", headers={"Content-Type": "application/json"}
    ) as response:
        assert (await response.json())["error"] == "invalid_json"
    assert "token" not in stage.workspace.calls[0].args


async def test_the_ledger_keeps_what_was_sent(stage: Stage) -> None:
    await stage.client.chat_postMessage(channel=stage.room.id, text="x", blocks=DIVIDER)
    (call,) = stage.workspace.calls_of("chat.postMessage", outcome="ok")
    assert call.args["blocks"] == DIVIDER
    assert call.response["message"]["blocks"][0].keys() == {"type", "block_id"}


async def test_malformed_json_in_a_field_is_refused(stage: Stage) -> None:
    for name, value, code in (
        ("blocks", "{", "invalid_blocks_format"),
        ("blocks", "{}", "invalid_blocks_format"),
        ("blocks", "[1]", "invalid_blocks_format"),
        ("metadata", "[]", "invalid_metadata_format"),
    ):
        fields = {"channel": stage.room.id, "text": "t", name: value}
        assert await refusal(stage.client.api_call("chat.postMessage", data=fields)) == code


@pytest.mark.parametrize("rules", [Rules(checks=False)])
async def test_without_checks_nothing_is_examined(stage: Stage) -> None:
    await stage.client.chat_postMessage(channel=stage.room.id, text="**bold**")
    assert stage.workspace.violations == []


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[" * 100_000, "invalid_json"),
        ("application/json", b"\xff", "invalid_json"),
        ("application/json", b"[1]", "json_not_object"),
        ("application/x-www-form-urlencoded", b"\xff=\xfe", "invalid_form_data"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(stage: Stage, kind: str, body: bytes, code: str) -> None:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {stage.slack.bot_token}"}
    async with stage.session.post(
        f"{stage.slack.api_url}chat.postMessage", data=body, headers=headers
    ) as response:
        assert (response.status, (await response.json())["error"]) == (200, code)


async def test_a_call_that_hangs_does_not_keep_the_server_from_stopping(stage: Stage) -> None:
    stage.workspace.faults.add("auth.test", "hang", seconds=600)
    calling = asyncio.create_task(stage.client.auth_test())
    await stage.slack.until(lambda: stage.workspace.faults.pending == 0)
    async with asyncio.timeout(5):
        await stage.slack.aclose()
    await asyncio.wait([calling])
    assert calling.exception() is None or isinstance(calling.exception(), aiohttp.ClientError)


async def test_a_workspace_outlives_its_server(stage: Stage) -> None:
    await stage.client.chat_postMessage(channel=stage.room.id, text="before")
    port = int(stage.slack.base_url.rpartition(":")[2])
    await stage.slack.aclose()
    async with await SlackServer.start(stage.workspace, port=port):
        await stage.client.chat_postMessage(channel=stage.room.id, text="after")
    assert [message.text for message in stage.slack.messages(stage.room.id)] == ["before", "after"]
