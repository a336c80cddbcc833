"""What the tests of reminders share: a world whose time the test holds, and pull requests to remind of."""

import asyncio
import contextlib
import sqlite3
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from handlers import FEATURES, reminders
from handlers.feature import Feature, Schedule
from sandbox.github import CommitSpec, GitHub, Pull, PullSpec
from sandbox.slack import Conversation, Message, User
from tests.features.card_kit import rest
from tests.world import SECRET, World, open_world, shown

QUICK = timedelta(seconds=0.2)
# A Friday; in Amsterdam, where the people of the sandbox live, it is 8:30.
FRIDAY = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@dataclass
class Held:
    """A clock that the test sets; from there it goes on by itself."""

    at: datetime = FRIDAY
    begun: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Give the moment."""
        return self.at + timedelta(seconds=time.monotonic() - self.begun)

    def second(self) -> datetime:
        """Give the moment as GitHub does."""
        return self.now().replace(microsecond=0)

    def set(self, *moment: int) -> None:
        """Move on to a moment in UTC: year, month, day, hour, minute."""
        year, month, day, hour, minute = moment
        at = datetime(year, month, day, hour, minute, tzinfo=UTC)
        assert at > self.now(), "time only goes on"
        self.at, self.begun = at, time.monotonic()


def held(database_url: str, clock: Held) -> contextlib.AbstractAsyncContextManager[World]:
    """Open a world that goes by this clock, the bot looking at it all the time."""
    github = GitHub(now=clock.second)
    return open_world(database_url, github=github, clock=clock, features=features())


_LOOKED = (
    "SELECT count(DISTINCT kind) FROM jobs WHERE state = 'done' AND created_at >= ?"
    " AND kind IN ('reminders.tick', 'nudges.sweep', 'figures.count')"
)


async def later(world: World, clock: Held, *moment: int) -> None:
    """Move on to a moment, and wait until the bot has looked at the clock and done what is due."""
    clock.set(*moment)
    begun = clock.at.strftime("%Y-%m-%d %H:%M:%S")
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    async with asyncio.timeout(40):
        with contextlib.closing(sqlite3.connect(path)) as database:
            while database.execute(_LOOKED, (begun,)).fetchone()[0] < 3:  # noqa: ASYNC110 - another program's
                await asyncio.sleep(0.02)
    await rest(world)


def features() -> tuple[Feature, ...]:
    """Return the bot's features, reminders looking at the clock all the time."""
    schedules = tuple(Schedule(one.kind, QUICK) for one in reminders.FEATURE.schedules)
    ours = replace(reminders.FEATURE, schedules=schedules)
    return tuple(ours if one.name == ours.name else one for one in FEATURES)


def add_repository(world: World, name: str) -> str:
    """Make another repository of the organisation, which tells the bot of what happens."""
    world.github.add_repository(f"acme/{name}", {"README.md": "Hello.\n"})
    world.github.add_hook(f"acme/{name}", f"{world.address}/webhooks/github", secret=SECRET)
    return f"acme/{name}"


def spec(title: str, author: str, *reviewers: str, branch: str = "", draft: bool = False) -> PullSpec:
    """Describe a small pull request."""
    name = branch or "-".join(title.lower().split())
    commit = CommitSpec(title, {f"{name}.txt": f"{title}\n"})
    return PullSpec(title, None, name, author, (commit,), reviewers=reviewers, draft=draft)


async def opened(world: World, title: str, *reviewers: str, repo: str = "", author: str = "") -> Pull:
    """Open a pull request by the author, and ask these to review it."""
    made: Pull = await world.github.open_pull(
        repo or world.repo, spec(title, author or world.demo.author, *reviewers)
    )
    await world.github.settled()
    return made


async def says(world: World, user: User, place: str, text: str) -> str:
    """Type a command in a place and return what the person is shown."""
    result = await world.slack.command(user.id, place, "/patchforge", text)
    return "\n".join(shown(message) for message in result.messages)


def digests(world: World, channel: Conversation | None = None) -> list[Message]:
    """Return the digests that stand in a channel, the earliest first."""
    found = world.slack.messages((channel or world.channel).id)
    return [message for message in found if "☀️" in shown(message)]


async def digest(world: World, count: int = 1, channel: Conversation | None = None) -> Message:
    """Wait until there are so many digests in a channel, and return the last."""

    def look() -> Message | None:
        found = digests(world, channel)
        return found[-1] if len(found) >= count else None

    found: Message = await world.slack.until(look, 40)
    return found


def direct(world: World, user: User) -> list[Message]:
    """Return the digests in a person's direct messages with the bot."""
    return [one for one in world.slack.direct_messages(user.id) if "☀️" in shown(one)]


async def direct_digest(world: World, user: User, count: int = 1) -> Message:
    """Wait until a person has got so many digests, and return the last."""

    def look() -> Message | None:
        found = direct(world, user)
        return found[-1] if len(found) >= count else None

    found: Message = await world.slack.until(look, 40)
    return found
