"""The same load on databases that grow: what an event takes when much is followed and much is stored."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import bots, databases, workspace
from bench.load import Job
from bench.measures import SLOW, Round, acknowledged, moments, slow
from bench.rounds import Size
from bench.workspace import Slack

# Few, so that the smallest database follows no more; each takes eight messages at once, then one a second.
_CHANNELS = 10
_LONGEST = 7
# Repositories that nobody follows: their events are read and looked up, and end there.
_UNFOLLOWED, _UNFOLLOWED_FROM = 500, 50_000


@dataclass(frozen=True, slots=True)
class Point:
    """One size of the database."""

    follows: int = _CHANNELS
    stored: int = 0

    @property
    def name(self) -> str:
        """Return what is large about it."""
        return f"{self.stored:,} deliveries" if self.stored else f"{self.follows:,} subscriptions"


async def measure(points: list[Point], size: Size, rounds: int) -> dict[str, list[Round]]:
    """Measure each point so many times, in turn, each time on a fresh copy of its SQLite database."""
    found: dict[str, list[Round]] = {point.name: [] for point in points}
    with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as name:
        async with workspace.opened(_CHANNELS) as slack:
            for number, point in enumerate(points):
                folder = Path(name) / str(number)
                url = databases.sqlite(folder)
                await databases.fill(url, slack.ready.channels, follows=point.follows, stored=point.stored)
            first = 1
            order = list(enumerate(points))
            for _ in range(rounds):
                for number, point in order:
                    async with _copied(Path(name) / str(number)) as folder:
                        found[point.name].append(await _point(slack, folder, size, first))
                    first += 1_000
                order.reverse()
    return found


@asynccontextmanager
async def _copied(folder: Path) -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as name:
        await asyncio.to_thread(shutil.copytree, folder, name, dirs_exist_ok=True)
        yield Path(name)


async def _point(slack: Slack, folder: Path, size: Size, first: int) -> Round:
    """Measure one start, events that reach nobody at saturation, and cards at the slow rate."""
    url = databases.sqlite(folder)
    async with bots.running(slack, url, folder) as target:
        found: Round = {"ready": target.ready}
        already = await slack.count()

        async def followed(number: int) -> float:
            """Let each channel hear of one pull request, and return when the last did."""
            nonlocal already
            outcome = await acknowledged(Job(target.ports, _CHANNELS, _CHANNELS, number))
            already += _CHANNELS
            await slack.posted(already)
            return max(moments(outcome, await slack.posts()))

        await followed(first)
        before = target.cpu()
        job = Job(target.ports, size.events, _UNFOLLOWED, first, first_repo=_UNFOLLOWED_FROM)
        outcome = await acknowledged(job)
        # What comes last is worked off last.
        end = await followed(first + 1)
        found["unfollowed/s"] = size.events / (end - outcome.sent[0])
        found["unfollowed cpu"] = (target.cpu() - before) * 1000 / (size.events + _CHANNELS)
        count = SLOW * min(size.seconds, _LONGEST)
        found |= await slow(
            target, slack, Job(target.ports, count, _CHANNELS, first + 2, connections=8, rate=SLOW)
        )
        found["rss"] = target.rss()
    return found
