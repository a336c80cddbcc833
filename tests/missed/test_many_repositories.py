"""A workspace that follows very many repositories."""

from collections import Counter
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from bot.models import SystemClock
from handlers.missed.asking import ask_for
from storage import missed
from storage.database import Database
from storage.tables import jobs, watches

# More than a statement may have values.
_MANY = 70_000


class Turns(Database):
    """The same database, which counts the transactions."""

    def __init__(self, inner: Database) -> None:
        self.inner, self.number = inner, 0

    async def write(self, work: object) -> object:  # type: ignore[override]
        """Count, and do it."""
        self.number += 1
        return await self.inner.write(work)  # type: ignore[arg-type]


async def test_what_nobody_follows_any_more_is_forgotten_among_very_many(database: Database) -> None:
    now = SystemClock().now()
    followed = [f"octo/r{number}" for number in range(_MANY)]

    def watch(connection: Connection, repos: list[str], now: datetime) -> None:
        for repo in repos:
            missed.set_watch(connection, repo, hooks=[], denied_at=now)

    await database.write(partial(watch, repos=["app", "octo/gone", *followed[:2]], now=now))
    await database.write(lambda found: missed.forget(found, keep=followed, before=now))
    left = await database.read(lambda found: found.execute(select(watches.c.repo)).scalars().all())
    assert sorted(left) == ["app", *followed[:2]]


async def test_each_is_asked_for_a_few_in_a_transaction(database: Database) -> None:
    repos = [f"octo/r{number}" for number in range(500)]
    turns = Turns(database)
    for _ in range(2):
        await ask_for(turns, "missed.repo", "missed", repos, now=SystemClock().now())
    assert turns.number >= 20
    asked = await database.read(lambda found: found.execute(select(jobs.c.payload, jobs.c.wanted)).all())
    assert Counter(row.payload["repo"] for row in asked) == Counter(repos)
    assert {row.wanted for row in asked} == {2}
