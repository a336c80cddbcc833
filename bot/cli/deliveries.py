"""What `patchforge inbox` does."""

from collections.abc import Sequence

import typer
from sqlalchemy import Connection, RowMapping

from blocks.evidence import plain
from bot.cli.tools import CommandError, cell, console, one_of, table, with_database
from bot.config import load_settings
from bot.facts import payloads
from bot.models import SystemClock
from handlers.evidence.opened import open_up
from handlers.evidence.outcomes import Eyes
from handlers.evidence.stories import of_delivery
from storage import evidence
from storage.database import Database

STATES = ("new", "done", "ignored", "failed")
"""Where a delivery may stand."""


def print_list(state: str | None, event: str | None, repo: str | None, limit: int) -> None:
    """Print deliveries, the latest first; raises ConfigurationError for an unknown state."""
    wanted = one_of("--state", state, STATES)

    def read(connection: Connection) -> Sequence[RowMapping]:
        return evidence.latest_deliveries(
            connection,
            repos=[repo.lower()] if repo else None,
            state=wanted,
            event=event,
            limit=limit + 1,
            bodies=False,
        )

    rows = with_database(lambda database: database.read(read))
    names = ("RECEIVED", "STATE", "EVENT", "REPOSITORY", "TRIES", "ID", "ERROR")
    out = console()
    out.print(table(names, [_row(row) for row in rows[:limit]]) if rows else "There are none.")
    if len(rows) > limit:
        out.print(f"There are more; --limit shows up to 1000, {limit} now.")


def print_one(guid: str) -> None:
    """Print the path of one delivery."""
    eyes = Eyes(channel="", everything=True, web_url=load_settings().github_web_url, workspace_url="")

    async def look(database: Database) -> None:
        opened = open_up(_found(await database.read(lambda found: evidence.delivery(found, guid)), guid))
        told = await database.read(lambda connection: of_delivery(connection, opened, eyes))
        out = console()
        out.print(cell(plain(told.title)), style="bold")
        out.print(cell(f"{told.fate.mark} {plain(told.fate.parts)}", 1000))
        for section in told.sections:
            out.print()
            out.print(cell(section.title), style="bold")
            for line in section.lines:
                out.print(cell(f"{line.mark} {plain(line.parts)}", 1000))

    with_database(look)


def retry(guid: str) -> None:
    """Let a delivery be processed once more."""

    async def work(database: Database) -> None:
        row = _found(await database.read(lambda found: evidence.delivery(found, guid)), guid)
        if not row["body"]:
            raise CommandError(f"the body of {guid} is no longer kept; redeliver it from GitHub's page")
        if row["event"] not in payloads.EVENTS:
            raise CommandError(f"PatchForge does nothing with {cell(row['event'])} events")
        now = SystemClock().now()
        await database.write(lambda connection: evidence.replay(connection, row["id"], now=now))

    with_database(work)
    typer.echo(f"{guid} will be processed once more: at once if PatchForge runs, else when it starts.")


def park(guid: str, reason: str) -> None:
    """Set a delivery that waits aside: it counts as failed until somebody retries it."""

    async def work(database: Database) -> None:
        row = _found(await database.read(lambda found: evidence.delivery(found, guid)), guid)
        now, why = SystemClock().now(), reason[:500]
        if not await database.write(
            lambda connection: evidence.park_delivery(connection, row["id"], now=now, reason=why)
        ):
            raise CommandError(f"{guid} is {row['state']} and cannot be parked")

    with_database(work)
    typer.echo(f"{guid} is set aside; patchforge inbox retry {guid} sets it going again.")


def _row(row: RowMapping) -> tuple[object, ...]:
    event = f"{row['event']} {row['action'] or ''}"
    return row["received_at"], row["state"], event, row["repo"], row["attempts"], row["guid"], row["error"]


def _found(row: RowMapping | None, guid: str) -> RowMapping:
    if row is None:
        raise CommandError(f"there is no delivery {cell(guid)}; patchforge inbox list shows the latest")
    return row
