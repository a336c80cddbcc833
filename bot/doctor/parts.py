"""The database, the mail server, the language model, and the address that people reach us by."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from bot.clients.llm import Llm
from bot.clients.mail import Mailer
from bot.config import Settings
from bot.doctor.finding import Finding
from bot.doctor.trouble import reason
from bot.errors import ConfigurationError, PatchForgeError
from bot.mails.templates import load
from bot.reviews.around import owner_problems
from bot.subscriptions import listening
from storage.database import Database, DatabaseUnavailable
from storage.migrate import config
from storage.tables import jobs

_MOST_LINES = 20
_ROOM = 500 * 1024**2
_LOCAL = {"127.0.0.1", "localhost", "::1", "0.0.0.0"}  # noqa: S104 - compared, not listened on


async def check_database(settings: Settings) -> tuple[list[Finding], list[str]]:
    """Look at the database; return what was found out, and the repositories that are followed."""
    database = Database(settings.database_url)
    shown = database.url.render_as_string(hide_password=True)
    folder = Path(database.url.database or ".").parent
    found: list[Finding] = []
    repos: list[str] = []
    if _is_missing(database):
        return [Finding("note", "Database", f"{shown} is not there yet; `patchforge run` makes it")], []
    try:
        await database.open()
        try:
            current, head = await database.read(_revisions)
            if current != head:
                says = f"{shown} is at {current or 'no'} revision, not {head}: run `patchforge db upgrade`"
                return [Finding("fix", "Database", says)], []
            repos = await database.read(listening.repos)
            await database.write(lambda connection: connection.execute(_NOTHING))
            found.append(Finding("ok", "Database", f"{shown}, migrated and writable"))
            wrong = await database.read(lambda connection: owner_problems(connection, repos))
            found += [Finding("note", "CODEOWNERS", says) for says in wrong[:_MOST_LINES]]
        finally:
            await database.aclose()
    except (DatabaseUnavailable, SQLAlchemyError, OSError) as error:
        says = f"{shown} cannot be used: {str(error).partition(chr(10))[0]}; check DATABASE_URL"
        return [Finding("fix", "Database", says)], repos
    if database.is_sqlite:
        free = shutil.disk_usage(folder).free
        if free < _ROOM:
            found.append(Finding("fix", "Disk", f"{free // 1024**2} MB left in {folder}: make room"))
        else:
            found.append(Finding("ok", "Disk", f"{free // 1024**3} GB left"))
    return found, repos


def _is_missing(database: Database) -> bool:
    return database.is_sqlite and not Path(database.url.database or "").is_file()


_NOTHING = update(jobs).where(jobs.c.id == -1).values(state=jobs.c.state)


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    script = ScriptDirectory.from_config(config(connection))
    return MigrationContext.configure(connection).get_current_revision(), script.get_current_head()


async def check_mail(settings: Settings) -> Finding:
    """Greet the mail server as for a message: connection, TLS, login, sender; and read the templates."""
    mailer = Mailer.from_settings(settings)
    if mailer is None:
        return Finding("note", "E-mail", "off: no SMTP_HOST, so approved notes are mailed to nobody")
    try:
        load(settings.mail_templates)
        await mailer.check(settings.mail_from or "")
    except ConfigurationError as error:
        return Finding("fix", "E-mail", str(error))
    except PatchForgeError as error:
        return Finding(
            "fix",
            "E-mail",
            f"{reason(error)}; check SMTP_HOST, SMTP_PORT, SMTP_SECURITY, MAIL_FROM and the login",
        )
    safe = settings.smtp_security != "none" or settings.smtp_host in _LOCAL
    if not safe:
        return Finding("note", "E-mail", "works, but unencrypted: set SMTP_SECURITY to starttls or tls")
    return Finding("ok", "E-mail", f"{settings.smtp_host} takes mail from {settings.mail_from}")


async def check_model(settings: Settings, http: httpx.AsyncClient) -> Finding:
    """Ask the model's provider whether it has the model for us."""
    llm = Llm.from_settings(settings, http)
    if not llm.enabled:
        return Finding(
            "note", "Language model", "offline: notes are written by rules; set GROQ_API_KEY for better"
        )
    try:
        await llm.check()
    except PatchForgeError as error:
        return Finding(
            "fix", "Language model", f"{llm.model}: {reason(error)}; check LLM_MODEL, its key and address"
        )
    return Finding("ok", "Language model", f"{llm.model} is there")


async def check_address(settings: Settings, http: httpx.AsyncClient) -> AsyncIterator[Finding]:
    """See whether PUBLIC_URL leads to a bot."""
    address = settings.base_url
    if urlsplit(address).hostname in _LOCAL:
        yield Finding(
            "note",
            "PUBLIC_URL",
            f"{address} is this machine only: neither GitHub nor the readers of mails reach it",
        )
    try:
        answer = await http.get(f"{address}/healthz", timeout=5)
    except httpx.HTTPError as error:
        if (why := reason(error)) != str(error):
            yield Finding("fix", "PUBLIC_URL", f"{address}: {why}")
        else:
            says = f"nobody answers at {address} now; start the bot, then ask again"
            yield Finding("note", "PUBLIC_URL", says)
        return
    if answer.status_code == 200 and answer.text.startswith('{"alive"'):
        yield Finding("ok", "PUBLIC_URL", f"a PatchForge answers at {address}")
    else:
        yield Finding(
            "fix", "PUBLIC_URL", f"{address}/healthz answers {answer.status_code}: let it lead to HTTP_PORT"
        )
