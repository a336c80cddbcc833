"""What the commands that look into the database share: opening it, and tables that hold hostile text."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from blocks.kit import clean
from bot.config import load_settings
from bot.errors import ConfigurationError, PatchForgeError
from storage.database import Database, DatabaseUnavailable

# Where nobody reads along, lines are not broken.
_WIDE = 250

T = TypeVar("T")


class CommandError(PatchForgeError):
    """What was asked for cannot be done; the text is one line."""


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the database, beside a bot that may be running; raises PatchForgeError."""
    database = Database(load_settings().database_url)
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        raise ConfigurationError(
            f"DATABASE_URL: there is no {database.url.database} yet; patchforge db upgrade makes it"
        )

    async def run() -> T:
        await database.open()
        try:
            return await work(database)
        except DatabaseUnavailable as error:
            raise CommandError(f"the database does not answer: {_line(error)}") from None
        except SQLAlchemyError as error:
            raise CommandError(
                f"the database cannot be read: {_line(error)}; patchforge db upgrade brings it up to date"
            ) from None
        finally:
            await database.aclose()

    return asyncio.run(run())


def one_of(option: str, value: str | None, known: Iterable[str]) -> str | None:
    """Return the value if it is known or None; raises ConfigurationError naming what is."""
    if value is None or value in set(known):
        return value
    raise ConfigurationError(f"{option}: {cell(value)} is none of {', '.join(known)}")


def console() -> Console:
    """Return the terminal, or what stands in its place."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE, soft_wrap=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Lay out rows as a table; what is in them is shown as it is, without anything that steers a terminal."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for column in made.columns:
        column.overflow = "fold"
    for row in rows:
        made.add_row(*(value if isinstance(value, Text) else cell(value) for value in row))
    return made


def cell(value: object, limit: int = 300) -> Text:
    """Show a value in one line; a moment to the second, in UTC."""
    if isinstance(value, datetime):
        return Text(value.strftime("%Y-%m-%d %H:%M:%S"))
    shown = "" if value is None else clean(str(value)).strip()
    return Text(f"{shown[:limit]}…" if len(shown) > limit else shown)


def _line(error: Exception) -> str:
    return clean(str(error.__cause__ or error).strip().partition("\n")[0])
