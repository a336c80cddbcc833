"""The command line: run, demo, doctor, db, inbox, jobs."""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any

import typer

from bot.cli import inbox, jobs
from bot.config import Settings, load_settings
from bot.errors import ConfigurationError, PatchForgeError

FAILURE, USAGE_ERROR = 1, 2


def main() -> None:
    """Run the command; what goes wrong is one line, with exit code 2 if it was asked for wrongly, else 1."""
    try:
        application()()
    except PatchForgeError as error:
        typer.echo(f"patchforge: {error}", err=True)
        sys.exit(USAGE_ERROR if isinstance(error, ConfigurationError) else FAILURE)


def application() -> typer.Typer:
    """Build the commands; what only one of them needs is imported when it runs."""
    cli = typer.Typer(
        help="From review request to an approved, e-mailed release note, in Slack.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    cli.command()(run)
    cli.command()(demo)
    cli.command()(doctor)
    database = typer.Typer(help="Look after the database.", no_args_is_help=True)
    database.command("upgrade")(upgrade)
    cli.add_typer(database, name="db")
    cli.add_typer(inbox.application(), name="inbox")
    cli.add_typer(jobs.application(), name="jobs")
    return cli


def run() -> None:
    """Run the bot until it is stopped."""
    # What loading makes stays for ever: looking through it for garbage took a seventh of the start.
    gc.disable()
    from bot import app, logs  # noqa: PLC0415 - keeps --help and mistakes quick

    gc.freeze()
    gc.enable()
    # An event leaves next to no cycles behind: looking for them after every 700 objects is dear.
    gc.set_threshold(20_000, 20, 50)
    settings = load_settings()
    logs.configure(settings)
    _in_loop(app.run(settings))


def demo(
    *,
    once: bool = typer.Option(False, "--once", help="Play the story without a browser, check it, and exit."),
    port: int = typer.Option(0, help="Port of the page; any free one by default."),
    browser: bool = typer.Option(True, help="Open the page in a browser."),
) -> None:
    """Try everything on this machine: a Slack, a GitHub and a mailbox of its own."""
    from sandbox.demo import run_demo  # noqa: PLC0415 - only this command needs the sandbox

    sys.exit(asyncio.run(run_demo(once=once, port=port, browser=browser)))


def doctor() -> None:
    """Show every setting with where it came from, and check that the outside answers."""
    from bot.doctor import examine  # noqa: PLC0415 - keeps the other commands quick

    sys.exit(asyncio.run(examine(load_settings())))


def upgrade() -> None:
    """Bring the database's schema up to date."""
    from storage.database import Database  # noqa: PLC0415 - keeps the other commands quick
    from storage.migrate import upgrade as migrate  # noqa: PLC0415 - keeps the other commands quick

    async def work(settings: Settings) -> None:
        database = await Database(settings.database_url).open()
        try:
            await migrate(database)
        finally:
            await database.aclose()

    _in_loop(work(load_settings()))
    typer.echo("The database is up to date.")


def _in_loop(work: Coroutine[Any, Any, None]) -> None:
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop  # noqa: PLC0415 - not to be had on Windows

    uvloop.run(work)
