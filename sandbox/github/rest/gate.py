"""The gate of the REST API: faults, tokens, rate limits, ETags, and the record of calls."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from aiohttp import web

from sandbox.github.core import GitHub
from sandbox.github.faults import Fault
from sandbox.github.model import Repository
from sandbox.github.rest.reply import BODY, ApiError, Endpoint, Reply, Viewer, moved, not_found
from sandbox.github.world import Call

ANONYMOUS_LIMIT = 60
WRITE = {"admin", "maintain", "write"}


class Gate:
    """Lets requests through to endpoints, and knows who may see which repository."""

    def __init__(self, github: GitHub) -> None:
        self.github = github
        self._anonymous = 0

    def endpoint(self, answer: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wrap an endpoint in everything GitHub does before and after it."""

        async def handle(request: web.Request) -> web.StreamResponse:
            name = f"{request.method} {request.path}"
            if not self.github.on_call(name, "before"):
                return await _vanish(request, Fault(request.path, "reset", 1))
            fault = self.github.faults.take(request.path)
            if fault and fault.kind in {"hang", "reset"}:
                self._record(request, 0, None, fault)
                return await _vanish(request, fault)
            viewer = Viewer()
            try:
                viewer = self._viewer(request)
                if fault:
                    _refuse(fault)
                self._spend(request, viewer)
                request[BODY] = await request.read()
                reply = answer(request, viewer)
            except ApiError as error:
                reply = error.reply
            response = self._write(request, reply, viewer)
            self._record(request, response.status, viewer.login, fault)
            if not self.github.on_call(name, "after"):
                return await _vanish(request, Fault(request.path, "reset", 1))
            if fault and fault.kind == "cut":
                return await _cut(request, response)
            return response

        return handle

    # Who may see what

    def repository(self, request: web.Request, viewer: Viewer) -> Repository:
        """Find the repository of a path, by name or id; 301 when it moved, 404 when it is hidden."""
        state = self.github.state
        if "repository_id" in request.match_info:
            found = state.repositories.get(int(request.match_info["repository_id"]))
        else:
            name = f"{request.match_info['owner']}/{request.match_info['repo']}"
            found = state.named(name)
            former = state.repositories.get(state.moved.get(name.lower(), 0))
            if found is None and former is not None and self.level(former, viewer):
                raise moved(state.api, request, former)
        if found is None or not self.level(found, viewer):
            raise not_found()
        return found

    def level(self, repo: Repository, viewer: Viewer) -> str | None:
        """Give the viewer's permission on a repository: `admin maintain write triage read`, or None."""
        app = self.github.state.app
        if viewer.token and viewer.token.installation and app and repo.id in app.repositories:
            return "admin"
        return self.permission(repo, viewer.login)

    def permission(self, repo: Repository, login: str | None) -> str | None:
        """Give a person's permission on a repository, or None."""
        if login and login in repo.collaborators:
            return repo.collaborators[login]
        owner = self.github.state.accounts.get(repo.owner)
        if login and owner and login == owner.login:
            return "admin"
        known = login and owner and login in owner.members
        return "read" if known or not repo.private else None

    def can_push(self, repo: Repository, viewer: Viewer) -> bool:
        """Tell whether the viewer may push."""
        return self.level(repo, viewer) in WRITE

    def _viewer(self, request: web.Request) -> Viewer:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not secret:
            return Viewer()
        if kind.lower() not in {"token", "bearer"}:
            raise ApiError(401, "Bad credentials")
        token = self.github.tokens.get(secret)
        if token and (token.expires_at is None or token.expires_at > self.github.now()):
            return Viewer(token)
        if secret.count(".") == 2 and self._is_app(secret):
            return Viewer(app=True)
        raise ApiError(401, "Bad credentials")

    def _is_app(self, secret: str) -> bool:
        app = self.github.state.app
        if app is None:
            return False
        try:
            claims: dict[str, Any] = jwt.decode(
                secret, app.public_key, algorithms=["RS256"], options={"require": ["exp", "iat"]}, leeway=5
            )
        except jwt.InvalidTokenError as error:
            raise ApiError(401, "A JSON web token could not be decoded") from error
        if str(claims.get("iss")) != str(app.id):
            raise ApiError(401, "A JSON web token could not be decoded")
        if claims["exp"] > time.time() + 660:
            raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future")
        return True

    # What a request costs

    def _limits(self, viewer: Viewer) -> tuple[int, int]:
        if viewer.token:
            return self.github.rate_limit, viewer.token.used
        return ANONYMOUS_LIMIT, self._anonymous

    def _spend(self, request: web.Request, viewer: Viewer) -> None:
        limit, used = self._limits(viewer)
        if request.path == "/rate_limit" or viewer.app:
            return
        if used >= limit:
            raise ApiError(403, "API rate limit exceeded.")
        self._charge(viewer, 1)

    def _charge(self, viewer: Viewer, amount: int) -> None:
        if viewer.token:
            viewer.token.used += amount
        else:
            self._anonymous += amount

    def limits(self, viewer: Viewer) -> dict[str, Any]:
        """Describe what is left of the viewer's hourly requests."""
        limit, used = self._limits(viewer)
        reset = (int(self.github.now().timestamp()) // 3600 + 1) * 3600
        return {"limit": limit, "used": used, "remaining": max(limit - used, 0), "reset": reset}

    # Answering

    def _write(self, request: web.Request, reply: Reply, viewer: Viewer) -> web.Response:
        left = self.limits(viewer)
        headers = {f"X-RateLimit-{name.title()}": str(value) for name, value in left.items()}
        headers |= {
            "X-RateLimit-Resource": "core",
            "X-GitHub-Media-Type": "github.v3; format=json",
        } | reply.headers
        if reply.status == 204:
            return web.Response(status=204, headers=headers)
        text = reply.text if reply.text is not None else json.dumps(reply.data, separators=(",", ":"))
        if reply.status == 200 and request.method == "GET":
            tag = f'W/"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}"'
            headers |= {"ETag": tag, "Cache-Control": "private, max-age=60, s-maxage=60"}
            if tag.removeprefix("W/") in request.headers.get("If-None-Match", ""):
                self._charge(viewer, -1)
                headers["X-RateLimit-Remaining"] = str(self.limits(viewer)["remaining"])
                return web.Response(status=304, headers=headers)
        return web.Response(
            status=reply.status,
            body=text.encode("utf-8", "replace"),
            headers=headers,
            content_type=reply.content_type,
            charset="utf-8",
        )

    def _record(self, request: web.Request, status: int, login: str | None, fault: Fault | None) -> None:
        call = Call(
            request.method, request.path, dict(request.query), status, login, fault.kind if fault else None
        )
        self.github.calls.append(call)


def _refuse(fault: Fault) -> None:
    wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    match fault.kind:
        case "500" | "502" | "503":
            raise ApiError(int(fault.kind), "Server Error")
        case "html":
            error = ApiError(502, "Server Error")
            error.reply = Reply(status=502, text="<html><h1>Unicorn!</h1></html>", content_type="text/html")
            raise error
        case "401":
            raise ApiError(401, "Bad credentials")
        case "404":
            raise not_found()
        case "primary":
            raise ApiError(403, "API rate limit exceeded.", {"X-RateLimit-Remaining": "0"})
        case "secondary":
            raise ApiError(403, secondary, wait)
        case "429":
            raise ApiError(429, secondary, wait)
        case _:
            return


async def _vanish(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.kind == "hang":
        await asyncio.Event().wait()
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


async def _cut(request: web.Request, response: web.Response) -> web.StreamResponse:
    body = bytes(response.body) if isinstance(response.body, bytes) else b""
    part = web.StreamResponse(status=response.status, headers=response.headers)
    part.content_length = max(len(body), 2)
    await part.prepare(request)
    await part.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return part
