"""`patchforge doctor`: every setting with where it came from, and whether the outside answers."""

import re
from collections.abc import Awaitable, Callable

import aiohttp
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bot.clients.slack import Slack, open_socket
from bot.config import Settings, origins
from bot.errors import PatchForgeError
from storage.database import Database, DatabaseUnavailable

# What stands between `//` and the last `@` before the path.
_USERINFO = re.compile(r"://[^/?#]*@")
_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def examine(settings: Settings) -> int:
    """Print the settings and the checks; return 0 if everything answers, 1 if not."""
    console = Console(highlight=False)
    console.print(_settings_table(settings))
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        checks: tuple[tuple[str, Callable[[], Awaitable[str]]], ...] = (
            ("Slack bot token", lambda: _bot_token(settings, session)),
            ("Slack app token", lambda: _app_token(settings, session)),
            ("Database", lambda: _database(settings)),
        )
        healthy = True
        for name, check in checks:
            try:
                console.print(f"[green]✓[/green] {name}: {await check()}")
            except (PatchForgeError, DatabaseUnavailable) as error:
                healthy = False
                console.print(f"[red]✗[/red] {name}: ", end="")
                console.print(str(error), markup=False)
    return 0 if healthy else 1


def _settings_table(settings: Settings) -> Table:
    came_from = origins()
    table = Table("Variable", "Value", "From", title="Settings", title_justify="left")
    for name in type(settings).model_fields:
        variable = name.upper()
        table.add_row(variable, _masked(getattr(settings, name)), came_from.get(variable, "default"))
    return table


def _masked(value: object) -> str:
    """Show a value; of a secret only that it is there, and of an address no password."""
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, tuple):
        return f"{len(value)} set" if value else "—"
    return "—" if value in (None, "") else _USERINFO.sub("://***@", str(value))


async def _bot_token(settings: Settings, session: aiohttp.ClientSession) -> str:
    if settings.slack_bot_token is None:
        raise PatchForgeError("SLACK_BOT_TOKEN is not set")
    token = settings.slack_bot_token.get_secret_value()
    identity = await Slack(session, token=token, base_url=settings.slack_api_url).identify()
    return f"the bot of {identity.get('team', 'a workspace')}"


async def _app_token(settings: Settings, session: aiohttp.ClientSession) -> str:
    if settings.slack_app_token is None:
        raise PatchForgeError("SLACK_APP_TOKEN is not set")
    token = settings.slack_app_token.get_secret_value()
    await open_socket(session, token=token, base_url=settings.slack_api_url)
    return "Socket Mode may be opened"


async def _database(settings: Settings) -> str:
    database = await Database(settings.database_url).open()
    try:
        await database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    finally:
        await database.aclose()
    return database.url.render_as_string(hide_password=True)
