"""The HTTP door of the Web API and of response URLs: bodies, tokens, scopes, faults, the ledger."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.slack.faults import Call, Fault
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import Answer, require_scope
from sandbox.slack.models import SlackError
from sandbox.slack.responses import answer_url
from sandbox.slack.workspace import Workspace

_OPEN_SOCKET = "apps.connections.open"
_BODY_LIMIT = 4 * 1024 * 1024


class WebApi:
    """Answers `/api/<method>` and `/response/<id>`."""

    def __init__(self, workspace: Workspace, open_socket: Callable[[], str]) -> None:
        self._workspace = workspace
        self._open_socket = open_socket
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let calls that hang go on, so that the server can stop."""
        self._closing.set()

    async def call(self, request: web.Request) -> web.Response:
        """Answer one API call, with the fault that waits for it if there is one."""
        method = request.match_info["method"]
        raw, refusal = await _read(request)
        token = _token(request, raw)
        return await self._run(request, method, raw, lambda: self._perform(method, raw, token, refusal))

    async def response_url(self, request: web.Request) -> web.Response:
        """Take what the app posts to a response URL."""
        raw, refusal = await _read(request)

        def perform() -> Answer:
            if refusal is not None:
                raise SlackError(refusal)
            answer_url(self._workspace, request.match_info["id"], Args(raw))
            return {}

        return await self._run(request, "response_url", raw, perform)

    async def _run(
        self, request: web.Request, method: str, raw: Mapping[str, Any], perform: Callable[[], Answer]
    ) -> web.Response:
        workspace = self._workspace
        call = Call(method, raw, workspace.clock())
        workspace.calls.append(call)
        if not workspace.on_call(method, raw, "before"):
            call.outcome = "lost"
            return _reset(request)
        fault = workspace.faults.take(method)
        if fault is not None:
            workspace.touch()
            instead = await self._strike_before(request, fault, call)
            if instead is not None:
                return instead
        status, answer = self._outcome(call, perform)
        if not workspace.on_call(method, raw, "after"):
            return _reset(request)
        text = json.dumps(answer)
        if fault is not None:
            if fault.kind == "reset_after":
                call.outcome = fault.kind
                return _reset(request)
            if fault.kind == "hang_after":
                await self._hang(fault.seconds)
            elif fault.kind == "cut_json":
                text = text[: len(text) // 2]
        scopes = {"X-OAuth-Scopes": ",".join(sorted(workspace.rules.scopes))}
        headers = scopes | ({"Retry-After": "1"} if status == 429 else {})
        return web.Response(status=status, text=text, content_type="application/json", headers=headers)

    def _outcome(self, call: Call, perform: Callable[[], Answer]) -> tuple[int, Answer]:
        status = 200
        try:
            answer: Answer = {"ok": True, **perform()}
            call.accepted, call.outcome = True, "ok"
        except SlackError as error:
            answer = {"ok": False, "error": error.code, **error.details}
            call.outcome = error.code
            if error.code == "ratelimited":
                status = 429
            elif call.method == "response_url":
                status = 404
        call.response = answer
        self._workspace.touch()
        return status, answer

    def _perform(self, name: str, raw: Mapping[str, Any], token: str, refusal: str | None) -> Answer:
        workspace = self._workspace
        if refusal is not None:
            raise SlackError(refusal)
        if name == _OPEN_SOCKET:
            self._check_token(token, app_level=True)
            return {"url": self._open_socket()}
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._check_token(token, app_level=False)
        if method.scope is not None:
            require_scope(workspace, method.scope)
        args = Args(raw)
        self._check_rate(method, args)
        return method.handler(workspace, args)

    def _check_token(self, token: str, *, app_level: bool) -> None:
        workspace = self._workspace
        if not token:
            raise SlackError("not_authed")
        right, wrong = workspace.bot_token, workspace.app_token
        if app_level:
            right, wrong = wrong, right
        if token == wrong:
            raise SlackError("not_allowed_token_type")
        if token != right:
            raise SlackError("invalid_auth")
        if workspace.token_state != "active":  # noqa: S105 - a state, no secret
            raise SlackError(workspace.token_state)

    def _check_rate(self, method: Method, args: Args) -> None:
        workspace = self._workspace
        limited = method.posts and workspace.rules.rate_limits
        if limited and not workspace.rate.allow(args.text("channel"), workspace.clock()):
            raise SlackError("ratelimited")

    async def _strike_before(self, request: web.Request, fault: Fault, call: Call) -> web.Response | None:
        kind = fault.kind
        if kind == "hang":
            await self._hang(fault.seconds)
            return None
        if kind in {"reset_after", "hang_after", "cut_json"}:
            return None
        call.outcome = fault.error if kind == "error" else kind
        self._workspace.touch()
        if kind == "reset_before":
            return _reset(request)
        return _refusal(fault)

    async def _hang(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return


def _refusal(fault: Fault) -> web.Response:
    if fault.kind == "500":
        return web.Response(status=500, text="Internal Server Error")
    if fault.kind == "503":
        page = "<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>"
        return web.Response(status=503, text=page, content_type="text/html")
    if fault.kind == "429":
        after = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=after)
    return web.json_response({"ok": False, "error": fault.error})


async def _read(request: web.Request) -> tuple[dict[str, Any], str | None]:
    """Return the arguments and, when the body cannot be read, the error code for that."""
    raw: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return raw, None
    body = await request.read()
    if len(body) > _BODY_LIMIT:
        return raw, "invalid_arguments"
    if request.content_type == "application/json":
        try:
            decoded = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            return raw, "invalid_json"
        if not isinstance(decoded, dict):
            return raw, "json_not_object"
        return raw | decoded, None
    try:
        form = await request.post()
    except ValueError:
        return raw, "invalid_form_data"
    return raw | {name: value for name, value in form.items() if isinstance(value, str)}, None


def _token(request: web.Request, raw: dict[str, Any]) -> str:
    sent = str(raw.pop("token", ""))
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else sent


def _reset(request: web.Request) -> web.Response:
    """Break the connection with a TCP reset; the response returned is never sent."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
