"""Socket Mode: two connections that come back by themselves, and never more work than there is room for."""

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from bot.errors import PatchForgeError

# Slack allows ten for one app, and shares the envelopes out among them.
_LINES = 2
# Envelopes worked on at once; the next wait unread, at last in Slack.
HANDLERS = 64
# Slack's words for a connection that may be replaced at once; all others are a refusal.
_REFRESH = {"warning", "refresh_requested"}

log = structlog.stdlib.get_logger(__name__)

Body = Mapping[str, Any]
Answer = Callable[[Body], Awaitable[None]]
Handle = Callable[[Body, Answer], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: between pings, to open a connection, until the process gives up, between token checks."""

    ping: float = 10
    ticket: float = 30
    process: float = 180
    keep_alive: float = 60


class SlackLost(Exception):
    """Slack could not be reached for so long that a fresh process should try."""


class _RefusedError(Exception):
    """Slack does not want this connection; the text is its reason."""


class _Line:
    """One WebSocket; `leaving` is set once another should take its place."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.leaving = asyncio.Event()
        self.refused = ""


class Socket:
    """Keeps two connections open and hands each envelope's payload to `handle`, with a way to acknowledge.

    `ticket` asks Slack for the address of a new connection: each gets a fresh one, for an old one is dead
    after an outage. A connection that Slack refreshes is left only when the next one is open. `handle`
    returns when all work for the envelope is done; never more than `handlers` run at once.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        ticket: Callable[[], Awaitable[str]],
        handle: Handle,
        *,
        patience: Patience,
        handlers: int = HANDLERS,
        proxy: str | None = None,
    ) -> None:
        self._session = session
        self._ticket = ticket
        self._handle = handle
        self._patience = patience
        self._proxy = proxy
        self._room = asyncio.Semaphore(handlers)
        self._lines: set[_Line] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._keepers: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Tell whether at least one connection is up."""
        return any(not line.ws.closed for line in self._lines)

    @property
    def working(self) -> int:
        """Count the envelopes that are being worked on."""
        return len(self._working)

    async def open(self) -> None:
        """Open the first connection, and let the second follow; raises what opening it raises."""
        async with asyncio.timeout(self._patience.ticket):
            first = await self._open()
        for number in range(_LINES):
            _spawn(self._keepers, self._keep(first if number == 0 else None))

    async def close(self, grace: float) -> None:
        """Read nothing more, finish what is in hand within `grace` seconds, and hang up."""
        for task in (*self._keepers, *self._readers):
            task.cancel()
        await asyncio.gather(*self._keepers, *self._readers, return_exceptions=True)
        if self._working:
            _, late = await asyncio.wait(self._working, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for line in list(self._lines):
            await self._hang_up(line)

    async def _keep(self, line: _Line | None) -> None:
        """Hold one connection: when it is to end, open the next before letting go of it."""
        loop, failures, old = asyncio.get_running_loop(), 0, None
        while True:
            line = line or await self._try()
            if line is None:
                failures += 1
                await asyncio.sleep(self._pause(failures))
                continue
            if old is not None:
                _spawn(self._keepers, self._retire(old))
            since = loop.time()
            await line.leaving.wait()
            quick, refused = loop.time() - since < self._patience.ping, line.refused
            old, line = line, None
            failures = failures + 1 if quick or refused else 0
            if failures > 1 or refused:
                log.warning("slack.connection_ended", problem=refused or "it ended at once")
                await asyncio.sleep(self._pause(failures))

    async def _retire(self, line: _Line) -> None:
        """Take what Slack sent over the old connection before it knew of the new one, then hang up."""
        await asyncio.sleep(self._patience.ping)
        await self._hang_up(line)

    async def _try(self) -> _Line | None:
        try:
            async with asyncio.timeout(self._patience.ticket):
                return await self._open()
        except (PatchForgeError, aiohttp.ClientError, OSError, _RefusedError, TimeoutError) as error:
            log.warning("slack.unreachable", error=str(error) or type(error).__name__)
            return None

    def _pause(self, failures: int) -> float:
        longest = min(self._patience.ping / 10 * 2**failures, self._patience.ticket / 2)
        return random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret

    async def _open(self) -> _Line:
        url = await self._ticket()
        ws = await self._session.ws_connect(url, autoping=False, proxy=self._proxy)
        try:
            hello = await _hello(ws)
        except BaseException:
            await ws.close()
            raise
        line = _Line(ws)
        self._lines.add(line)
        _spawn(self._readers, self._serve(line))
        log.info("slack.connected", connections=hello.get("num_connections"))
        return line

    async def _serve(self, line: _Line) -> None:
        pinging = asyncio.create_task(self._ping(line))
        try:
            await self._read(line)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("slack.line_lost", error=str(error) or type(error).__name__)
        finally:
            pinging.cancel()
            if not self._is_stopping():
                await self._hang_up(line)

    def _is_stopping(self) -> bool:
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    async def _ping(self, line: _Line) -> None:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            while True:
                await asyncio.sleep(self._patience.ping)
                await line.ws.ping()

    async def _read(self, line: _Line) -> None:
        """Take envelopes as long as there is room; raises TimeoutError when pings go unanswered."""
        while True:
            # Only waiting for Slack counts as silence, not waiting for room.
            async with asyncio.timeout(self._patience.ping * 2.5):
                message = await line.ws.receive()
            if message.type is aiohttp.WSMsgType.PING:
                await line.ws.pong(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                await self._take(line, message.data)
            elif message.type is not aiohttp.WSMsgType.PONG:
                return

    async def _take(self, line: _Line, text: str) -> None:
        try:
            frame = json.loads(text)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError):
            log.warning("slack.unreadable", size=len(text))
            return
        if kind == "disconnect":
            reason = str(frame.get("reason"))
            line.refused = "" if reason in _REFRESH else reason
            line.leaving.set()
        elif isinstance(frame.get("payload"), dict) and frame.get("envelope_id"):
            await self._room.acquire()
            _spawn(self._working, self._work(line, frame))

    async def _work(self, line: _Line, frame: Body) -> None:
        async def answer(payload: Body) -> None:
            await self._acknowledge(line, {"envelope_id": frame["envelope_id"], "payload": payload})

        try:
            with structlog.contextvars.bound_contextvars(envelope=frame["envelope_id"]):
                await self._handle(frame["payload"], answer)
        except Exception:
            log.exception("slack.envelope_crashed")
        finally:
            self._room.release()

    async def _acknowledge(self, line: _Line, answer: Body) -> None:
        """Answer where the envelope came from, or on any other connection if that one is gone."""
        text = json.dumps(answer)
        for one in (line, *self._lines - {line}):
            with contextlib.suppress(aiohttp.ClientError, OSError):
                if not one.ws.closed:
                    await one.ws.send_str(text)
                    return
        log.info("slack.unacknowledged")  # Slack sends it again, and then it is known

    async def _hang_up(self, line: _Line) -> None:
        line.leaving.set()
        self._lines.discard(line)
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with asyncio.timeout(1):
                await line.ws.close()


async def _hello(ws: aiohttp.ClientWebSocketResponse) -> Body:
    """Return what Slack greets with; raises _RefusedError when it does not."""
    message = await ws.receive()
    try:
        hello: Body = json.loads(message.data)
        if hello["type"] == "hello":
            return hello
        reason = str(hello.get("reason"))
    except (TypeError, ValueError, KeyError):
        reason = f"no hello, but {message.type.name}"
    raise _RefusedError(reason)


def _spawn(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
