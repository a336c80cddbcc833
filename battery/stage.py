"""A Slack with many channels, the bot as processes of its own, and whoever sends it signed events."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import aiohttp

from battery.kit import environment
from sandbox.github.hooks import sign
from sandbox.slack import Conversation, SlackServer, User, Workspace
from tests.crash.rig import Bot
from tests.doors.doors_kit import SECRET, real_deliveries, run_settings
from tests.world import manifest_rules

# Seconds; GitHub waits no longer for an answer.
_ANSWER = 10.0


@dataclass(frozen=True, slots=True)
class Events:
    """Makes "opened" events of as many pull requests in as many repositories as wished."""

    text: str
    repo: str
    repo_id: int
    pull_id: int

    @classmethod
    async def made(cls) -> "Events":
        """Start from a real one."""
        first = next(
            one for one in await real_deliveries() if (one.event, one.action) == ("pull_request", "opened")
        )
        payload = first.payload
        repo, pull = payload["repository"], payload["pull_request"]
        return cls(json.dumps(payload), repo["full_name"], repo["id"], pull["id"])

    def opened(self, repo: int, number: int, title: str) -> bytes:
        """Return the body of one event."""
        payload = json.loads(self.elsewhere(self.text, repo, number))
        payload["number"] = number
        payload["pull_request"] |= {"number": number, "title": title}
        return json.dumps(payload).encode()

    def elsewhere(self, text: str, repo: int, number: int) -> str:
        """Let an event of the same story be about another repository and pull request."""
        text = text.replace(self.repo, self.name(repo))
        text = text.replace(str(self.repo_id), str(7_000_000_000 + repo))
        return text.replace(str(self.pull_id), str(8_000_000_000 + repo * 100_000 + number))

    def name(self, repo: int) -> str:
        """Return a repository's full name."""
        return f"acme/service-{repo:03d}"


@dataclass(frozen=True, slots=True)
class Stage:
    """The workspace, its channels (each follows the repository of its number), the bots and a session."""

    slack: SlackServer
    channels: list[Conversation]
    owner: User
    bots: list[Bot]
    events: Events
    http: aiohttp.ClientSession

    def address(self, bot: int = 0) -> str:
        """Return where a bot listens; it says so when it is ready."""
        ready = next(line for line in reversed(self.bots[bot].log) if '"event": "ready"' in line)
        return str(json.loads(ready)["address"])

    async def send(
        self,
        body: bytes,
        *,
        event: str = "pull_request",
        guid: str = "",
        bot: int = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Post a signed event and return the status; 0 when there was no answer."""
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid or str(uuid4()),
            "X-Hub-Signature-256": sign(body, SECRET),
            **headers,
        }
        url = f"{self.address(bot)}/webhooks/github"
        try:
            async with self.http.post(url, data=body, headers=given) as response:
                await response.read()
                return response.status
        except (TimeoutError, aiohttp.ClientError):
            return 0

    def titles(self) -> Counter[str]:
        """Return how many cards show each title: what stands in Slack is what happened."""
        found: Counter[str] = Counter()
        for channel in self.channels:
            for message in self.slack.messages(channel.id):
                found[self._title(json.dumps([message.text, message.blocks]))] += 1
        return found

    @staticmethod
    def _title(said: str) -> str:
        _, mark, rest = said.partition("title-")
        return f"{mark}{rest[:8]}"

    def posted(self) -> Counter[str]:
        """Return how many messages were accepted for each key that the bot gave them."""
        calls = self.slack.workspace.calls_of("chat.postMessage", outcome="ok")
        return Counter(str(call.args["metadata"]["event_payload"]["key"]) for call in calls)


def title(number: int) -> str:
    """Return a pull request's title by which its card is recognised."""
    return f"title-{number:08d}"


@contextlib.asynccontextmanager
async def stage(
    folder: Path,
    url: str,
    *,
    channels: int = 1,
    replicas: int = 1,
    features: str = "reviews",
    extra: Mapping[str, object] = MappingProxyType({}),
) -> AsyncIterator[Stage]:
    """Start the workspace and the bots; every channel follows its repository."""
    workspace = Workspace(rules=manifest_rules())
    owner = workspace.add_user("ada", is_admin=True)
    rooms = [workspace.add_channel(f"room-{number}", members=[owner], bot=True) for number in range(channels)]
    events = await Events.made()
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(await SlackServer.start(workspace))
        values = run_settings(slack, url) | {"log_format": "json", **extra}
        timeout = aiohttp.ClientTimeout(total=_ANSWER)
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        bots = [Bot(environment(values), folder) for _ in range(replicas)]
        for bot in bots:
            stack.push_async_callback(bot.stop)
            await bot.start()
        await slack.connected()
        for number, room in enumerate(rooms):
            words = f"subscribe {events.name(number)} {features}"
            await slack.command(owner.id, room.id, "/patchforge", words)
        yield Stage(slack, rooms, owner, bots, events, http)


async def sent_until_taken(
    scene: Stage, numbers: range, repo: int = 0, *, within: float = 0.0
) -> Counter[int]:
    """Send each pull request's event until it is answered with 202, and never again; count the answers.

    The first attempts are spread over `within` seconds.
    """
    answers: Counter[int] = Counter()

    async def one(number: int) -> None:
        body, guid = scene.events.opened(repo, number, title(number)), str(uuid4())
        await asyncio.sleep(within * (number - numbers.start) / len(numbers) / numbers.step)
        while True:
            status = await scene.send(body, guid=guid)
            answers[status] += 1
            if status == 202:
                return
            await asyncio.sleep(0.2)

    await asyncio.gather(*(one(number) for number in numbers))
    return answers
