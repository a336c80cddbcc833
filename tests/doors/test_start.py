"""The start, as an operator sees it: the real command either runs or says in one line why not."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.slack import SlackServer, Workspace
from tests.doors.doors_kit import SECRET, eventually, run_settings

_PROJECT = Path(__file__).parents[2]


class Command:
    """`python -m bot run` as a process of its own, with what it wrote to its two outputs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def refused(self) -> str:
        """Wait for its end, which must be exit code 2 with one line, and return that line."""
        out, err = await asyncio.wait_for(self.process.communicate(), 30)
        assert (self.process.returncode, out) == (2, b""), err.decode()
        lines = err.decode().splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("patchforge: ")
        return lines[0]


@asynccontextmanager
async def command(settings: Mapping[str, object], where: Path) -> AsyncIterator[Command]:
    """Start the command in a folder with these settings and nothing else."""
    own = {name.upper(): str(value) for name, value in settings.items()}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=where,
        env={**kept, "PYTHONPATH": str(_PROJECT), **own},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Command(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with await SlackServer.start(Workspace()) as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _line(settings: Mapping[str, object], where: Path) -> str:
    async with command(settings, where) as started:
        return await started.refused()


async def test_what_cannot_work_is_refused_in_one_line_each(
    slack: SlackServer, tmp_path: Path, sqlite_url: str
) -> None:
    right = run_settings(slack, sqlite_url)
    (tmp_path / "file").touch()
    nowhere = f"http://127.0.0.1:{_free_port()}/api/"
    cases = {
        "SLACK_BOT_TOKEN": {**right, "slack_bot_token": "xoxb-wrong"},
        "SLACK_APP_TOKEN": {**right, "slack_app_token": "xapp-wrong"},
        "SLACK_API_URL": {**right, "slack_api_url": nowhere},
        "DATABASE_URL": {**right, "database_url": f"sqlite+aiosqlite:///{tmp_path}/file/bot.db"},
        "GITHUB_WEBHOOK_SECRET": {**right, "github_webhook_secret": ""},
    }
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"):
        cases[name]["database_url"] = f"sqlite+aiosqlite:///{tmp_path}/{name}.db"  # they start together
    lines = await asyncio.gather(*(_line(settings, tmp_path) for settings in cases.values()))
    for name, line in zip(cases, lines, strict=True):
        assert name in line, line
        assert SECRET not in line
        assert "wrong" not in line


async def test_a_second_process_on_the_same_file_or_port_is_refused_and_the_first_runs_on(
    slack: SlackServer, tmp_path: Path, sqlite_url: str
) -> None:
    port = _free_port()
    right = {**run_settings(slack, sqlite_url), "http_port": port}
    async with command(right, tmp_path) as first, aiohttp.ClientSession() as http:

        async def ready() -> bool:
            try:
                async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

        await eventually(ready, 30)
        same_file = {**right, "http_port": 0}
        same_port = {**right, "database_url": f"sqlite+aiosqlite:///{tmp_path}/other.db"}
        about_file, about_port = await asyncio.gather(_line(same_file, tmp_path), _line(same_port, tmp_path))
        assert "DATABASE_URL" in about_file
        assert "another PatchForge" in about_file
        assert "HTTP_PORT" in about_port
        assert str(port) in about_port
        assert await ready()
        first.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(first.process.communicate(), 15)
        assert first.process.returncode == 0
