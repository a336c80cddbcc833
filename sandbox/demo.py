"""`patchforge demo`: the stand-ins and the page in this process, the real bot in another."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import signal
import sys
import tempfile
import webbrowser
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.clock import DemoClock
from sandbox.github import Demo, GitHub, GitHubServer, seed_demo
from sandbox.github.server import BOT
from sandbox.llm import LlmServer
from sandbox.mail import MailServer
from sandbox.page import Page
from sandbox.slack import DEFAULT_SCOPES, Rules, SlackServer, User, Workspace
from sandbox.story import Story

# Seconds that the bot may take to start.
_START = 30.0
# How the bot's settings begin: the demo must not depend on what this machine has set for a real one.
_SETTINGS = (
    "SLACK_", "GITHUB_", "LLM_", "GROQ_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "SMTP_", "MAIL_",
    "DATABASE_URL", "HTTP_HOST", "HTTP_PORT", "PUBLIC_URL", "ENCRYPTION_KEY", "LOG_", "POLL_", "RETENTION_",
)  # fmt: skip
# Seconds between two steps when somebody watches.
_PACE = 1.5
RULES = Rules(
    commands=frozenset({"/patchforge"}),
    events=frozenset({"app_home_opened", "link_shared", "member_left_channel", "user_change"}),
    scopes=DEFAULT_SCOPES - {"channels:join", "im:read", "reactions:read"},
    escaped=True,
    # The links of this machine's GitHub are what github.com's are elsewhere.
    unfurl_domains=frozenset({"127.0.0.1"}),
)
"""How the app is installed in the demo's workspace: as its manifest says."""


class BotDiedError(Exception):
    """The bot's process ended; the text is the end of its log."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a demo consists of."""

    slack: SlackServer
    github: GitHub
    llm: LlmServer
    mail: MailServer
    story: Story
    bot: asyncio.subprocess.Process
    address: str
    clock: DemoClock


async def run_demo(*, once: bool, port: int, browser: bool) -> int:
    """Run the demo and return the exit code: 0, or 1 if a step of the story failed."""
    console = Console(highlight=False)
    try:
        async with stage(pause=0.0 if once else _PACE) as on:
            return await _play_once(console, on) if once else await _show(console, on, port, browser=browser)
    except BotDiedError as error:
        console.print(f"The bot did not start. The end of its log:\n{error}", markup=False)
        return 1


@contextlib.asynccontextmanager
async def stage(*, pause: float = 0.0) -> AsyncIterator[Stage]:
    """Start the stand-ins and the bot among them, subscribe nothing yet."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="patchforge-demo-")))
        clock = DemoClock(folder / "clock")
        workspace = Workspace(bot_name="PatchForge", rules=RULES, clock=clock.time)
        github = GitHub(now=clock.now)
        demo = await seed_demo(github)
        people = _people(workspace, github, demo)
        members = list(people.values())
        channel = workspace.add_channel("payments", members=members, bot=True)
        workspace.add_channel("general", members=members)
        slack = await stack.enter_async_context(await SlackServer.start(workspace))
        github_server = await stack.enter_async_context(await GitHubServer.start(github))
        llm = await LlmServer.start()
        stack.push_async_callback(llm.aclose)
        mail = await MailServer.start()
        stack.push_async_callback(mail.aclose)
        secret = secrets.token_hex(16)
        environment = {
            **_installed(github, demo, folder),
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "GITHUB_WEBHOOK_SECRET": secret,
            "GITHUB_API_URL": github_server.api_url,
            "GROQ_API_KEY": llm.api_key,
            "GROQ_BASE_URL": llm.base_url,
            "SMTP_HOST": mail.host,
            "SMTP_PORT": str(mail.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "PatchForge <notes@acme.example>",
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/patchforge.db",
            "HTTP_PORT": "0",
            "LOG_FORMAT": "json",
        }
        command = ("bot.cli.demo_bot", str(folder / "clock"))
        bot, address = await stack.enter_async_context(running_bot(environment, folder, command))
        await slack.connected(_START)
        github.add_hook(None, f"{address}/webhooks/github", secret=secret)
        await github.settled()
        story = Story(slack, github, mail, demo=demo, people=people, channel=channel, pause=pause)
        yield Stage(slack, github, llm, mail, story, bot, address, clock)


def _installed(github: GitHub, demo: Demo, folder: Path) -> Mapping[str, str]:
    """Install the bot on GitHub as its README says, with all that it can make use of."""
    key = folder / "github-app.pem"
    key.write_text(github.install_app(demo.repo.partition("/")[0], [demo.repo]))
    app = github.state.app
    assert app  # noqa: S101 - just installed
    app.permissions["checks"] = "write"
    github.devices.interval = 1
    return {
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_PRIVATE_KEY_FILE": str(key),
        "GITHUB_CLIENT_ID": github.add_oauth_app("PatchForge").client_id,
        "ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


@contextlib.asynccontextmanager
async def running_bot(
    environment: Mapping[str, str], folder: Path, command: Sequence[str]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run the bot as a process of its own in `folder`, and yield it with its address once it is ready.

    `command` is a module and its arguments.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    root = str(Path(__file__).parent.parent)
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        env={**inherited, "PYTHONPATH": root, **environment},
        cwd=folder,
        stderr=asyncio.subprocess.PIPE,
    )
    tail: deque[str] = deque(maxlen=30)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def read() -> None:
        """Follow the log: it says when the bot is ready, and its end says why it is not."""
        assert bot.stderr  # noqa: S101 - asked for above
        async for line in bot.stderr:
            text = line.decode(errors="replace").rstrip()
            tail.append(text)
            if not ready.done() and '"event": "ready"' in text:
                ready.set_result(str(json.loads(text)["address"]))
        if not ready.done():
            ready.set_exception(BotDiedError("\n".join(tail)))

    reading = asyncio.create_task(read())
    try:
        try:
            address = await asyncio.wait_for(ready, _START)
        except TimeoutError:
            raise BotDiedError("\n".join([*tail, f"It was not ready within {_START:.0f} seconds."])) from None
        yield bot, address
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()
        await reading


def _people(workspace: Workspace, github: GitHub, demo: Demo) -> dict[str, User]:
    """Make a member of the workspace of everybody on GitHub who is a person, not the bot's own account."""
    found = {}
    for person in github.snapshot()["people"]:
        login = person["login"]
        if person["type"] == "User" and person["name"] and login != BOT:
            # The addresses of Slack are no help in finding out who wrote what.
            found[login] = workspace.add_user(
                login,
                real_name=person["name"],
                email=f"{login}@slack.acme.example",
                is_admin=login == demo.maintainer,
            )
    team = github.state.teams[demo.team]
    workspace.add_group("payments", team.name, [found[login] for login in found if login in team.members])
    return found


async def _play_once(console: Console, on: Stage) -> int:
    """Play the story without a browser, one line a step."""
    told = asyncio.create_task(on.story.play())
    await told
    for number, step in enumerate(on.story.steps, 1):
        mark = {"done": "✓", "failed": "✗"}.get(step.status, "·")
        took = f"{step.seconds * 1000:7.0f} ms" if step.seconds is not None else " " * 10
        console.print(f"{mark} {number:2}  {took}  {step.title}", markup=False, soft_wrap=True)
        if step.status == "failed":
            console.print(f"      {step.detail}", markup=False, soft_wrap=True)
    failed = [step for step in on.story.steps if step.status != "done"]
    if failed:
        console.print(f"The story failed at: {failed[0].title}", markup=False, soft_wrap=True)
        return 1
    total = sum(step.seconds or 0 for step in on.story.steps)
    console.print(f"The whole story came true in {total:.1f} seconds.")
    return 0


async def _show(console: Console, on: Stage, port: int, *, browser: bool) -> int:
    """Serve the page until somebody has seen enough."""
    prepared = (on.story.demo.feature, on.story.demo.fix, on.story.demo.bump)
    page = await Page.start(
        on.slack, on.github, on.llm, on.mail, on.story, port=port, prepared=prepared, clock=on.clock
    )
    try:
        console.print(f"\nPatchForge runs at [bold]{page.url}[/bold]")
        console.print("Press “Play the whole story”, or click through it yourself. Ctrl-C ends it.\n")
        if browser:
            await asyncio.to_thread(webbrowser.open, page.url)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        ended = asyncio.create_task(on.bot.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done():
            console.print("The bot's process ended by itself; the demo ends too.")
            return 1
        ended.cancel()
        return 0
    finally:
        await page.aclose()
