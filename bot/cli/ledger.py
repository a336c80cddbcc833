"""What `patchforge jobs` does."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import typer
from sqlalchemy import Connection, RowMapping

from bot.cli.tools import CommandError, cell, console, one_of, table, with_database
from bot.evidence.masks import masked
from bot.models import JobState, SystemClock
from storage import evidence
from storage.database import Database


def print_list(state: str | None, kind: str | None, repo: str | None, limit: int) -> None:
    """Print jobs, the latest first; raises ConfigurationError for an unknown state."""
    wanted = one_of("--state", state, tuple(JobState))

    def read(connection: Connection) -> Sequence[RowMapping]:
        return evidence.latest_jobs(connection, state=wanted, kind=kind, repo=repo, limit=limit + 1)

    rows = with_database(lambda database: database.read(read))
    names = ("NUMBER", "STATE", "KIND", "KEY", "TRIES", "DUE OR DONE", "REPOSITORY", "ERROR")
    out = console()
    out.print(table(names, [_row(row) for row in rows[:limit]]) if rows else "There are none.")
    if len(rows) > limit:
        out.print(f"There are more; --limit shows up to 1000, {limit} now.")


def print_one(number: int) -> None:
    """Print all that the ledger knows of a job."""
    row = with_database(lambda database: _job(database, number))
    facts: dict[str, object] = {
        "number": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "key": row["key"],
        "ordering": row["ordering"],
        "lane": row["lane"],
        "priority": row["priority"],
        "failed attempts": row["attempts"],
        "asked for": f"{row['wanted']} times",
        "may have happened": "yes" if row["suspect"] else "no",
        "payload": masked(msgspec.json.encode(row["payload"]).decode()),
        "outcome": masked(msgspec.json.encode(row["outcome"]).decode()) if row["outcome"] else None,
        "error": masked(row["error"] or ""),
        "created": row["created_at"],
        "due": row["run_at"],
        "leased until": row["lease_until"],
        "finished": row["finished_at"],
    }
    shown = ((name, cell(value, 1000)) for name, value in facts.items() if value not in {None, ""})
    console().print(table(("FACT", "VALUE (times are UTC)"), shown))


def retry(number: int) -> None:
    """Let a job that waits or was stopped run now, with all its attempts before it."""
    _change(number, lambda found, now: evidence.retry_job(found, number, now=now), "retried")
    typer.echo(f"Job {number} is due now: PatchForge takes it up within seconds if it runs.")


def park(number: int, reason: str) -> None:
    """Set a job that waits aside, until somebody retries it."""
    _change(
        number, lambda found, now: evidence.park_job(found, number, now=now, reason=reason[:500]), "parked"
    )
    typer.echo(f"Job {number} is parked; patchforge jobs retry {number} sets it going again.")


def _change(number: int, change: Callable[[Connection, datetime], bool], done: str) -> None:
    async def work(database: Database) -> None:
        row = await _job(database, number)
        now = SystemClock().now()
        if not await database.write(lambda connection: change(connection, now)):
            raise CommandError(f"job {number} is {row['state']} and cannot be {done}")

    with_database(work)


async def _job(database: Database, number: int) -> RowMapping:
    row = await database.read(lambda connection: evidence.job(connection, number))
    if row is None:
        raise CommandError(f"there is no job {number}; patchforge jobs list shows the latest")
    return row


def _row(row: RowMapping) -> tuple[object, ...]:
    moment = row["finished_at"] or row["run_at"]
    error = masked(row["error"] or "")
    return row["id"], row["state"], row["kind"], row["key"], row["attempts"], moment, row["repo"], error
