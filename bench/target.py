"""Start what is measured as real processes, and read their CPU time and memory from /proc."""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import aiohttp
import msgspec

from bench import payloads
from bench.slack import Ready
from bot.models import SystemClock
from storage import subscriptions
from storage.database import Database

_ROOT = Path(__file__).parents[1]
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# After this many seconds something is broken, not slow.
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Target:
    """A running process that answers HTTP on `port`; it took `ready` seconds to do so."""

    process: asyncio.subprocess.Process
    port: int
    ready: float = 0.0

    def cpu(self) -> float:
        """Return the CPU seconds spent so far, in all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def rss(self) -> float:
        """Return the resident memory in MB."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _PAGE / 1e6


@dataclass(frozen=True, slots=True)
class Slack:
    """The running workspace."""

    process: asyncio.subprocess.Process
    ready: Ready

    async def ask(self, question: str) -> bytes:
        """Return its one-line answer."""
        assert self.process.stdin is not None  # noqa: S101 - a pipe, as started
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(question.encode() + b"\n")
        return await self.process.stdout.readline()

    async def count(self) -> int:
        """Return how many messages were posted."""
        return int(await self.ask("count"))

    async def posts(self) -> dict[str, float]:
        """Return when each pull request's card arrived, by its link."""
        return msgspec.json.decode(await self.ask("posts"), type=dict[str, float])


@contextlib.asynccontextmanager
async def _started(
    *words: str,
    env: Mapping[str, str] = MappingProxyType({}),
    cwd: Path = _ROOT,
    log: Path | None = None,
    pipes: bool = True,
) -> AsyncIterator[asyncio.subprocess.Process]:
    with contextlib.ExitStack() as stack:
        error = stack.enter_context(log.open("ab")) if log else None
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), **env},
            stdin=asyncio.subprocess.PIPE if pipes else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if pipes else error,
            stderr=error,
            limit=64 * 1024 * 1024,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 20)
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - a pipe, as started
    line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
    if not line:
        raise RuntimeError("a process of the bench ended at its start; see above")
    return line


@contextlib.asynccontextmanager
async def floor(kind: str) -> AsyncIterator[Target]:
    """Run a bare handler: `json` or `msgspec`."""
    async with _started("-m", "bench.floor", kind) as process:
        yield Target(process, int(await _line(process)))


@contextlib.asynccontextmanager
async def slack(channels: int) -> AsyncIterator[Slack]:
    """Run the sandbox's Slack with that many channels."""
    async with _started("-m", "bench.slack", str(channels)) as process:
        yield Slack(process, msgspec.json.decode(await _line(process), type=Ready))


@contextlib.asynccontextmanager
async def bot(workspace: Slack, database: str, folder: Path) -> AsyncIterator[Target]:
    """Run `patchforge run` on a fresh database in which each channel follows one repository."""
    port = _free_port()
    env = {
        "DATABASE_URL": database,
        "SLACK_API_URL": workspace.ready.api_url,
        "SLACK_BOT_TOKEN": workspace.ready.bot_token,
        "SLACK_APP_TOKEN": workspace.ready.app_token,
        "GITHUB_WEBHOOK_SECRET": payloads.SECRET,
        "HTTP_PORT": str(port),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "WARNING",
    }
    log = folder / "bot.log"
    # The folder is empty: no .env of the checkout leaks in.
    async with _started("-m", "bot", "db", "upgrade", env=env, cwd=folder, log=log, pipes=False) as upgrade:
        if await upgrade.wait():
            raise RuntimeError(f"patchforge db upgrade failed:\n{_tail(log)}")
    await _subscribe(database, workspace.ready.channels)
    begin = time.monotonic()
    async with _started("-m", "bot", "run", env=env, cwd=folder, log=log, pipes=False) as process:
        await _until_ready(process, port, log)
        yield Target(process, port, time.monotonic() - begin)


async def _subscribe(url: str, channels: list[str]) -> None:
    now = SystemClock().now()
    database = await Database(url).open()
    try:
        await database.write(
            lambda connection: [
                subscriptions.put(
                    connection,
                    channel=channel,
                    repo=payloads.repo_name(index),
                    features=["reviews", "merges"],
                    filter_text="",
                    user="U0BENCH",
                    now=now,
                )
                for index, channel in enumerate(channels)
            ]
        )
    finally:
        await database.aclose()


async def _until_ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
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
