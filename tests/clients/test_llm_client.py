"""One typed answer from a language model, or a plain reason why there is none."""

import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import BaseModel

from bot.clients.llm import Llm
from bot.config import Settings
from bot.errors import LlmUnusable
from sandbox.llm import LlmServer, Mode


class Reply(BaseModel):
    """The shape asked for."""

    text: str


@pytest.fixture
async def server() -> AsyncIterator[LlmServer]:
    running = await LlmServer.start()
    yield running
    await running.aclose()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def groq(server: LlmServer, http: httpx.AsyncClient, timeout: float = 30) -> Llm:
    return Llm(
        "groq:llama-3.3-70b-versatile",
        http=http,
        api_key=server.api_key,
        base_url=server.base_url,
        timeout=timeout,
    )


async def ask(llm: Llm) -> str:
    return (await llm.ask(Reply, "Write one sentence.", "<title>Add dark mode</title>")).output.text


async def test_an_answer_comes_with_what_it_took(server: LlmServer, http: httpx.AsyncClient) -> None:
    answer = await groq(server, http).ask(Reply, "Write one sentence.", "<title>Add dark mode</title>")
    assert answer.output == Reply(text="Added dark mode.")
    assert answer.model == "groq:llama-3.3-70b-versatile"
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0
    assert 0 < answer.seconds < 30
    assert [request.model for request in server.requests] == ["llama-3.3-70b-versatile"]


@pytest.mark.parametrize("provider", ["groq", "openai", "ollama"])
async def test_providers_of_one_protocol_are_asked_at_their_address(
    server: LlmServer, http: httpx.AsyncClient, provider: str
) -> None:
    llm = Llm(f"{provider}:m", http=http, api_key=server.api_key, base_url=f"{server.base_url}/openai/v1")
    assert await ask(llm) == "Added dark mode."


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("rate_limited", "rate limited"),
        ("down", "unreachable"),
        ("nonsense", "gave no usable answer"),
        ("slow", "took longer than 0.5 s"),
    ],
)
async def test_whatever_goes_wrong_has_a_plain_reason(
    server: LlmServer, http: httpx.AsyncClient, mode: Mode, reason: str
) -> None:
    await ask(groq(server, http))  # loads the library, so that only the model is slow
    server.mode = mode
    with pytest.raises(LlmUnusable) as caught:
        await ask(groq(server, http, timeout=0.5 if mode == "slow" else 30))
    assert str(caught.value) == reason
    assert len(server.requests) <= 3


async def test_a_wrong_key_is_named_and_not_repeated(server: LlmServer, http: httpx.AsyncClient) -> None:
    llm = Llm("groq:m", http=http, api_key="gsk_wrong", base_url=server.base_url)
    with pytest.raises(LlmUnusable) as caught:
        await ask(llm)
    assert str(caught.value) == "refused the API key"


@pytest.mark.parametrize("provider", ["groq", "openai", "anthropic", "ollama"])
async def test_a_provider_that_is_away_is_unreachable(http: httpx.AsyncClient, provider: str) -> None:
    server = await LlmServer.start()
    await server.aclose()
    llm = Llm(f"{provider}:m", http=http, api_key="k", base_url=server.base_url)
    with pytest.raises(LlmUnusable) as caught:
        await ask(llm)
    assert str(caught.value) == "unreachable"


async def test_offline_asks_nobody(http: httpx.AsyncClient) -> None:
    llm = Llm.from_settings(Settings(_env_file=None), http)
    assert not llm.enabled
    with pytest.raises(LlmUnusable):
        await ask(llm)


def test_the_providers_libraries_are_loaded_only_when_asked() -> None:
    heavy = "{'pydantic_ai', 'groq', 'openai', 'anthropic'}"
    code = f"import sys, bot.clients.llm, bot.notes.draft; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert found.stdout.strip() == "set()"
