"""A whole world for one test: the stand-ins, with the real bot among them."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bot.app import started
from bot.config import Settings
from bot.models import Clock, SystemClock
from handlers import FEATURES
from handlers.feature import Feature
from sandbox.github import Demo, GitHub, GitHubServer, seed_demo
from sandbox.llm import LlmServer
from sandbox.mail import MailServer
from sandbox.slack import Conversation, Message, Rules, SlackServer, User, Workspace

SECRET = "s3cret"
_MANIFEST = Path(__file__).parent.parent / "manifest.yml"


@dataclass(frozen=True, slots=True)
class World:
    """The stand-ins, the people, and the bot's address.

    `author` wrote the seeded pull requests, `reviewer` reviews them, `maintainer` merges; all are linked and
    members of `channel`. Closing `bot` stops the bot alone; `clock` is the one that it goes by.
    """

    slack: SlackServer
    github: GitHub
    demo: Demo
    llm: LlmServer
    mail: MailServer
    channel: Conversation
    author: User
    reviewer: User
    maintainer: User
    address: str
    settings: Settings
    bot: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    clock: Clock = field(default_factory=SystemClock)

    @property
    def repo(self) -> str:
        """Return the seeded repository."""
        return self.demo.repo

    async def command(self, user: User, text: str) -> str:
        """Type `/patchforge …` in the channel and return what the person is shown."""
        result = await self.slack.command(user.id, self.channel.id, "/patchforge", text)
        return "\n".join(shown(message) for message in result.messages)

    async def subscribe(self, text: str = "") -> str:
        """Subscribe the channel to the seeded repository."""
        return await self.command(self.maintainer, f"subscribe {self.repo} {text}")

    async def card(self, timeout: float = 40) -> Message:
        """Wait for the channel's first card."""
        found: Message = await self.slack.until(
            lambda: next(iter(self.slack.messages(self.channel.id)), None), timeout
        )
        return found

    async def card_says(self, *words: str, timeout: float = 40) -> Message:
        """Wait until the card says all of these."""

        def look() -> Message | None:
            cards = self.slack.messages(self.channel.id)
            return cards[0] if cards and all(word in shown(cards[0]) for word in words) else None

        found: Message = await self.slack.until(look, timeout)
        return found

    async def reply_says(self, *words: str, timeout: float = 40) -> Message:
        """Wait for a reply in the card's thread that says all of these."""

        def look() -> Message | None:
            for reply in self.replies():
                if all(word in shown(reply) for word in words):
                    return reply
            return None

        found: Message = await self.slack.until(look, timeout)
        return found

    def replies(self) -> list[Message]:
        """Return the replies in the first card's thread."""
        cards = self.slack.messages(self.channel.id)
        return self.slack.thread(self.channel.id, cards[0].ts) if cards else []


def shown(message: Any) -> str:
    """Return all words that a message or view shows: its blocks' texts, buttons included."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, Mapping):
            if isinstance(value.get("text"), str):
                found.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    blocks = message.blocks if hasattr(message, "blocks") else message
    walk(blocks)
    return "\n".join(found) if found else str(getattr(message, "text", ""))


def manifest_scopes() -> list[str]:
    """Return the bot scopes that the manifest asks for: the sandbox grants no other."""
    manifest = yaml.safe_load(_MANIFEST.read_text())
    scopes: list[str] = manifest["oauth_config"]["scopes"]["bot"]
    return scopes


def manifest_events() -> list[str]:
    """Return the events that the manifest subscribes to."""
    events: list[str] = yaml.safe_load(_MANIFEST.read_text())["settings"]["event_subscriptions"]["bot_events"]
    return events


def manifest_rules() -> Rules:
    """Return how a workspace behaves in which the app is installed as the manifest says."""
    features = yaml.safe_load(_MANIFEST.read_text())["features"]
    (command,) = features["slash_commands"]
    return Rules(
        scopes=frozenset(manifest_scopes()),
        events=frozenset(manifest_events()),
        escaped=command["should_escape"],
        # The stand-in for GitHub is on this machine.
        unfurl_domains=frozenset({*features["unfurl_domains"], "127.0.0.1"}),
    )


def settings_for(
    slack: SlackServer, github: GitHubServer, llm: LlmServer, mail: MailServer, database_url: str
) -> dict[str, Any]:
    """Return the settings that point the bot at the stand-ins."""
    return {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "github_webhook_secret": SECRET,
        "github_token": github.token,
        "github_api_url": github.api_url,
        "groq_api_key": llm.api_key,
        "groq_base_url": llm.base_url,
        "smtp_host": mail.host,
        "smtp_port": mail.port,
        "smtp_security": "none",
        "mail_from": "PatchForge <notes@acme.example>",
        "database_url": database_url,
        "http_port": 0,
    }


@contextlib.asynccontextmanager
async def open_world(
    database_url: str,
    *,
    github: GitHub | None = None,
    features: Sequence[Feature] = FEATURES,
    clock: Clock | None = None,
    **overrides: Any,
) -> AsyncIterator[World]:
    """Start the stand-ins and the bot, link the people, and let all of it end in order.

    `github` is an empty one whose clock the test holds; `clock` is the bot's.
    """
    # Slack's three seconds are for the tests of the doors: a busy machine may stand still for longer.
    workspace = Workspace(rules=replace(manifest_rules(), ack_timeout=30.0))
    github = github or GitHub()
    demo = await seed_demo(github)
    people = {
        login: workspace.add_user(login, email=f"{login}@slack.example", is_admin=login == demo.maintainer)
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
        values = settings_for(slack, server, llm, mail, database_url)
        settings = Settings(_env_file=None, **{**values, **overrides})
        bot = await stack.enter_async_context(contextlib.AsyncExitStack())
        address = await bot.enter_async_context(started(settings, features, clock=clock))
        await slack.connected()
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
            settings=settings,
            bot=bot,
            clock=clock or SystemClock(),
        )
        for login, user in people.items():
            await world.command(user, f"link {login}")
        yield world
        await github.settled()
    assert not workspace.violations, workspace.violations
