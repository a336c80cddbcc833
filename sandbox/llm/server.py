"""The HTTP half of the stand-in model: key check, modes, limits, usage and Groq's error bodies."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

from aiohttp import web

from sandbox.llm.answers import Prompt, Schema, fill, misfit, plain_text, read_prompt

Mode = Literal["good", "nonsense", "slow", "down", "rate_limited", "obeys_injection"]
MODES: tuple[Mode, ...] = get_args(Mode)

_LEDGER_SIZE = 500
# Those that it lists; it answers to any name.
_MODELS = ("llama-3.3-70b-versatile", "llama-3.1-8b-instant")
_REQUESTS_PER_DAY = 14_400
_TOKENS_PER_MINUTE = 6_000


@dataclass(frozen=True)
class LlmRequest:
    """One request as the stand-in saw it: the prompt's text, the HTTP status and the answer sent."""

    at: datetime
    mode: Mode
    model: str
    prompt: str
    status: int
    answer: str


@dataclass(frozen=True)
class _Answer:
    status: int
    body: dict[str, Any]
    text: str


class LlmServer:
    """A stateful Groq-compatible server; create it with `start()` and close it with `aclose()`."""

    def __init__(self) -> None:
        self.api_key = "gsk_sandbox0000000000000000000000000000000000000000000000"
        self.base_url = ""
        self.requests: deque[LlmRequest] = deque(maxlen=_LEDGER_SIZE)
        self.slow_seconds = 5.0
        self.retry_after_seconds = 7
        self.on_call: Callable[[str, str], bool] = lambda _name, _phase: True
        self._mode: Mode = "good"
        self._served = 0
        self._mode_changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @classmethod
    async def start(cls, port: int = 0) -> Self:
        """Listen on 127.0.0.1 and return the running server."""
        server = cls()
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/openai/v1/chat/completions", server._completions)
        app.router.add_get("/openai/v1/models", server._models)
        app.router.add_route("*", "/{tail:.*}", _unknown_url)
        server._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await server._runner.setup()
        site = web.TCPSite(server._runner, "127.0.0.1", port)
        await site.start()
        host, bound = server._runner.addresses[0][:2]
        server.base_url = f"http://{host}:{bound}"
        return server

    async def aclose(self) -> None:
        """Stop listening; a request kept waiting by `slow` is let go first."""
        self._mode_changed.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def mode(self) -> Mode:
        """How the next request is answered; a change also releases requests that `slow` holds."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode not in MODES:
            raise ValueError(f"no such mode: {mode}")
        self._mode = mode
        self._mode_changed.set()
        self._mode_changed = asyncio.Event()

    async def _models(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return _respond(_error(401, "Invalid API Key", "invalid_request_error", code="invalid_api_key"))
        known = [{"id": name, "object": "model", "owned_by": "sandbox"} for name in _MODELS]
        return web.json_response({"object": "list", "data": known})

    async def _completions(self, request: web.Request) -> web.Response:
        mode = self._mode
        if not self.on_call("completions", "before"):
            return _dropped(request)
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return _respond(_error(401, "Invalid API Key", "invalid_request_error", code="invalid_api_key"))
        try:
            body = await request.json()
        except ValueError:
            return _respond(_error(400, "could not parse the request body as JSON", "invalid_request_error"))
        problem = _problem(body)
        if problem:
            return _respond(_error(400, problem, "invalid_request_error"))
        prompt = _prompt_text(body["messages"])
        if mode == "slow":
            changed = self._mode_changed
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), self.slow_seconds)
        answer = self._answer(mode, body, read_prompt(prompt))
        self._served += 1
        self.requests.append(
            LlmRequest(_now(), mode, str(body["model"]), prompt, answer.status, answer.text),
        )
        if not self.on_call("completions", "after"):
            return _dropped(request)
        return _respond(answer, self._limits(answer))

    def _answer(self, mode: Mode, body: dict[str, Any], prompt: Prompt) -> _Answer:
        model = body["model"]
        if mode == "down":
            return _error(503, f"{model} is over capacity, back off and try again", "internal_server_error")
        if mode == "rate_limited":
            return _error(
                429,
                f"Rate limit reached for model `{model}` on tokens per minute: "
                f"Limit {_TOKENS_PER_MINUTE}. Please try again in {self.retry_after_seconds}s.",
                "tokens",
                code="rate_limit_exceeded",
            )
        tool = _chosen_tool(body)
        schema = tool["parameters"] if tool else _schema(body)
        if mode == "nonsense":
            return self._nonsense(body, tool, schema)
        obey = mode == "obeys_injection"
        value = plain_text(prompt, obey=obey) if schema is None else fill(schema, prompt, obey=obey)
        return _completion(body, tool, value if isinstance(value, str) else json.dumps(value))

    def _nonsense(self, body: dict[str, Any], tool: dict[str, Any] | None, schema: Schema | None) -> _Answer:
        """Take turns: what Groq refuses to pass on, a wrong shape, JSON that breaks off."""
        turn = self._served % 3
        if turn == 0 and (tool or schema):
            code = "tool_use_failed" if tool else "json_validate_failed"
            return _error(
                400,
                "The model's output did not match what was asked for. See 'failed_generation'.",
                "invalid_request_error",
                code=code,
                failed_generation='{"category": "Fix',
            )
        if turn == 1:
            return _completion(body, tool, json.dumps(misfit(schema or {})))
        return _completion(body, tool, '{"category": "Fixed", "text": ')

    def _limits(self, answer: _Answer) -> dict[str, str]:
        used = answer.body.get("usage", {}).get("total_tokens", 0)
        left = 0 if answer.status == 429 else max(0, _TOKENS_PER_MINUTE - used)
        limits = {"retry-after": str(self.retry_after_seconds)} if answer.status == 429 else {}
        return limits | {
            "x-ratelimit-limit-requests": str(_REQUESTS_PER_DAY),
            "x-ratelimit-limit-tokens": str(_TOKENS_PER_MINUTE),
            "x-ratelimit-remaining-requests": str(max(0, _REQUESTS_PER_DAY - self._served)),
            "x-ratelimit-remaining-tokens": str(left),
            "x-ratelimit-reset-requests": f"{self._served * 6}s",
            "x-ratelimit-reset-tokens": f"{(_TOKENS_PER_MINUTE - left) / 100:.2f}s",
        }


def _problem(body: Any) -> str | None:
    """Name what is wrong with a request's body, or return None."""
    if not isinstance(body, dict):
        return "the request body must be a JSON object"
    for name, kind in (("model", str), ("messages", list)):
        if name not in body:
            return f"'{name}' : property '{name}' is missing"
        if not isinstance(body[name], kind) or not body[name]:
            return f"'{name}' : value must be a non-empty {'string' if kind is str else 'array'}"
    if not all(isinstance(message, dict) and "role" in message for message in body["messages"]):
        return "'messages.0' : every message needs a 'role'"
    if body.get("stream"):
        return "'stream' : this server answers whole completions only"
    return None


def _prompt_text(messages: list[dict[str, Any]]) -> str:
    """Join the text of the user's messages: orders in a system message are the caller's own."""
    texts = []
    for message in messages:
        content = message.get("content")
        if message["role"] != "user" or not content:
            continue
        parts = [{"text": content}] if isinstance(content, str) else content
        texts += [part["text"] for part in parts if "text" in part]
    return "\n".join(texts)


def _chosen_tool(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the function that the request requires or offers, unless it forbids calls."""
    functions: list[dict[str, Any]] = [
        tool["function"] for tool in body.get("tools") or [] if tool.get("type") == "function"
    ]
    choice = body.get("tool_choice", "auto")
    if not functions or choice == "none":
        return None
    if isinstance(choice, dict):
        named = choice["function"]["name"]
        return next((function for function in functions if function["name"] == named), None)
    return functions[0]


def _schema(body: dict[str, Any]) -> Schema | None:
    """Return the schema of the JSON asked for: in `response_format`, else quoted in a system message."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return dict(wanted["json_schema"]["schema"])
    decoder = json.JSONDecoder()
    for message in body["messages"]:
        content = str(message.get("content")) if message["role"] == "system" else ""
        for start in (index for index, char in enumerate(content) if char == "{"):
            with contextlib.suppress(ValueError):
                found, _ = decoder.raw_decode(content, start)
                if "properties" in found:
                    return dict(found)
    return None


def _completion(body: dict[str, Any], tool: dict[str, Any] | None, text: str) -> _Answer:
    spoken = json.dumps(body["messages"])
    now = time.time()
    mark = f"{int(now * 1000) & 0xFFFFFFFF:08x}"
    message: dict[str, Any] = {"role": "assistant"}
    if tool:
        function = {"name": tool["name"], "arguments": text}
        message["tool_calls"] = [{"id": f"call_{mark}", "type": "function", "function": function}]
    else:
        message["content"] = text
    asked, answered = len(spoken) // 4 + 1, len(text) // 4 + 1
    usage = {
        "queue_time": 0.01,
        "prompt_tokens": asked,
        "prompt_time": asked / 5000,
        "completion_tokens": answered,
        "completion_time": answered / 300,
        "total_tokens": asked + answered,
        "total_time": asked / 5000 + answered / 300,
    }
    reply = {
        "id": f"chatcmpl-{mark}",
        "object": "chat.completion",
        "created": int(now),
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "tool_calls" if tool else "stop",
            },
        ],
        "usage": usage,
        "system_fingerprint": "fp_sandbox",
        "x_groq": {"id": f"req_{mark}"},
    }
    return _Answer(200, reply, text)


def _error(status: int, message: str, kind: str, **more: str) -> _Answer:
    return _Answer(status, {"error": {"message": message, "type": kind, **more}}, message)


def _respond(answer: _Answer, limits: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(answer.body, status=answer.status, headers=limits)


def _dropped(request: web.Request) -> web.Response:
    """Break the connection; the response returned is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _unknown_url(request: web.Request) -> web.Response:
    return _respond(
        _error(
            404,
            f"Unknown request URL: {request.method} {request.path}",
            "invalid_request_error",
            code="unknown_url",
        ),
    )


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
