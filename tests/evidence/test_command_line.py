"""`patchforge inbox` and `patchforge jobs` look into the database beside a running bot."""

import asyncio
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.inbox.receiver import Delivery, as_row
from storage.database import Database
from storage.deliveries import insert_new
from storage.jobs import enqueue
from storage.migrate import upgrade
from storage.tables import jobs
from tests.evidence.evidence_kit import delivery
from tests.features.card_kit import rest
from tests.world import World

_PROJECT = Path(__file__).parents[2]
_NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


async def patchforge(database_url: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command as a process of its own; return its exit code and its two outputs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={**kept, "PYTHONPATH": str(_PROJECT), "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, out.decode(), err.decode()


async def asked(database_url: str, *arguments: str) -> str:
    """Run a command that works and return what it prints."""
    code, out, err = await patchforge(database_url, *arguments)
    assert (code, err) == (0, ""), err
    return out


async def refused(database_url: str, *arguments: str) -> tuple[int, str]:
    """Run a command that does not work; return its exit code and the one line that says why."""
    code, out, err = await patchforge(database_url, *arguments)
    assert out == ""
    (line,) = err.splitlines()
    return code, line


async def test_the_inbox_beside_a_running_bot(world: World) -> None:
    url = world.settings.database_url
    await world.subscribe("reviews")
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card()
    await world.github.settled()
    opened = delivery(world, "pull_request", "opened").guid
    listed = await asked(url, "inbox", "list")
    assert listed.split()[:7] == ["RECEIVED", "STATE", "EVENT", "REPOSITORY", "TRIES", "ID", "ERROR"]
    assert re.search(
        rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d +done +pull_request opened +{world.repo} +0 +{opened} *$",
        listed,
        re.MULTILINE,
    )
    only = await asked(
        url, "inbox", "list", "--state", "ignored", "--kind", "ping", "--repo", world.repo.upper()
    )
    assert [line.split()[3] for line in only.splitlines()[1:]] == ["ping"]
    assert "There are more; --limit shows up to 1000, 1 now." in await asked(
        url, "inbox", "list", "--limit", "1"
    )
    assert await asked(url, "inbox", "list", "--state", "failed") == "There are none.\n"
    shown = await asked(url, "inbox", "show", opened)
    assert shown.splitlines()[0] == f"pull_request opened · {world.repo}#13 {world.demo.feature.title}"
    assert "✓ The card in" in shown
    assert f"{world.channel.id} follows it with reviews; it has no filter." in shown
    assert "will be processed once more" in await asked(url, "inbox", "retry", opened)
    again = await asked(url, "inbox", "show", opened)
    while "✓ The card in" not in again:
        again = await asked(url, "inbox", "show", opened)
    assert len(world.slack.messages(world.channel.id)) == 1


async def test_a_parked_job_waits_until_somebody_retries_it_and_the_bot_takes_it_up(world: World) -> None:
    url = world.settings.database_url
    await world.subscribe("reviews")
    await world.slack.archive(world.channel.id)
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest(world)  # each of its deliveries tries the card anew
    parked = await asked(
        url, "jobs", "list", "--state", "parked", "--kind", "slack.show", "--repo", world.repo
    )
    assert "is_archived" in parked
    number = parked.splitlines()[1].split()[0]
    facts = await asked(url, "jobs", "show", number)
    assert re.search(r"^state +parked *$", facts, re.MULTILINE)
    assert re.search(r"^error +Slack refused chat.postMessage: is_archived *$", facts, re.MULTILINE)
    await world.slack.archive(world.channel.id, archived=False)
    assert "is due now" in await asked(url, "jobs", "retry", number)
    await world.card(timeout=15)
    while not re.search(r"^state +done *$", await asked(url, "jobs", "show", number), re.MULTILINE):
        pass  # the card is seen a moment before its job's end is recorded
    code, line = await refused(url, "jobs", "park", number)
    assert code == 1
    assert line.startswith(f"patchforge: job {number} is ")


async def test_a_waiting_job_is_set_aside_with_a_reason(sqlite_url: str) -> None:
    database = await Database(sqlite_url).open()
    await upgrade(database)
    await database.write(lambda connection: enqueue(connection, "test.job", "one", now=_NOW))
    await database.write(lambda connection: enqueue(connection, "test.job", "two \x1b[31m[red]", now=_NOW))
    try:
        assert "is parked" in await asked(sqlite_url, "jobs", "park", "1", "--reason", "not today")
        rows = await database.read(lambda connection: connection.execute(select(jobs)).mappings().all())
        assert [(row["state"], row["error"]) for row in rows] == [("parked", "not today"), ("ready", None)]
        listed = await asked(sqlite_url, "jobs", "list")
        assert "\x1b" not in listed
        assert "two [31m[red]" in listed
        assert "is due now" in await asked(sqlite_url, "jobs", "retry", "1")
        rows = await database.read(lambda connection: connection.execute(select(jobs)).mappings().all())
        assert [row["state"] for row in rows] == ["ready", "ready"]
    finally:
        await database.aclose()


async def test_a_waiting_delivery_is_set_aside_with_a_reason_and_retried(sqlite_url: str) -> None:
    url, database = sqlite_url, await Database(sqlite_url).open()
    await upgrade(database)
    row = as_row(Delivery("g-1", "push", None, "acme/web", b"{}", "new", _NOW))
    await database.write(lambda connection: insert_new(connection, [row]))
    try:
        assert "g-1 is set aside" in await asked(url, "inbox", "park", "g-1", "--reason", "not today")
        listed = await asked(url, "inbox", "list", "--state", "failed")
        assert "g-1" in listed
        assert "not today" in listed
        assert (await refused(url, "inbox", "park", "g-1"))[1].startswith(
            "patchforge: g-1 is failed and cannot"
        )
        await asked(url, "inbox", "retry", "g-1")
        assert "g-1" in await asked(url, "inbox", "list", "--state", "new")
    finally:
        await database.aclose()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (
            ("inbox", "show", "nothing"),
            1,
            "there is no delivery nothing; patchforge inbox list shows the latest",
        ),
        (
            ("inbox", "retry", "'; --"),
            1,
            "there is no delivery '; --; patchforge inbox list shows the latest",
        ),
        (("jobs", "show", "7"), 1, "there is no job 7; patchforge jobs list shows the latest"),
        (("jobs", "retry", str(2**63 - 1)), 1, f"there is no job {2**63 - 1}; patchforge jobs list"),
        (("inbox", "list", "--state", "lost"), 2, "--state: lost is none of new, done, ignored, failed"),
        (
            ("jobs", "list", "--state", "lost"),
            2,
            "--state: lost is none of ready, running, done, parked, failed",
        ),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    sqlite_url: str, arguments: tuple[str, ...], code: int, says: str
) -> None:
    database = await Database(sqlite_url).open()
    await upgrade(database)
    await database.aclose()
    assert (await refused(sqlite_url, *arguments))[0] == code
    assert (await refused(sqlite_url, *arguments))[1].startswith(f"patchforge: {says}")


async def test_without_a_database_it_says_how_to_make_one(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    code, line = await refused(f"sqlite+aiosqlite:///{missing}", "jobs", "list")
    assert (code, line) == (
        2,
        f"patchforge: DATABASE_URL: there is no {missing} yet; patchforge db upgrade makes it",
    )
    assert not missing.exists()
    missing.touch()
    code, line = await refused(f"sqlite+aiosqlite:///{missing}", "inbox", "list")
    assert code == 1
    assert line.endswith("patchforge db upgrade brings it up to date")
