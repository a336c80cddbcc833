"""T6: the database is locked, full, or gone; nothing is promised that is not kept."""

import asyncio
import contextlib
import resource
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from battery.kit import Company, Count, Experiment, Means, NotTried, eventually, postgres
from battery.stage import Stage, sent_until_taken, stage, title
from battery.suite import runs

_PULLS = 24
_CHANNELS = 4
_LOCKS = (2.0, 10.0, 60.0)
_SHORT = 10.0
_FULL = 8.0
_KILLING = 20.0
_BETWEEN = 0.02

Trouble = Callable[[], AbstractAsyncContextManager[None]]


async def _during(
    scene: Stage, trouble: Trouble, count: Count, name: str, first: int, *, within: float = 0.0
) -> None:
    """Send events before and during the trouble, each until it is taken: every one must get its card."""
    before = range(first, first + _CHANNELS)
    during = range(first + _CHANNELS, first + _PULLS)

    async def send(numbers: range, within: float = 0.0) -> Counter[int]:
        parts = [numbers[start::_CHANNELS] for start in range(_CHANNELS)]
        answers: Counter[int] = Counter()
        for part in await asyncio.gather(
            *(sent_until_taken(scene, part, repo, within=within) for repo, part in enumerate(parts))
        ):
            answers += part
        return answers

    answers = await send(before)
    async with trouble():
        sending = asyncio.create_task(send(during, within))
        await asyncio.wait({sending}, timeout=0.5)
    answers += await sending
    expected = {title(number) for number in (*before, *during)}
    await eventually(lambda: scene.titles().keys() >= expected)
    found = scene.titles()
    for one in sorted(expected):
        count.check(found[one] == 1, f"{name}: {one} has {found[one]} cards")
    if wrong := {status for status in answers if status not in {0, 202, 503}}:
        count.failures.append(f"{name}: answered {wrong}")
    count.facts[f"{name}:"] = ", ".join(
        f"{times} {status or 'broken off'}" for status, times in sorted(answers.items())
    )


async def _locked(means: Means) -> Count:
    count, place = Count(), means.place("locked")
    path = place / "bot.db"
    async with stage(place, f"sqlite+aiosqlite:///{path}", channels=_CHANNELS) as scene:
        for turn, seconds in enumerate(_LOCKS):
            if means.scale < 1 and seconds > _SHORT * max(means.scale, 0.2):
                continue

            @contextlib.asynccontextmanager
            async def lock(seconds: float = seconds) -> AsyncIterator[None]:
                with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
                    other.execute("BEGIN IMMEDIATE")
                    yield
                    await asyncio.sleep(seconds)
                    other.execute("ROLLBACK")

            await _during(scene, lock, count, f"locked for {seconds:.0f} s", 1 + turn * _PULLS)
    return count


async def _full(means: Means) -> Count:
    """Let no file of the bot grow: what a full disk looks like to SQLite."""
    count, place = Count(), means.place("full")
    if sys.platform != "linux":
        raise NotTried("it needs Linux")
    async with stage(place, f"sqlite+aiosqlite:///{place}/bot.db", channels=_CHANNELS) as scene:
        for turn in range(means.times(3)):

            @contextlib.asynccontextmanager
            async def fill(turn: int = turn) -> AsyncIterator[None]:
                (process,) = _pids(place)
                size = (place / "bot.db-wal").stat().st_size if turn % 2 else 0
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
                yield
                await asyncio.sleep(_FULL)
                resource.prlimit(
                    process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                )

            await _during(scene, fill, count, f"full, time {turn + 1}", 1 + turn * _PULLS)
    return count


def _pids(place: Path) -> list[int]:
    """Return the processes that run in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink() == place:
                found.append(int(entry.name))
    return found


async def _hung_up(means: Means) -> Count:
    """Kill every PostgreSQL backend of the bot, again and again."""
    count, place = Count(), means.place("postgres")
    async with postgres(means) as url, stage(place, url, channels=_CHANNELS) as scene:
        plain = make_url(url).set(drivername="postgresql", database="postgres")
        admin = await asyncpg.connect(plain.render_as_string(hide_password=False))
        name = make_url(url).database

        async def hang_up() -> None:
            while True:
                await admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
                )
                await asyncio.sleep(_BETWEEN)

        long = means.times(_KILLING, least=4)

        @contextlib.asynccontextmanager
        async def kill() -> AsyncIterator[None]:
            killing = asyncio.create_task(hang_up())
            yield
            await asyncio.sleep(long)
            killing.cancel()
            await asyncio.wait({killing})

        for turn in range(means.times(3)):
            await _during(
                scene, kill, count, f"backends killed, time {turn + 1}", 1 + turn * _PULLS, within=long
            )
        await admin.close()
    return count


EXPERIMENTS = (
    Experiment(
        "T6",
        "SQLite locked by another for 2, 10 and 60 s",
        "pull requests",
        _locked,
        seconds=110,
        company=Company.WAITS,
    ),
    Experiment(
        "T6",
        "no file can grow, as when the disk is full",
        "pull requests",
        _full,
        seconds=50,
        company=Company.WAITS,
    ),
    Experiment(
        "T6",
        f"PostgreSQL's backends killed every {_BETWEEN} s",
        "pull requests",
        _hung_up,
        seconds=90,
        company=Company.WAITS,
    ),
    Experiment(
        "T6",
        "503 while the database is away, no false 202, drained unaided",
        "runs of the tests",
        runs("tests/doors/test_database_outage.py", repeat=2),
        seconds=30,
    ),
)
