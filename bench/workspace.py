"""The bench's side of the Slack that runs in a process of its own."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from bench.processes import line, python
from bench.slack import Ready

# After so many seconds without a message no more are expected.
_SILENCE = 30.0


@dataclass(frozen=True, slots=True)
class Slack:
    """The running workspace."""

    process: asyncio.subprocess.Process
    ready: Ready

    async def _ask(self, question: str) -> bytes:
        assert self.process.stdin is not None  # noqa: S101 - a pipe, as started
        self.process.stdin.write(question.encode() + b"\n")
        return await line(self.process)

    async def count(self) -> int:
        """Return how many messages were posted."""
        return msgspec.json.decode(await self._ask("count"), type=int)

    async def posts(self) -> dict[str, float]:
        """Return when each pull request's card arrived, by its link."""
        return msgspec.json.decode(await self._ask("posts"), type=dict[str, float])

    async def posted(self, number: int) -> None:
        """Wait until that many messages were posted; raises RuntimeError when no more of them come."""
        last, since = -1, time.monotonic()
        while (count := await self.count()) < number:
            if count > last:
                last, since = count, time.monotonic()
            elif time.monotonic() > since + _SILENCE:
                raise RuntimeError(f"only {count:,} of {number:,} messages were posted")
            await asyncio.sleep(0.02)

    async def type(self) -> None:
        """Let a person type ten commands a second, one after the other."""
        await self._ask("type")

    async def typed(self) -> list[float]:
        """Let the person stop, and return how many seconds each acknowledgement took."""
        return msgspec.json.decode(await self._ask("typed"), type=list[float])


@contextlib.asynccontextmanager
async def opened(channels: int) -> AsyncIterator[Slack]:
    """Run the sandbox's Slack with that many channels."""
    async with python("bench.slack", str(channels)) as process:
        yield Slack(process, msgspec.json.decode(await line(process), type=Ready))
