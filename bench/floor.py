"""The floor: a bare aiohttp handler that checks the signature, parses, and forgets."""

import asyncio
import hashlib
import hmac
import json
import sys

import msgspec
import uvloop
from aiohttp import web

from bench.payloads import PATH, SECRET


class _Repository(msgspec.Struct):
    full_name: str


class _Pull(msgspec.Struct):
    number: int
    title: str


class _Event(msgspec.Struct):
    action: str
    repository: _Repository
    pull_request: _Pull


_decoder = msgspec.json.Decoder(_Event)


def _signed(request: web.Request, body: bytes) -> bool:
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", ""))


async def plain(request: web.Request) -> web.Response:
    """Answer as most small bots do: the standard library's json."""
    body = await request.read()
    if not _signed(request, body):
        return web.Response(status=401)
    event = json.loads(body)
    return web.Response(status=202, text=event["repository"]["full_name"])


async def typed(request: web.Request) -> web.Response:
    """Answer as fast as can be: a typed decode of the fields in use."""
    body = await request.read()
    if not _signed(request, body):
        return web.Response(status=401)
    event = _decoder.decode(body)
    return web.Response(status=202, text=event.repository.full_name)


async def serve(kind: str) -> None:
    """Serve one of the two on a free port, print the port, and stay."""
    app = web.Application()
    app.router.add_post(PATH, typed if kind == "msgspec" else plain)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1] == "msgspec":
        uvloop.run(serve("msgspec"))
    else:
        asyncio.run(serve("json"))
