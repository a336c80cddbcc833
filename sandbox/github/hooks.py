"""Webhooks: signing, the deliveries made, and the courier who carries them in order."""

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp


def sign(body: bytes, secret: str, algorithm: str = "sha256") -> str:
    """Give the value of `X-Hub-Signature-256` (or of `X-Hub-Signature` with `sha1`) for a body."""
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@dataclass
class Delivery:
    """One attempt to hand an event to a hook; attempts of one event share the `guid`."""

    id: int
    guid: str
    hook: "Hook"
    event: str
    action: str | None
    repository_id: int | None
    body: bytes
    headers: dict[str, str]
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration: float = 0.0
    status: str = "pending"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ok(self) -> bool:
        """Tell whether the receiver answered with success."""
        return 200 <= self.status_code < 300

    @property
    def payload(self) -> dict[str, Any]:
        """Read the event back from the body."""
        text = self.body.decode()
        if self.hook.content_type == "form":
            text = parse_qs(text)["payload"][0]
        payload: dict[str, Any] = json.loads(text)
        return payload


@dataclass
class Hook:
    """A webhook of a repository, or of the App when `repository_id` is None.

    `copies` sends each event several times; `hold()` keeps events back until `release()`, shuffled if wished.
    """

    id: int
    repository_id: int | None
    url: str
    secret: str | None
    events: tuple[str, ...]
    content_type: str
    created_at: datetime
    wake: Callable[["Hook"], None]
    target_type: str = "repository"
    target_id: int = 0
    active: bool = True
    copies: int = 1
    timeout: float = 10.0
    held: bool = False
    waiting: deque[Delivery] = field(default_factory=deque)

    def hold(self) -> None:
        """Keep every further event back."""
        self.held = True

    def release(self, shuffle: int | None = None) -> None:
        """Send what was kept back, in an order drawn from the seed `shuffle` if one is given."""
        self.held = False
        if shuffle is not None:
            order = list(self.waiting)
            random.Random(shuffle).shuffle(order)  # noqa: S311  a reproducible order for tests
            self.waiting = deque(order)
        self.wake(self)


class Courier:
    """Sends deliveries in the background, one after the other for each hook, and remembers the last ones."""

    def __init__(
        self,
        now: Callable[[], datetime],
        changed: Callable[[], None],
        keep: int,
        on_call: Callable[[str, str], bool],
    ) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=keep)
        self._now = now
        self._changed = changed
        self._on_call = on_call
        self._ids = itertools.count(37_502_118_400)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def post(
        self, hook: Hook, event: str, payload: dict[str, Any], guid: str, repository_id: int | None
    ) -> None:
        """Queue an event for a hook."""
        body = _encode(payload, hook.content_type)
        for _ in range(hook.copies):
            self._queue(
                Delivery(
                    id=next(self._ids),
                    guid=guid,
                    hook=hook,
                    event=event,
                    action=payload.get("action"),
                    repository_id=repository_id,
                    body=body,
                    headers=_headers(hook, event, guid, body),
                )
            )

    def again(self, first: Delivery) -> Delivery:
        """Queue a delivery once more, under its old GUID and with its old body."""
        copy = Delivery(
            id=next(self._ids),
            guid=first.guid,
            hook=first.hook,
            event=first.event,
            action=first.action,
            repository_id=first.repository_id,
            body=first.body,
            headers=_headers(first.hook, first.event, first.guid, first.body),
            redelivery=True,
        )
        self._queue(copy)
        return copy

    def wake(self, hook: Hook) -> None:
        """Start sending what waits for a hook, unless it is held or already being served."""
        if hook.waiting and not hook.held and hook.id not in self._tasks:
            self._tasks[hook.id] = asyncio.get_running_loop().create_task(self._drain(hook))

    async def settled(self) -> None:
        """Wait until nothing is in flight; events kept back by `hold()` do not count."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def aclose(self) -> None:
        """Stop sending and close the connections."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def _queue(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        delivery.hook.waiting.append(delivery)
        self.wake(delivery.hook)

    async def _drain(self, hook: Hook) -> None:
        try:
            while hook.waiting and not hook.held:
                await self._send(hook.waiting.popleft())
        finally:
            del self._tasks[hook.id]

    def _open(self) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()

        async def sent(_session: aiohttp.ClientSession, context: Any, _chunk: object) -> None:
            self._on_call(context.trace_request_ctx, "sent")

        trace.on_request_chunk_sent.append(sent)
        return aiohttp.ClientSession(trace_configs=[trace])

    async def _send(self, delivery: Delivery) -> None:
        self._session = self._session or self._open()
        name = f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event
        started = time.monotonic()
        try:
            self._on_call(name, "before")
            async with self._session.post(
                delivery.hook.url,
                data=delivery.body,
                headers=delivery.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=delivery.hook.timeout),
                trace_request_ctx=name,
            ) as response:
                delivery.response_body = await response.text(errors="replace")
                if not self._on_call(name, "after"):
                    raise aiohttp.ServerDisconnectedError
                delivery.response_headers = dict(response.headers)
                delivery.status_code = response.status
                delivery.status = (
                    "OK" if response.status < 300 else f"Invalid HTTP Response: {response.status}"
                )
        except TimeoutError:
            delivery.status, delivery.status_code = "timed out", 504
        except aiohttp.ClientError:
            delivery.status, delivery.status_code = "failed to connect", 502
        delivery.duration = round(time.monotonic() - started, 3)
        delivery.delivered_at = self._now()
        delivery.done.set()
        self._changed()


def new_guid() -> str:
    """Make a delivery GUID."""
    return str(uuid.uuid1())


def _encode(payload: dict[str, Any], content_type: str) -> bytes:
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    if not _encodable(text):  # lone surrogates travel as escapes
        text = json.dumps(payload, separators=(",", ":"))
    return urlencode({"payload": text}).encode() if content_type == "form" else text.encode()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _headers(hook: Hook, event: str, guid: str, body: bytes) -> dict[str, str]:
    form = hook.content_type == "form"
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(str(hook.id).encode()).hexdigest()[:7]}",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(hook.target_id),
        "X-GitHub-Hook-Installation-Target-Type": hook.target_type,
    }
    if hook.secret:
        headers["X-Hub-Signature"] = sign(body, hook.secret, "sha1")
        headers["X-Hub-Signature-256"] = sign(body, hook.secret)
    return headers
