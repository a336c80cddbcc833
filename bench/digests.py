"""How long a digest takes: reading the open pull requests of a channel, judging them, rendering the pages."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from blocks.reminders import digest
from bot.reminders.planning import stored
from handlers.reminders.gathering import Glance, Place, gather
from storage import facts, reviews, subscriptions
from storage.database import Database
from storage.migrate import upgrade

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_CHANNEL = "C0000000001"
_REPOS = 25


async def digest_seconds(pulls: int = 500, rounds: int = 5) -> tuple[float, int]:
    """Return how long the quickest of some digests of so many pull requests took, and its pages."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database(f"sqlite+aiosqlite:///{Path(folder) / 'digest.db'}").open()
        try:
            await upgrade(database)
            await database.write(lambda connection: _fill(connection, pulls))
            return min([await _once(database) for _ in range(rounds)])
        finally:
            await database.aclose()


async def _once(database: Database) -> tuple[float, int]:
    begun = time.perf_counter()
    wanted = stored("weekdays 09:30 UTC draft:no")
    assert wanted  # noqa: S101 - written above
    glance = Glance(_NOW, "https://github.com")
    view = await database.read(lambda connection: gather(connection, Place(_CHANNEL), wanted, glance))
    pages = digest(view) if view else []
    return time.perf_counter() - begun, len(pages)


def _fill(connection: Connection, pulls: int) -> None:
    for number in range(_REPOS):
        facts.put_repository(
            connection,
            repo_id=number + 1,
            full_name=f"acme/service-{number}",
            default_branch="main",
            updated_at=_NOW,
            certain=True,
        )
        subscriptions.put(
            connection,
            channel=_CHANNEL,
            repo=f"acme/service-{number}",
            features=["reviews"],
            filter_text="-label:wip",
            user="U0000000001",
            now=_NOW,
        )
    for number in range(1, pulls + 1):
        _pull(connection, number)


def _pull(connection: Connection, number: int) -> None:
    begun = _NOW - timedelta(hours=number)
    values: dict[str, Any] = {
        "id": number,
        "repo_id": number % _REPOS + 1,
        "number": number,
        "title": f"Number {number}: keep what matters & drop the rest, as agreed",
        "body": "Why it is needed, in some words. " * 20,
        "author": f"author-{number % 40}",
        "author_is_bot": False,
        "state": "open",
        "draft": False,
        "base": "main",
        "head": f"branch-{number}",
        "head_sha": f"{number:040x}",
        "from_fork": False,
        "additions": 10,
        "deletions": 2,
        "changed_files": 3,
        "labels": ["bug"],
        "reviewers": [f"reviewer-{number % 30}"],
        "teams": ["backend"] if number % 7 == 0 else [],
        "assignees": [],
        "created_at": begun,
        "updated_at": begun,
    }
    facts.put_pull(connection, values, known=False)
    for check in range(4):
        facts.put_check(
            connection,
            {
                "repo_id": values["repo_id"],
                "sha": values["head_sha"],
                "source": "run",
                "name": f"check-{check}",
                "external_id": number * 10 + check,
                "state": "failed" if number % 11 == 0 and check == 0 else "passed",
                "url": None,
                "updated_at": begun,
            },
        )
    for said in range(number % 3):
        review = {
            "id": number * 10 + said,
            "pull_id": number,
            "login": f"reviewer-{(number + said + 1) % 30}",
            "verdict": "approved" if said else "changes_requested",
            "body": "Looks right to me.",
            "url": "",
            "submitted_at": begun + timedelta(minutes=said),
            "updated_at": None,
        }
        reviews.put(connection, review, first=True)
