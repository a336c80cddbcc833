"""The HTTP door: GitHub's webhooks, health, metrics, and what belongs to the mails."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from aiohttp import web

from bot.context import Context
from bot.facts import payloads
from bot.facts.text import clean
from bot.health import Health
from bot.inbox.receiver import Delivery, Inbox, InboxFull
from bot.inbox.signature import is_signed
from bot.metrics import Metrics
from handlers.mails.routes import routes
from storage.database import DatabaseUnavailable

# GitHub's own limit for a delivery.
MAX_BODY = 25 * 1024 * 1024
# Bytes of all bodies together that have arrived and are not yet answered.
MOST_ARRIVING = 128 * 1024 * 1024
# Seconds for a body to arrive; GitHub itself gives up after ten.
_PATIENCE = 15.0
# To check and read a larger body takes long enough to hold up everybody else.
_BIG = 256 * 1024
_PIECE = 64 * 1024
_MOST_FIELDS = 8

# What nearly every request is answered with.
_ANSWERS = {
    outcome: b'{"delivery": "%b"}' % outcome.encode() for outcome in ("accepted", "ignored", "duplicate")
}
_ANSWERS["ping"] = b'{"pong": true}'
_JSON = {"Content-Type": "application/json; charset=utf-8"}

log = structlog.stdlib.get_logger(__name__)


class Refusal(Exception):
    """A delivery that is not taken: the HTTP status, the reason, and the counter's label."""

    def __init__(self, status: int, reason: str, outcome: str) -> None:
        super().__init__(reason)
        self.status, self.reason, self.outcome = status, reason, outcome


@dataclass(slots=True)
class _Taken:
    """How many bytes of one body have arrived."""

    size: int = 0


class GitHubDoor:
    """Verifies, commits, then answers; what a delivery means is found out later."""

    def __init__(self, context: Context, inbox: Inbox[Any], metrics: Metrics, health: Health) -> None:
        self._arriving = 0
        self._context = context
        self._inbox = inbox
        self._metrics = metrics
        self._health = health
        self._secrets = [
            secret.get_secret_value().encode() for secret in context.settings.github_webhook_secret
        ]

    def application(self) -> web.Application:
        """Build the routes."""
        application = web.Application(client_max_size=MAX_BODY)
        application.add_routes(
            [
                web.post("/webhooks/github", self.receive),
                web.get("/healthz", self.alive),
                web.get("/readyz", self.ready),
                web.get("/metrics", self.metrics),
                *routes(self._context),
            ]
        )
        return application

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery: 202 once durable, 200 if known, 4xx if it is none, 503 if not kept."""
        taken = _Taken()
        try:
            body = await self._read(request, taken)
            started = time.perf_counter()
            if len(body) < _BIG:
                delivery = self._delivery(request, body)
            else:
                delivery = await asyncio.to_thread(self._delivery, request, body)
            new = await self._inbox.accept(delivery)
        except Refusal as refusal:
            self._metrics.deliveries.labels(refusal.outcome).inc()
            return web.json_response({"error": refusal.reason}, status=refusal.status)
        except web.RequestPayloadError:
            self._metrics.deliveries.labels("malformed").inc()
            return web.json_response({"error": "the body broke off"}, status=400)
        except web.HTTPRequestEntityTooLarge:
            self._metrics.deliveries.labels("too_large").inc()
            return web.json_response({"error": "the body is larger than 25 MiB"}, status=413)
        except TimeoutError:
            self._metrics.deliveries.labels("malformed").inc()
            return web.json_response({"error": "the body took too long"}, status=408)
        except (DatabaseUnavailable, InboxFull) as error:
            guid = request.headers.get("X-GitHub-Delivery", "")[:64]
            log.warning("delivery.unavailable", delivery=guid, error=str(error) or "the inbox is full")
            self._metrics.deliveries.labels("unavailable").inc()
            return web.json_response(
                {"error": "not stored; deliver it again"}, status=503, headers={"Retry-After": "30"}
            )
        finally:
            self._arriving -= taken.size
        self._metrics.ack_seconds.observe(time.perf_counter() - started)
        outcome = "duplicate" if not new else ("accepted" if delivery.state == "new" else "ignored")
        if delivery.event == "ping":
            outcome = "ping"
        self._metrics.deliveries.labels(outcome).inc()
        status = 202 if new and outcome != "ping" else 200
        return web.Response(status=status, body=_ANSWERS[outcome], headers=_JSON)

    async def _read(self, request: web.Request, taken: "_Taken") -> bytes:
        """Read the body; strangers together get no more memory and time than a busy GitHub needs.

        Raises Refusal before reading what bears no signature, HTTPRequestEntityTooLarge, InboxFull or
        TimeoutError.
        """
        if not request.headers.get("X-Hub-Signature-256"):
            raise Refusal(401, "the X-Hub-Signature-256 is missing", "bad_signature")
        pieces: list[bytes] = []
        async with asyncio.timeout(_PATIENCE):
            while piece := await request.content.readany():
                taken.size += len(piece)
                self._arriving += len(piece)
                if taken.size > MAX_BODY:
                    raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY, actual_size=taken.size)
                if self._arriving > MOST_ARRIVING:
                    raise InboxFull
                pieces.append(piece)
        return b"".join(pieces)

    def _delivery(self, request: web.Request, body: bytes) -> Delivery:
        """Check the signature before anything is parsed; raises Refusal."""
        if not is_signed(body, request.headers.get("X-Hub-Signature-256"), self._secrets):
            raise Refusal(401, "the X-Hub-Signature-256 does not fit the body", "bad_signature")
        guid, event = request.headers.get("X-GitHub-Delivery", ""), request.headers.get("X-GitHub-Event", "")
        if not guid or len(guid) > 64 or not guid.isascii() or not guid.isprintable():
            raise Refusal(400, "X-GitHub-Delivery is missing or malformed", "malformed")
        if not event or len(event) > 64 or not event.isascii() or not event.isprintable():
            raise Refusal(400, "X-GitHub-Event is missing or malformed", "malformed")
        if request.content_type == "application/x-www-form-urlencoded":
            body = _form_payload(body)
        elif request.content_type != "application/json":
            raise Refusal(415, "send application/json or application/x-www-form-urlencoded", "malformed")
        try:
            envelope = payloads.decode(payloads.Envelope, body)
        except ValueError:
            raise Refusal(400, "the payload is not a JSON object as GitHub sends it", "malformed") from None
        return Delivery(
            guid=guid,
            event=event,
            action=clean(envelope.action)[:64] or None,
            repo=clean(envelope.repository.full_name)[:200] if envelope.repository else None,
            body=body,
            state="new" if event in payloads.EVENTS else "ignored",
            received_at=self._context.clock.now(),
        )

    async def alive(self, _request: web.Request) -> web.Response:
        """Tell that the process runs."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Tell whether work gets done, and if not, what stands in its way."""
        problems = await self._health.problems()
        return web.json_response(
            {"ready": not problems, "problems": problems}, status=503 if problems else 200
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        """Show Prometheus the numbers."""
        body = self._metrics.text(slack=self._health.slack, now=await self._health.numbers())
        return web.Response(body=body, content_type="text/plain", charset="utf-8")


def _form_payload(body: bytes) -> bytes:
    """Take the JSON out of GitHub's form encoding."""
    for field in body.split(b"&", _MOST_FIELDS):
        name, _, value = field.partition(b"=")
        if name == b"payload" and value:
            return _unquoted(value.replace(b"+", b" "))
    raise Refusal(400, "the form has no payload field", "malformed")


def _unquoted(value: bytes) -> bytes:
    """Undo the percent encoding piece by piece: as a whole it would keep every other thread waiting."""
    parts, at = [], 0
    while at < len(value):
        end = at + _PIECE
        escape = value.rfind(b"%", end - 2, end)
        if escape != -1 and end < len(value):
            end = escape  # it would be cut in two
        parts.append(unquote_to_bytes(value[at:end]))
        at = end
    return b"".join(parts)
