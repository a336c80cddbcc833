"""Socket Mode: tickets, connections, envelopes, acknowledgements, retries and interruptions."""

import asyncio
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.slack.events import callback, wanted
from sandbox.slack.workspace import Workspace

_MOST_CONNECTIONS = 10
_HEARTBEAT = 20.0


class UnansweredError(Exception):
    """The app did not acknowledge: `dispatch_failed` (not connected) or `operation_timeout`."""


@dataclass(eq=False)
class Connection:
    """One WebSocket of the app; a retiring one was told to disconnect and gets nothing new."""

    ws: web.WebSocketResponse
    request: web.Request
    retiring: bool = False


@dataclass(eq=False)
class Envelope:
    """Something the app must acknowledge; `connection` is the one it went out on, None while it waits."""

    kind: str
    payload: Mapping[str, Any]
    accepts: bool
    answer: asyncio.Future[Mapping[str, Any]]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: int = 0
    connection: Connection | None = None
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None


class SocketHub:
    """Hands envelopes to the app's connections in turn and waits for their acknowledgement.

    What was not acknowledged goes out again when its connection is lost or a new one comes: events until
    their retries are used up, clicks and commands for `reconnect_grace` seconds.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tickets: dict[str, float] = {}
        self._pending: dict[str, Envelope] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = 0
        self._copies = 0
        self._delays: list[float] = []
        self.connections: list[Connection] = []
        self.connected_count = 0

    @property
    def unacknowledged(self) -> int:
        """How many envelopes wait for the app."""
        return len(self._pending)

    def ticket(self) -> str:
        """Return a ticket that opens one connection, soon."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self._workspace.clock()
        return ticket

    # Connections

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket of the app."""
        workspace = self._workspace
        issued = self._tickets.pop(request.match_info["ticket"], None)
        if issued is None or workspace.clock() - issued > workspace.rules.ticket_life:
            raise web.HTTPNotFound(text="ticket is used or expired")
        ws = web.WebSocketResponse(heartbeat=_HEARTBEAT)
        await ws.prepare(request)
        if len(self.connections) >= _MOST_CONNECTIONS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await ws.close()
            return ws
        connection = Connection(ws, request)
        self.connections.append(connection)
        self.connected_count += 1
        try:
            await ws.send_json(self._hello())
            workspace.touch()
            await self._flush()
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._receive(message.data)
        finally:
            self.connections.remove(connection)
            workspace.touch()
            self._orphan(connection)
        return ws

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._workspace.app_id},
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _receive(self, data: str) -> None:
        try:
            message = json.loads(data)
            envelope = self._pending.get(message["envelope_id"])
        except (ValueError, KeyError, TypeError):
            return
        if envelope is None or not self._workspace.on_call(envelope.kind, envelope.payload, "after"):
            return
        del self._pending[envelope.id]
        if envelope.timer is not None:
            envelope.timer.cancel()
        if not envelope.answer.done():
            payload = message.get("payload")
            envelope.answer.set_result(payload if isinstance(payload, dict) else {})
        self._workspace.touch()

    def _orphan(self, connection: Connection) -> None:
        orphans = [envelope for envelope in self._pending.values() if envelope.connection is connection]
        for envelope in orphans:
            envelope.connection = None
        if orphans and self.connections:
            self._spawn(self._flush())

    async def _flush(self) -> None:
        for envelope in list(self._pending.values()):
            if envelope.connection is None and envelope.id in self._pending:
                await self._transmit(envelope)

    # Envelopes

    async def ask(self, kind: str, payload: Mapping[str, Any], *, accepts: bool = False) -> Mapping[str, Any]:
        """Send what a person did and return what the app acknowledged it with, or raise `UnansweredError`."""
        rules = self._workspace.rules
        if kind == "slash_commands" and not self.connections:
            raise UnansweredError("dispatch_failed")
        envelope = self._new(kind, payload, accepts=accepts)
        loop = asyncio.get_running_loop()
        envelope.timer = loop.call_later(
            max(rules.reconnect_grace, rules.ack_timeout), self._forget, envelope
        )
        await self._send(envelope)
        try:
            return await asyncio.wait_for(asyncio.shield(envelope.answer), rules.ack_timeout)
        except TimeoutError:
            raise UnansweredError("operation_timeout") from None

    def _forget(self, envelope: Envelope) -> None:
        self._pending.pop(envelope.id, None)
        self._workspace.touch()

    def publish(self, name: str, event: dict[str, Any]) -> None:
        """Send an event if the app subscribed to it, again when it is not acknowledged."""
        if wanted(self._workspace, name):
            self._spawn(self._attend(self._new("events_api", callback(self._workspace, event))))

    def _new(self, kind: str, payload: Mapping[str, Any], *, accepts: bool = False) -> Envelope:
        envelope = Envelope(kind, payload, accepts, asyncio.get_running_loop().create_future())
        self._pending[envelope.id] = envelope
        self._workspace.touch()
        return envelope

    async def _attend(self, envelope: Envelope) -> None:
        rules = self._workspace.rules
        for attempt, delay in enumerate((0.0, *rules.retry_delays)):
            if await _within(envelope.answer, delay):
                return
            envelope.attempt = attempt
            envelope.sent.clear()
            await self._send(envelope)
            await envelope.sent.wait()
            if await _within(envelope.answer, rules.ack_timeout):
                return
        self._forget(envelope)

    async def _send(self, envelope: Envelope) -> None:
        if self._delays:
            await asyncio.sleep(self._delays.pop(0))
        await self._transmit(envelope)

    async def _transmit(self, envelope: Envelope) -> None:
        frame: dict[str, Any] = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.accepts,
        }
        if envelope.kind == "events_api":
            frame |= {
                "retry_attempt": envelope.attempt,
                "retry_reason": "timeout" if envelope.attempt else "",
            }
        text = json.dumps(frame)
        for connection in self._in_turn():
            envelope.connection = connection
            try:
                if self._copies:
                    self._copies -= 1
                    await connection.ws.send_str(text)
                await connection.ws.send_str(text)
            except ConnectionError:
                envelope.connection = None
                continue
            envelope.sent.set()
            self._workspace.on_call(envelope.kind, envelope.payload, "before")
            return

    def _in_turn(self) -> list[Connection]:
        ready = [connection for connection in self.connections if not connection.retiring]
        if not ready:
            return []
        self._turn += 1
        start = self._turn % len(ready)
        return ready[start:] + ready[:start]

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Interruptions

    def duplicate_next(self, times: int = 1) -> None:
        """Send each of the next `times` envelopes twice."""
        self._copies += times

    def delay_next(self, seconds: float) -> None:
        """Hold the next envelope back."""
        self._delays.append(seconds)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours (`refresh_requested`, `warning`)."""
        for connection in list(self.connections):
            connection.retiring = True
            await connection.ws.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            )

    def drop(self) -> None:
        """Break every connection without a word."""
        for connection in list(self.connections):
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def freeze(self) -> None:
        """Leave every connection half-open: nothing that the app sends is read any more, pings included."""
        for connection in list(self.connections):
            connection.retiring = True
            transport = connection.request.transport
            if isinstance(transport, asyncio.Transport):
                transport.pause_reading()

    async def aclose(self) -> None:
        """Close every connection and forget what waits."""
        for envelope in self._pending.values():
            if envelope.timer is not None:
                envelope.timer.cancel()
        self._pending.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in list(self.connections):
            if connection.retiring and connection.request.transport is not None:
                connection.request.transport.abort()  # it may be half-open and would never answer
            else:
                await connection.ws.close()


async def _within(answer: asyncio.Future[Mapping[str, Any]], seconds: float) -> bool:
    if seconds > 0 and not answer.done():
        await asyncio.wait([answer], timeout=seconds)
    return answer.done()
