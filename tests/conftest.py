"""Fixtures: a database of each kind, and a world with the bot in it."""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.migrate import upgrade
from tests.world import World, open_world

POSTGRES = "PATCHFORGE_TEST_POSTGRES_URL"
_SKIPPED = f"set {POSTGRES}=postgresql+asyncpg://user@host/db to run the stores on PostgreSQL too"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was skipped and how to run it, one line a reason."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} {reason[:1].lower()}{reason[1:]}")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the machine's own settings and .env away from the tests."""
    for name in os.environ:
        if name.startswith(("SLACK_", "GITHUB_", "LLM_", "GROQ_", "SMTP_", "MAIL_", "OPENAI_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of a fresh SQLite file."""
    return f"sqlite+aiosqlite:///{tmp_path}/test.db"


@asynccontextmanager
async def _postgres_database(template: str = "template1") -> AsyncIterator[str]:
    """Make a PostgreSQL database, and drop it afterwards; skip where there is no server."""
    configured = os.environ.get(POSTGRES)
    if not configured:
        pytest.skip(_SKIPPED)
    url = make_url(configured)
    name = f"patchforge_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def _migrate(url: str) -> None:
    database = await Database(url).open()
    await upgrade(database)
    await database.aclose()


@pytest.fixture(scope="session")
def migrated_template() -> Iterator[str]:
    """Migrate one PostgreSQL database; the tests' own are copies of it, which takes a tenth of the time."""
    with asyncio.Runner() as runner:
        made = _postgres_database()
        url = runner.run(made.__aenter__())
        runner.run(_migrate(url))
        yield str(make_url(url).database)
        runner.run(made.__aexit__(None, None, None))


@pytest.fixture
async def postgres_url(migrated_template: str) -> AsyncIterator[str]:
    """Make a fresh, migrated PostgreSQL database for one test, and drop it afterwards."""
    async with _postgres_database(migrated_template) as url:
        yield url


@pytest.fixture
async def empty_postgres_url() -> AsyncIterator[str]:
    """Make an empty PostgreSQL database for one test, and drop it afterwards."""
    async with _postgres_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a fresh database of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open a fresh, migrated database of each kind."""
    opened = await Database(database_url).open()
    await upgrade(opened)
    yield opened
    await opened.aclose()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start the stand-ins with the bot among them, on SQLite."""
    async with open_world(sqlite_url) as opened:
        yield opened
