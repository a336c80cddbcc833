"""Strangers at the webhook door: bodies that are large, slow, or bear no signature."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from handlers.github import MAX_BODY, MOST_ARRIVING
from tests.doors.doors_kit import Scene, open_scene

PIECE = b" " * (1 << 20)


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[Scene]:
    """Start a bot on SQLite."""
    async with open_scene(sqlite_url) as opened:
        yield opened


async def _never_ending(pieces: int, sent: asyncio.Event, go: asyncio.Event) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        yield PIECE
    sent.set()
    await go.wait()


async def test_without_a_signature_no_body_is_waited_for(scene: Scene) -> None:
    host, _, port = scene.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()
    await writer.wait_closed()


async def test_bodies_that_arrive_together_get_no_more_memory_than_is_set_aside(scene: Scene) -> None:
    go, each = asyncio.Event(), MAX_BODY // len(PIECE) - 1
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}

    async def stranger() -> int:
        sent = asyncio.Event()
        body = _never_ending(each, sent, go)
        try:
            async with scene.http.post(
                f"{scene.address}/webhooks/github", data=body, headers=headers
            ) as response:
                return response.status
        except OSError:
            return 503  # it was answered and cut off while it was still sending

    crowd = [asyncio.create_task(stranger()) for _ in range(MOST_ARRIVING // (each * len(PIECE)) + 2)]
    async with asyncio.timeout(20):
        await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result() for task in crowd if task.done()} == {503}
        go.set()
        assert {401, 503} >= set(await asyncio.gather(*crowd))
        assert (await scene.send(b"{}", event="ping")).status == 200
