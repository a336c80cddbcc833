"""What Slack answers decides what becomes of a call: done, never, later, or nobody knows."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clients.observe import Call
from bot.clients.slack import Slack
from bot.errors import Permanent, RateLimited, RetryLater
from bot.models import SlackMessage

_PAGE = "<!DOCTYPE html><h1>Bad gateway</h1>"
_MESSAGE = SlackMessage("Good morning", [{"type": "divider"}])


@asynccontextmanager
async def _answering(
    status: int, body: str, seen: Callable[[Call], None], **headers: str
) -> AsyncIterator[Slack]:
    """Run a server that answers everything alike, and a client of it."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type="text/html", headers=headers)

    application = web.Application()
    application.router.add_route("*", "/{method:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        yield Slack(session, token="xoxb-canary", base_url=str(server.make_url("/")), observe=seen)


async def _outcome(status: int, body: str, **headers: str) -> tuple[Exception | None, str]:
    """Post once; return what was raised and what was told of the call."""
    seen: list[Call] = []
    async with _answering(status, body, seen.append, **headers) as slack:
        raised = None
        try:
            await slack.post("C1", _MESSAGE, key="card:C1:1")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
            raised = error
    assert "xoxb-canary" not in str(raised)
    [call] = seen
    assert (call.service, call.method) == ("slack", "chat.postMessage")
    return raised, call.outcome


async def test_a_yes_is_the_message_s_ts() -> None:
    async with _answering(200, '{"ok":true,"ts":"17.000100"}', lambda _: None) as slack:
        assert await slack.post("C1", _MESSAGE, key="card:C1:1") == "17.000100"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '{"ok":false,"error":"internal_error"}'),
        (200, '{"ok":false}'),
        (200, '{"ok":true,"ts":'),
        (200, _PAGE),
        (200, ""),
        (200, '["ok"]'),
        (200, '{"ok":true,"ts":"\x00"}'),
        (500, '{"ok":true,"ts":"17.000100"}'),
        (502, _PAGE),
        (404, _PAGE),
    ],
)
async def test_what_is_no_clear_answer_may_have_taken_effect(status: int, body: str) -> None:
    raised, outcome = await _outcome(status, body)
    assert isinstance(raised, RetryLater)
    assert raised.ambiguous
    assert raised.counts
    assert outcome == "ambiguous"


@pytest.mark.parametrize(
    ("status", "body", "headers", "after"),
    [
        (429, '{"ok":false,"error":"ratelimited"}', {"Retry-After": "7"}, 7.0),
        (429, _PAGE, {"Retry-After": "3"}, 3.0),
        (429, "", {}, 5.0),
        (429, "", {"Retry-After": "soon"}, 5.0),
        (200, '{"ok":false,"error":"ratelimited"}', {}, 5.0),
    ],
)
async def test_too_fast_is_no_failure_and_says_for_how_long(
    status: int, body: str, headers: dict[str, str], after: float
) -> None:
    raised, outcome = await _outcome(status, body, **headers)
    assert isinstance(raised, RateLimited)
    assert (raised.after, raised.ambiguous, raised.counts) == (after, False, False)
    assert outcome == "rate_limited"


async def test_a_no_is_final_and_keeps_slack_s_word_for_it() -> None:
    raised, outcome = await _outcome(200, '{"ok":false,"error":"is_archived"}')
    assert isinstance(raised, Permanent)
    assert (raised.code, outcome) == ("is_archived", "refused")


async def test_a_connection_that_was_never_made_carried_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        async with aiohttp.ClientSession() as session:
            slack = Slack(session, token="xoxb-canary", base_url=address)
            with pytest.raises(RetryLater) as raised:
                await slack.post("C1", _MESSAGE, key="card:C1:1")
    assert not raised.value.ambiguous
