"""`patchforge doctor`: every setting with where it came from, and whether the outside answers."""

import re
from collections.abc import AsyncIterator

import aiohttp
import httpx
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config import Settings, origins
from bot.doctor.finding import Finding
from bot.doctor.github import check_device_flow, check_github
from bot.doctor.parts import check_address, check_database, check_mail, check_model
from bot.doctor.slack import check_slack
from bot.logs import Redactor
from bot.models import Clock, SystemClock

# What stands between `//` and the last `@` before the path.
_USERINFO = re.compile(r"://[^/?#]*@")
_TIMEOUT = 10.0
_STYLES = {"ok": "green", "note": "yellow", "fix": "bold red"}

__all__ = ["Finding", "examine", "findings"]


async def examine(settings: Settings) -> int:
    """Print the settings and what each check found; return 0 if there is nothing to fix, 1 if there is."""
    console, redactor, healthy = Console(highlight=False), Redactor(settings), True
    console.print(_settings_table(settings))
    async for found in findings(settings, SystemClock()):
        healthy = healthy and found.mark != "fix"
        says = redactor.redact(_USERINFO.sub("://***@", found.says))
        console.print(
            Text(f"{found.mark:<5}", _STYLES[found.mark]), Text(f"{found.about}: {says}"), soft_wrap=True
        )
    return 0 if healthy else 1


async def findings(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Check everything for real, one after the other."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=True) as http,
    ):
        async for found in check_slack(settings, session, clock):
            yield found
        of_database, repos = await check_database(settings)
        for found in of_database:
            yield found
        async for found in check_device_flow(settings, http):
            yield found
        async for found in check_github(settings, http, clock, repos):
            yield found
        yield await check_mail(settings)
        yield await check_model(settings, http)
        async for found in check_address(settings, http):
            yield found


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
