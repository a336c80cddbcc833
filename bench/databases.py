"""Fresh databases for what is measured, with as many rows in them as a long life leaves behind."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
from sqlalchemy import Connection, Table
from sqlalchemy.engine import make_url

from bench import payloads
from bot.models import SystemClock
from storage.bodies import packed
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import deliveries, jobs, subscriptions

_CHUNK = 20_000
_REPOS_OF_CHANNEL = 100
_BODY = packed(b'{"action":"opened"}')


def sqlite(folder: Path) -> str:
    """Return the address of the folder's SQLite file."""
    return f"sqlite+aiosqlite:///{folder}/bench.db"


@contextlib.asynccontextmanager
async def postgres(server: str, purpose: str = "bench") -> AsyncIterator[str]:
    """Make a database on the server that the address leads to, and drop it afterwards."""
    url = make_url(server)
    name = f"patchforge_{purpose}_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def fill(url: str, channels: Sequence[str], *, follows: int = 0, stored: int = 0) -> None:
    """Migrate the database and let each channel follow one repository of the load.

    Other repositories are added until there are `follows` subscriptions, and `stored` deliveries that were
    processed within the last day, each with a finished job.
    """
    now = SystemClock().now()
    database = await Database(url).open()
    try:
        await upgrade(database)
        followed = [(channel, payloads.repo_name(index)) for index, channel in enumerate(channels)]
        for index in range(follows - len(channels)):
            channel = f"C{index // _REPOS_OF_CHANNEL:08d}"
            followed.append((channel, f"bench-org/elsewhere-{index:06d}"))
        for start in range(0, len(followed), _CHUNK):
            await database.write(_subscribing(followed[start : start + _CHUNK], now))
        for start in range(0, stored, _CHUNK):
            numbers = range(start, min(start + _CHUNK, stored))
            await database.write(_storing(deliveries, list(_deliveries(numbers, stored, now))))
            await database.write(_storing(jobs, list(_jobs(numbers, stored, now))))
    finally:
        await database.aclose()


def _storing(table: Table, rows: list[dict[str, object]]) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        connection.execute(table.insert(), rows)

    return work


def _subscribing(followed: Sequence[tuple[str, str]], now: datetime) -> Callable[[Connection], None]:
    shared = {"features": ["reviews", "merges"], "filter": "", "created_by": "U0BENCH", "created_at": now}
    rows = [{"channel": channel, "repo": repo, **shared} for channel, repo in followed]
    return _storing(subscriptions, rows)


def _deliveries(numbers: range, stored: int, now: datetime) -> Iterator[dict[str, object]]:
    for number in numbers:
        at = now - timedelta(days=1) * (1 - number / stored)
        yield {
            # Spread over the index as GitHub's are.
            "guid": secrets.token_hex(18),
            "event": "pull_request",
            "action": "opened",
            "repo": f"bench-org/elsewhere-{number % 1000:06d}",
            "body": _BODY,
            "state": "done",
            "received_at": at,
            "run_at": at,
            "processed_at": at,
        }


def _jobs(numbers: range, stored: int, now: datetime) -> Iterator[dict[str, object]]:
    for number in numbers:
        at = now - timedelta(days=1) * (1 - number / stored)
        yield {
            "kind": "slack.show",
            "key": f"slack.show:old:{secrets.token_hex(8)}",
            "ordering": f"card:old:{number}",
            "payload": {},
            "state": "done",
            "priority": 2,
            "attempts": 1,
            "run_at": at,
            "delivery_id": number + 1,
            "created_at": at,
            "finished_at": at,
        }
