"""T7: the clock jumps by hours and days, and summer time begins and ends; no schedule fires twice."""

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

from battery.kit import Company, Count, Experiment, Means, eventually
from bot.ledger.worker import Finish
from bot.models import Job
from storage import jobs
from storage.database import Database
from storage.migrate import upgrade
from tests.ledger.ledger_kit import Shop

_JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1))
_TICKS = 400
_EVERY = timedelta(minutes=10)
_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
# Half an hour before summer time begins and ends in Berlin, in New York, and on Lord Howe Island.
_NIGHTS = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 14, 30, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 0, tzinfo=UTC),
)


@contextlib.contextmanager
def _zone(name: str) -> Iterator[None]:
    """Live in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


@contextlib.asynccontextmanager
async def _shop(means: Means, name: str, did: Counter[str]) -> AsyncIterator[Shop]:
    async def do(job: Job) -> Finish:
        did[job.key] += 1
        return Finish()

    database = await Database(f"sqlite+aiosqlite:///{means.place(name)}/bot.db").open()
    await upgrade(database)
    try:
        yield Shop(database, do=do)
    finally:
        await database.aclose()


async def _tick(shop: Shop) -> str:
    """Ask as the scheduler does: the key holds the tick's number."""
    number = int(shop.clock.now().timestamp() // _EVERY.total_seconds())
    key = f"do:{number}"
    now = shop.clock.now()
    await shop.database.write(
        lambda found: jobs.enqueue(found, "do", key, now=now, priority=jobs.HOUSEKEEPING)
    )
    return key


async def _life(means: Means, name: str, begin: datetime, count: Count) -> None:
    did: Counter[str] = Counter()
    dice, asked = means.dice(name), set()
    async with _shop(means, name, did) as shop:
        shop.clock.moment = latest = begin
        async with shop.open():
            for _ in range(means.times(_TICKS, least=40)):
                shop.clock.pass_by(dice.uniform(0, 2 * _EVERY.total_seconds()))
                if dice.random() < 0.15:
                    shop.clock.moment += dice.choice(_JUMPS)
                latest = max(latest, shop.clock.now())
                asked.add(await _tick(shop))
            shop.clock.moment = latest + timedelta(days=2)
            await shop.pass_by(0)
            await eventually(lambda: did.keys() >= asked, 30)
            await asyncio.sleep(0.2)  # for what would come a second time
    for key in sorted(asked):
        count.check(did[key] == 1, f"{name}: {key} was done {did[key]} times")


async def _run(means: Means) -> Count:
    count = Count()
    for zone in _ZONES:
        with _zone(zone):
            for at, night in enumerate(_NIGHTS):
                await _life(means, f"{zone.replace('/', '-')}-{at}", night, count)
    count.facts["zones × nights:"] = f"{len(_ZONES)} × {len(_NIGHTS)}"  # noqa: RUF001 - a product
    return count


EXPERIMENTS = (
    Experiment(
        "T7",
        "the clock jumps by an hour and a day while summer time begins or ends",
        "ticks",
        _run,
        seconds=40,
        company=Company.WAITS,
    ),
)
