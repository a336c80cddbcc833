"""The language model, through pydantic-ai: one typed answer to one question, or LlmUnusable."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import httpx
from pydantic import BaseModel

from bot.clients.observe import Call, Observe, nobody
from bot.config import Settings
from bot.errors import LlmUnusable

if TYPE_CHECKING:
    from pydantic_ai import RunUsage
    from pydantic_ai.models import Model

Output = TypeVar("Output", bound=BaseModel)

# Two requests at most: the answer, and once more with what was wrong with it.
_REQUESTS = 2
_ANSWER_TOKENS = 2000
# Where the providers are, unless settings say otherwise.
_HOMES = {
    "groq": "https://api.groq.com",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
}
_MORE = {"anthropic": {"limit": "1000"}}


@dataclass(frozen=True, slots=True)
class Answer(Generic[Output]):
    """What the model said, and what it took; `model` is as configured, `provider:name`."""

    output: Output
    model: str
    input_tokens: int
    output_tokens: int
    seconds: float


class Llm:
    """One language model of one provider; `offline` asks nothing and costs nothing.

    `model` is `groq:…`, `openai:…`, `anthropic:…`, `ollama:…` or `offline`; `timeout` (seconds) is for the
    whole question. The HTTP client belongs to the caller.
    """

    def __init__(
        self,
        model: str,
        *,
        http: httpx.AsyncClient,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30,
        observe: Observe = nobody,
    ) -> None:
        self.model = model
        self._http = http
        self._api_key = api_key
        self._base_url = base_url
        self._timeout = timeout
        self._observe = observe

    @classmethod
    def from_settings(cls, settings: Settings, http: httpx.AsyncClient, observe: Observe = nobody) -> Self:
        """Return the model that the settings name, with its provider's key and address."""
        keys = {
            "groq": settings.groq_api_key,
            "openai": settings.openai_api_key,
            "anthropic": settings.anthropic_api_key,
        }
        urls = {
            "groq": settings.groq_base_url,
            "openai": settings.openai_base_url,
            "anthropic": settings.anthropic_base_url,
            "ollama": settings.ollama_base_url,
        }
        provider = settings.model.partition(":")[0]
        key = keys.get(provider)
        return cls(
            settings.model,
            http=http,
            api_key=key.get_secret_value() if key else None,
            base_url=urls.get(provider),
            observe=observe,
        )

    @property
    def enabled(self) -> bool:
        """Tell whether there is a model to ask."""
        return self.model != "offline"

    async def ask(self, output_type: type[Output], instructions: str, prompt: str) -> Answer[Output]:
        """Return the model's answer as an `output_type`; raise LlmUnusable with the reason in plain words."""
        if not self.enabled:
            raise LlmUnusable("no language model is configured")
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                output, usage = await self._run(output_type, instructions, prompt)
        except Exception as error:
            reason = _reason(error, self._timeout)
            outcome = "timed_out" if isinstance(error, TimeoutError) else reason.replace(" ", "_")
            self._observe(Call("llm", self.model, outcome, time.monotonic() - started))
            raise LlmUnusable(reason) from error
        seconds, tokens = time.monotonic() - started, (usage.input_tokens, usage.output_tokens)
        self._observe(Call("llm", self.model, "ok", seconds, tokens=tokens))
        return Answer(output, self.model, *tokens, seconds)

    async def check(self) -> None:
        """Ask the provider for its models; raises LlmUnusable if the key or the model is none of its own."""
        provider, _, name = self.model.partition(":")
        key, base = self._api_key or "", (self._base_url or _HOMES.get(provider, "")).rstrip("/")
        path = {"groq": "/openai/v1/models", "anthropic": "/v1/models"}.get(provider, "/models")
        headers = {"Authorization": f"Bearer {key}"}
        if provider == "anthropic":
            headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
        url = base.removesuffix("/openai/v1") + path if provider == "groq" else base + path
        try:
            answer = await self._http.get(url, params=_MORE.get(provider), headers=headers)
            if answer.status_code in {401, 403}:
                raise LlmUnusable("refused the API key")
            known = {item["id"] for item in answer.raise_for_status().json()["data"]}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise LlmUnusable("unreachable, or no such service") from error
        if name not in known and f"{name}:latest" not in known:
            raise LlmUnusable(f"the provider has no model {name}")

    async def _run(
        self, output_type: type[Output], instructions: str, prompt: str
    ) -> "tuple[Output, RunUsage]":
        async with self._model() as model:
            from pydantic_ai import Agent, UsageLimits  # noqa: PLC0415 - takes a second, and offline needs none

            agent = Agent(model, output_type=output_type, instructions=instructions, retries=_REQUESTS - 1)
            result = await agent.run(
                prompt,
                model_settings={"max_tokens": _ANSWER_TOKENS},
                usage_limits=UsageLimits(request_limit=_REQUESTS),
            )
            return result.output, result.usage

    @contextlib.asynccontextmanager
    async def _model(self) -> "AsyncIterator[Model[Any]]":
        """Build the model for one question and close what it opened.

        The provider's library is loaded in a thread, so that the first question does not hold everyone up.
        """
        provider, _, name = self.model.partition(":")
        build = {"groq": self._groq, "anthropic": self._anthropic}.get(provider, self._openai)
        model, client = await asyncio.to_thread(build, name)
        try:
            yield model
        finally:
            if client is not None:
                await client.close()

    # The SDKs' own retries are off: the time is bounded here, and the offline drafter is at hand.

    def _groq(self, name: str) -> "tuple[Model[Any], Any]":
        from groq import AsyncGroq  # noqa: PLC0415 - see _run
        from pydantic_ai.models.groq import GroqModel  # noqa: PLC0415 - see _run
        from pydantic_ai.providers.groq import GroqProvider  # noqa: PLC0415 - see _run

        # Groq's client adds this path itself; people copy the address with it.
        base_url = self._base_url and self._base_url.rstrip("/").removesuffix("/openai/v1")
        client = AsyncGroq(api_key=self._api_key, base_url=base_url, http_client=self._http, max_retries=0)
        return GroqModel(name, provider=GroqProvider(groq_client=client)), None

    def _openai(self, name: str) -> "tuple[Model[Any], Any]":
        from openai import AsyncOpenAI  # noqa: PLC0415 - see _run
        from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415 - see _run
        from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415 - see _run

        # Ollama wants no key, its client library does.
        client = AsyncOpenAI(api_key=self._api_key or "none", base_url=self._base_url, max_retries=0)
        return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client)), client

    def _anthropic(self, name: str) -> "tuple[Model[Any], Any]":
        from anthropic import AsyncAnthropic  # noqa: PLC0415 - see _run
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 - see _run
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 - see _run

        client = AsyncAnthropic(api_key=self._api_key, base_url=self._base_url, max_retries=0)
        return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client)), client


def _reason(error: Exception, timeout: float) -> str:
    """Say in plain words, without anything of the prompt or the key, why there is no answer."""
    if isinstance(error, TimeoutError):
        return f"took longer than {timeout:g} s"
    from pydantic_ai import exceptions  # noqa: PLC0415 - see Llm._run

    status = error.status_code if isinstance(error, exceptions.ModelHTTPError) else None
    if status == 429 or isinstance(error, exceptions.ModelRateLimitError):
        return "rate limited"
    if status in {401, 403}:
        return "refused the API key"
    if status == 404:
        return "unknown to its provider"
    if (status or 0) >= 500 or isinstance(
        error, (exceptions.ModelConnectionError, exceptions.ModelUnavailableError, httpx.TransportError)
    ):
        return "unreachable"
    return "gave no usable answer"
