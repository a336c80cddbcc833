"""The bot as a process of its own, killed at the moments that a test names, and started again."""

import asyncio
import contextlib
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bot.config import Settings
from sandbox.github import Demo, GitHub, GitHubServer, seed_demo
from sandbox.llm import LlmServer
from sandbox.mail import MailServer
from sandbox.slack import Rules, SlackServer, Workspace
from tests.features.card_kit import Rolling
from tests.world import SECRET, World, manifest_events, manifest_scopes, settings_for

_REPOSITORY = Path(__file__).parents[2]
# Seconds; generous, as several copies share the machine.
_START = 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The `nth` time that a stand-in sees `what` in `phase` (both are patterns), or `delay` seconds later.

    What is being said at that moment is lost with the bot, unless it is `heard`. A bot that was `asked` to
    stop at the call is killed while it does.
    """

    what: str
    phase: str
    nth: int = 1
    heard: bool = False
    delay: float | None = None
    asked: bool = False


class Bot:
    """`patchforge run` in a process of its own; everything it knows comes from the environment."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = environment
        self.log: list[str] = []
        self.starts = 0
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            env=dict(self.environment),
            cwd=self._folder,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 24,  # what the outside said stands in the log, and may be long
        )
        self.starts += 1
        ready = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(self._process, ready))
        if not await asyncio.wait_for(ready, _START):
            raise AssertionError("it did not start:\n" + "\n".join(self.log[-20:]))

    def kill(self) -> None:
        """Kill it as if the power went."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    def ask(self) -> None:
        """Ask it to stop."""
        if self._process and self._process.returncode is None:
            self._process.terminate()

    async def gone(self) -> int:
        """Wait for its end and return the exit code."""
        assert self._process
        assert self._reading
        await self._reading
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to stop, and insist when it does not."""
        if self._process is None:
            return
        self.ask()
        try:
            code = await asyncio.wait_for(asyncio.shield(self.gone()), _START)
        except TimeoutError:
            self.kill()
            raise
        assert code == 0, self.log[-20:]

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Future[bool]) -> None:
        assert process.stderr
        async for line in process.stderr:
            self.log.append(line.decode().rstrip())
            if '"event": "ready"' in self.log[-1]:
                ready.set_result(True)
        if not ready.done():
            ready.set_result(False)


class Crashes:
    """Kills the bot at each of the moments, one after the other, and brings it back as an operator would."""

    def __init__(self, bot: Bot, github: GitHub, moments: Sequence[Moment]) -> None:
        self.bot = bot
        self.redelivered: list[str] = []
        self.seen: list[str] = []
        self._github = github
        self._moments = list(moments)
        self._times = 0
        self._killed = asyncio.Event()
        self._whole = asyncio.Event()
        self._whole.set()

    def see(self, what: str, phase: str) -> bool:
        """Hear of a call from a stand-in; False breaks it off, because the bot is dead."""
        self.seen.append(f"{what} {phase}")
        moment = self._moments[0] if self._moments else None
        if moment is None or not (fnmatch(what, moment.what) and fnmatch(phase, moment.phase)):
            return True
        self._times += 1
        if self._times != moment.nth:
            return True
        if moment.delay is None:
            self._strike()
            return moment.heard
        if moment.asked:
            self.bot.ask()
        asyncio.get_running_loop().call_later(moment.delay, self._strike)
        return True

    async def run(self) -> None:
        """Start the bot again whenever it was killed, and have GitHub send again what was not answered."""
        while True:
            await self._killed.wait()
            self._killed.clear()
            await self.bot.gone()
            await self.bot.start()
            await self._redeliver()
            if not self._killed.is_set():
                self._whole.set()

    async def over(self) -> None:
        """Wait until the bot is back after the last crash; raises AssertionError if a moment never came."""
        assert all(moment.delay for moment in self._moments), f"never came: {self._moments}"
        while self._moments or not self._whole.is_set():
            self._whole.clear()
            await self._whole.wait()

    def disarm(self) -> None:
        """Strike no more: what did not come will not come."""
        self._moments.clear()

    def _strike(self) -> None:
        if not self._moments:
            return
        self._times = 0
        self.seen.append(f"--- killed: {self._moments.pop(0)}")
        self._whole.clear()
        self.bot.kill()
        self._killed.set()

    async def _redeliver(self) -> None:
        await self._github.settled()
        answered = {delivery.guid for delivery in self._github.deliveries if delivery.ok}
        lost = dict.fromkeys(one.guid for one in self._github.deliveries if one.guid not in answered)
        for guid in lost:
            self.redelivered.append(guid)
            await self._github.redeliver(guid)


@contextlib.asynccontextmanager
async def crashing_world(folder: Path, *moments: Moment) -> AsyncIterator[tuple[World, Crashes]]:
    """Start the stand-ins and the bot beside them; the moments count once the people are linked."""
    rules = Rules(ack_timeout=_START, reconnect_grace=_START)  # people wait for the bot to come back
    workspace = Workspace(rules=rules, scopes=manifest_scopes(), events=manifest_events())
    github = GitHub(now=Rolling().now)  # within one second nobody could tell what came first
    demo = _with_more_authors(await seed_demo(github), github)
    people = {
        login: workspace.add_user(login, email=f"{login}@slack.example")
        for login in (demo.author, demo.reviewer, demo.maintainer)
    }
    channel = workspace.add_channel("payments", members=list(people.values()), bot=True)
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(await SlackServer.start(workspace))
        server = await stack.enter_async_context(await GitHubServer.start(github))
        llm = await LlmServer.start()
        stack.push_async_callback(llm.aclose)
        mail = await MailServer.start()
        stack.push_async_callback(mail.aclose)
        port = _free_port()
        values = settings_for(slack, server, llm, mail, f"sqlite+aiosqlite:///{folder}/bot.db")
        values |= {"http_port": port, "log_format": "json"}
        bot = Bot(_environment(values), folder)
        stack.push_async_callback(bot.stop)
        await bot.start()
        address = f"http://127.0.0.1:{port}"
        github.add_hook(demo.repo, f"{address}/webhooks/github", secret=SECRET)
        await github.settled()
        world = World(
            slack=slack,
            github=github,
            demo=demo,
            llm=llm,
            mail=mail,
            channel=channel,
            author=people[demo.author],
            reviewer=people[demo.reviewer],
            maintainer=people[demo.maintainer],
            address=address,
            settings=Settings(_env_file=None, **values),
        )
        for login, user in people.items():
            await world.command(user, f"link {login}")
        crashes = Crashes(bot, github, moments)
        _watch(world, crashes)
        running = asyncio.create_task(crashes.run())
        try:
            yield world, crashes
        finally:
            running.cancel()
            (failure,) = await asyncio.gather(running, return_exceptions=True)
            if isinstance(failure, Exception):  # it did not come back: the story's own error only follows
                raise failure
        await github.settled()
    assert not workspace.violations, workspace.violations


def _watch(world: World, crashes: Crashes) -> None:
    """Let the crashes see what every stand-in sees; a Slack message is named by the kind in its key."""

    def slack(name: str, arguments: Mapping[str, Any], phase: str) -> bool:
        key = ((arguments.get("metadata") or {}).get("event_payload") or {}).get("key", "")
        return crashes.see(f"slack {name} {key.partition(':')[0]}".strip(), phase)

    world.slack.workspace.on_call = slack
    world.github.on_call = lambda name, phase: crashes.see(f"github {name}", phase)
    world.llm.on_call = lambda name, phase: crashes.see(f"llm {name}", phase)
    world.mail.on_call = lambda moment, _recipients: crashes.see(f"mail {moment}", "at")


def _with_more_authors(demo: Demo, github: GitHub) -> Demo:
    """Let the feature have three authors who can be written to, so that a crash may come between them."""
    first, *rest = demo.feature.commits
    more = [github.state.accounts[login].identity for login in (demo.reviewer, demo.second_reviewer)]
    trailers = "".join(f"\nCo-authored-by: {one.name} <{one.email}>" for one in more)
    first = replace(first, message=first.message + trailers)
    return replace(demo, feature=replace(demo.feature, commits=(first, *rest)))


def _environment(values: Mapping[str, Any]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return (
        kept | {name.upper(): str(value) for name, value in values.items()} | {"PYTHONPATH": str(_REPOSITORY)}
    )


def _free_port() -> int:
    """Choose a port that nobody is given by chance while the bot is down: below the ephemeral ones."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
