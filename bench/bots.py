"""What is measured: the bare handlers, PatchForge on its databases, and its peers."""

import asyncio
import contextlib
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench import databases, payloads
from bench.names import BARE_JSON, FLOOR, POSTGRES, PROBOT, REPLICAS, SQLITE
from bench.processes import PATIENCE, Target, line, python, started
from bench.workspace import Slack

Opener = Callable[[Slack], AbstractAsyncContextManager[Target]]

_PROBOT = Path(__file__).parent / "peers" / "probot"


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that is measured; it may post pull requests to Slack, and keep them before it answers."""

    name: str
    open: Opener
    posts: bool = True
    durable: bool = False


def contenders(postgres: str | None) -> tuple[list[Contender], dict[str, str]]:
    """Return what can be measured here, and why the rest cannot."""
    skipped: dict[str, str] = {}
    found = [
        Contender(BARE_JSON, _bare("json"), posts=False),
        Contender(FLOOR, _bare("msgspec"), posts=False),
        Contender(SQLITE, patchforge(), durable=True),
    ]
    on_postgres = {POSTGRES: 1, REPLICAS: 2}
    for name, replicas in on_postgres.items():
        if postgres:
            found.append(Contender(name, patchforge(postgres, replicas), durable=True))
        else:
            skipped[name] = "no PostgreSQL: give --postgres or PATCHFORGE_TEST_POSTGRES_URL"
    if shutil.which("node") and shutil.which("npm"):
        found.append(Contender(PROBOT, _probot))
    else:
        skipped[PROBOT] = "node and npm are not on this machine"
    found.append(Contender("gidgethub + slack_sdk, session per call", _gidgethub()))
    found.append(Contender("gidgethub + slack_sdk, shared session", _gidgethub("shared")))
    return found, skipped


def _bare(kind: str) -> Opener:
    @contextlib.asynccontextmanager
    async def opened(_slack: Slack) -> AsyncIterator[Target]:
        begin = time.monotonic()
        async with python("bench.floor", kind) as process:
            yield Target([process], [int(await line(process))], time.monotonic() - begin)

    return opened


def _gidgethub(*words: str) -> Opener:
    @contextlib.asynccontextmanager
    async def opened(slack: Slack) -> AsyncIterator[Target]:
        begin = time.monotonic()
        async with python("bench.peers.gidgethub_bot", *words, env=_env_of_peer(slack)) as process:
            yield Target([process], [int(await line(process))], time.monotonic() - begin)

    return opened


@contextlib.asynccontextmanager
async def _probot(slack: Slack) -> AsyncIterator[Target]:
    begin = time.monotonic()
    env = _env_of_peer(slack) | {"NODE_ENV": "production"}
    async with started("node", "index.js", env=env, cwd=_PROBOT) as process:
        yield Target([process], [int(await line(process))], time.monotonic() - begin)


def _env_of_peer(slack: Slack) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.ready.api_url,
        "SLACK_BOT_TOKEN": slack.ready.bot_token,
        "SLACK_CHANNEL": slack.ready.channels[0],
        "GITHUB_WEBHOOK_SECRET": payloads.SECRET,
    }


async def install_probot() -> None:
    """Install Probot beside its program, as locked, if it is not there or another is wanted."""
    installed = _PROBOT / "node_modules" / ".package-lock.json"
    locked = _PROBOT / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= locked.stat().st_mtime:
        return
    process = await asyncio.create_subprocess_exec("npm", "ci", "--no-audit", "--no-fund", cwd=_PROBOT)
    if await process.wait():
        raise RuntimeError("npm ci failed; see above")


def patchforge(postgres: str | None = None, replicas: int = 1) -> Opener:
    """Run it on a fresh database, in which each channel follows one repository."""

    @contextlib.asynccontextmanager
    async def opened(slack: Slack) -> AsyncIterator[Target]:
        with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as name:
            folder = Path(name)
            async with contextlib.AsyncExitStack() as stack:
                url = databases.sqlite(folder)
                if postgres:
                    url = await stack.enter_async_context(databases.postgres(postgres))
                await databases.fill(url, slack.ready.channels)
                yield await stack.enter_async_context(running(slack, url, folder, replicas))

    return opened


@contextlib.asynccontextmanager
async def running(
    slack: Slack, url: str, folder: Path, replicas: int = 1, program: Sequence[str] = ("-m", "bot", "run")
) -> AsyncIterator[Target]:
    """Run `patchforge run` so many times on a database that is ready for it."""
    env = {
        "DATABASE_URL": url,
        "SLACK_API_URL": slack.ready.api_url,
        "SLACK_BOT_TOKEN": slack.ready.bot_token,
        "SLACK_APP_TOKEN": slack.ready.app_token,
        "GITHUB_WEBHOOK_SECRET": payloads.SECRET,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "WARNING",
    }
    async with contextlib.AsyncExitStack() as stack:
        processes, ports, log = [], [], folder / "bot.log"
        begin = time.monotonic()
        for _ in range(replicas):
            ports.append(port := _free_port())
            replica = started(
                sys.executable,
                *program,
                env={**env, "HTTP_PORT": str(port)},
                # The folder holds no .env.
                cwd=folder,
                log=log,
            )
            processes.append(await stack.enter_async_context(replica))
        for process, port in zip(processes, ports, strict=True):
            await _until_ready(process, port, log)
        yield Target(processes, ports, time.monotonic() - begin)
        if said := _tail(log):
            print(f"PatchForge complained:\n{said}", file=sys.stderr)


async def _until_ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end and process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.005)
    raise RuntimeError(f"patchforge run did not become ready:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
