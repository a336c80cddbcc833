"""How long it takes to find out who hears of an event, among a hundred thousand subscriptions."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import Connection, insert

from bench.rules import pulls
from bot.filters.seen import Event, Seen
from bot.models import Pull
from bot.subscriptions import listening, matching
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import subscriptions

_FILTERS = (
    "",
    "draft:no",
    "event:merged",
    "-event:commented",
    "label:bug event:approved,merged",
    "base:main",
)
_OWNERS, _REPOSITORIES, _CHANNELS = 300, 20_000, 5_000


@dataclass(frozen=True, slots=True)
class Routing:
    """The seconds that each event took, in ascending order.

    `first` are the first events of their repositories, whose subscriptions are read from the database;
    `next` are the same once more.
    """

    first: Sequence[float]
    next: Sequence[float]


def routing(count: int = 100_000, events: int = 2_000, url: str = "") -> Routing:
    """Find out whom events concern, and judge by each filter; some subscriptions are to whole owners."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(url or f"sqlite+aiosqlite:///{Path(folder)}/bench.db", count, events))


async def _measure(url: str, count: int, events: int) -> Routing:
    database = await Database(url).open()
    try:
        await upgrade(database)
        random, pull = Random(7), pulls(1)[0][0].pull  # noqa: S311 - no secret is drawn
        rows = [_row(number, random) for number in range(count)]
        await database.write(lambda connection: connection.execute(insert(subscriptions), rows))
        chosen = [(random.randrange(_REPOSITORIES), random.choice(list(Event))) for _ in range(events)]
        rounds = [
            await database.write(lambda connection: sorted(_routed(connection, chosen, pull)))
            for _ in range(2)
        ]
        return Routing(*rounds)
    finally:
        await database.aclose()


def _routed(connection: Connection, chosen: Sequence[tuple[int, Event]], pull: Pull) -> list[float]:
    times, bare = list[float](), Seen(pull)
    for number, event in chosen:
        repo = f"acme{number % _OWNERS}/r{number}"
        begin = time.perf_counter()
        for one in listening.routes(connection, repo).candidates(repo, (event,)):
            matching.answer(connection, one, bare, now=pull.updated_at)
        times.append(time.perf_counter() - begin)
    return times


def _row(number: int, random: Random) -> dict[str, object]:
    whole = number % 50 == 0
    owner = f"acme{(number // 50 if whole else number) % _OWNERS}"
    return {
        "channel": f"C{number % _CHANNELS}-{number // _CHANNELS}",
        "repo": f"{owner}/*" if whole else f"{owner}/r{number % _REPOSITORIES}",
        "features": ["reviews", "merges"],
        "filter": f"{random.choice(_FILTERS)} label:l{number % 500}".strip(),
        "excluded": [f"{owner}/old-*"] if whole else None,
        "created_by": "U1",
        "created_at": datetime(2026, 1, 5, tzinfo=UTC),
    }
