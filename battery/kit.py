"""What the tests of the battery share: what they are given, and what they count."""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bench import databases

ROOT = Path(__file__).parents[1]
# Seconds; generous, as the machine may be busy.
PATIENCE = 120.0
# Failures that the report names; the others are only counted.
_NAMED = 3


class NotTried(Exception):
    """An experiment lacks something here; its message says what."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an experiment is given; at `scale` 1 it is as long as the report says."""

    folder: Path
    scale: float = 1.0
    seed: int = 20_261_120
    postgres: str | None = None

    def times(self, number: float, least: int = 1) -> int:
        """Return how many tries `number` are at this scale."""
        return max(round(number * self.scale), least)

    def dice(self, name: str) -> random.Random:
        """Return chance that is the same in every run with this seed."""
        return random.Random(f"{self.seed} {name}")  # noqa: S311 - no secret

    def place(self, name: str) -> Path:
        """Make a folder of one's own."""
        found = self.folder / name
        found.mkdir(parents=True, exist_ok=True)
        return found


@dataclass(slots=True)
class Count:
    """How often something was tried, what failed, and what else is worth saying."""

    tries: int = 0
    failures: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def check(self, holds: object, failure: str) -> None:
        """Count one try."""
        self.tries += 1
        if not holds:
            self.failures.append(failure)

    def add(self, other: "Count") -> None:
        """Count what another counted."""
        self.tries += other.tries
        self.failures += other.failures
        self.facts |= other.facts

    def said(self) -> str:
        """Return the facts and the first failures in words."""
        facts = [f"{name} {value}" for name, value in self.facts.items()]
        return "; ".join([*facts, *(failure.strip() for failure in self.failures[:_NAMED])])


class Company(StrEnum):
    """What may run beside an experiment: one that waits beside one that works, and nothing beside a clock."""

    WORKS = "works"
    WAITS = "waits"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One row of the report: which test, what is tried, and how; `unit` names one try.

    `seconds` are what it takes at full scale on two quiet cores.
    """

    test: str
    what: str
    unit: str
    run: Callable[[Means], Awaitable[Count]]
    seconds: int = 30
    company: Company = Company.WORKS


async def crowd(
    number: int, at_once: int, attempt: Callable[[int], Awaitable[None]], name: str, count: Count
) -> None:
    """Make so many attempts, a few at once; each that raises is a failure."""
    turn = asyncio.Semaphore(at_once)

    async def one(index: int) -> None:
        async with turn:
            try:
                await attempt(index)
            except Exception as error:  # noqa: BLE001 - the others go on, and the report tells
                count.check(False, f"{name} {index}: {brief(error)}")
            else:
                count.check(True, "")

    await asyncio.gather(*(one(index) for index in range(number)))


def brief(error: BaseException) -> str:
    """Return the first line of what an error says."""
    if isinstance(error, BaseExceptionGroup):
        return brief(error.exceptions[0])
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200] if lines else ''}"


def environment(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment of a bot that knows these settings and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {name.upper(): str(value) for name, value in values.items()}
    return kept | own | {"PYTHONPATH": str(ROOT)}


@contextlib.asynccontextmanager
async def postgres(means: Means) -> AsyncIterator[str]:
    """Make a database on the server, and drop it afterwards; raises NotTried without a server."""
    if not means.postgres:
        raise NotTried("no PostgreSQL")
    async with databases.postgres(means.postgres, "battery") as url:
        yield url


async def eventually(holds: Callable[[], object], timeout: float = PATIENCE, pause: float = 0.05) -> bool:
    """Wait until it holds; False when it does not in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            while not holds():  # noqa: ASYNC110 - it may be another process's doing
                await asyncio.sleep(pause)
            return True
    return False


def repeats(found: Sequence[str]) -> list[str]:
    """Return what is in the list more than once."""
    return sorted({one for one in found if found.count(one) > 1})
