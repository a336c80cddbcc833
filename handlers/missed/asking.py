"""Ask for a job for each of very many repositories."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage import jobs
from storage.database import Database

# So many are asked for within a few milliseconds; then others may write.
_FEW = 25


async def ask_for(database: Database, kind: str, prefix: str, repos: Sequence[str], *, now: datetime) -> None:
    """Ask for a job of this kind for each repository, unless it waits already; a few in a transaction."""
    for begin in range(0, len(repos), _FEW):
        some = repos[begin : begin + _FEW]
        await database.write(
            lambda connection, some=some: _ask(connection, kind, prefix, some, now)  # type: ignore[misc]
        )


def _ask(connection: Connection, kind: str, prefix: str, repos: Sequence[str], now: datetime) -> None:
    for repo in repos:
        jobs.enqueue(
            connection,
            kind,
            f"{prefix}:{repo}"[:200],
            payload={"repo": repo},
            now=now,
            priority=jobs.HOUSEKEEPING,
            again=True,
        )
