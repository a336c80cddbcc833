"""A database of open pull requests, each with all that is known of one: for what reads many of them."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from storage import facts, knowledge, subscriptions
from storage.database import Database
from storage.knowledge import Files, OwnersFile
from storage.migrate import upgrade
from storage.tables import checks, comments, pulls, reviews

CHANNEL, LOGIN = "C0000000001", "dev-1"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Database]:
    """Make a database of its own, and drop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as folder:
        database = await Database(f"sqlite+aiosqlite:///{Path(folder)}/bench.db").open()
        try:
            await upgrade(database)
            yield database
        finally:
            await database.aclose()


def repo_name(number: int) -> str:
    """Return the name of the repository that the pull requests of this remainder are in."""
    return f"acme/service-{number}"


def fill(connection: Connection, count: int, *, repos: int = 1) -> None:
    """Write open pull requests spread over repositories that CHANNEL follows."""
    for number in range(repos):
        _repository(connection, number)
    numbers = range(1, count + 1)
    connection.execute(insert(pulls), [_pull(number, repos) for number in numbers])
    said = [_review(number, at) for number in numbers for at in range(number % 4)]
    connection.execute(insert(reviews), said)
    connection.execute(insert(checks), [_check(number, at, repos) for number in numbers for at in range(4)])
    connection.execute(insert(comments), [_comment(number, at) for number in numbers for at in range(2)])
    for number in numbers:
        paths = tuple(f"area-{(number + at // 12) % 300}/src/file-{at}.py" for at in range(20))
        knowledge.put_files(connection, number, Files(_sha(number), "main", paths, True, None), now=AT)
    for at in range(20):
        members = [f"dev-{at + step}" for step in range(5)]
        knowledge.put_team(connection, f"acme/team-{at}", members, error=None, now=AT)


def _repository(connection: Connection, number: int) -> None:
    facts.put_repository(
        connection,
        repo_id=number + 1,
        full_name=repo_name(number),
        default_branch="main",
        updated_at=AT,
        certain=True,
    )
    subscriptions.put(
        connection,
        channel=CHANNEL,
        repo=repo_name(number),
        features=["reviews"],
        filter_text="-label:wip",
        user="U0000000001",
        now=AT,
    )
    rules = "\n".join(f"/area-{at}/** @dev-{at % 50} @acme/team-{at % 20}" for at in range(300))
    found = OwnersFile("c" * 40, ".github/CODEOWNERS", rules, None, AT)
    knowledge.put_owners(connection, number + 1, "main", found)


def _sha(number: int) -> str:
    return f"{number:040x}"


def _pull(number: int, repos: int) -> dict[str, object]:
    moment = AT - timedelta(hours=number)
    return {
        "id": number,
        "repo_id": number % repos + 1,
        "number": number,
        "title": f"Number {number}: keep what matters & drop the rest, as agreed",
        "body": "Why this is needed. " * 40,
        "author": "renovate[bot]" if number % 13 == 0 else f"dev-{number % 50}",
        "author_is_bot": number % 13 == 0,
        "state": "open",
        "draft": number % 10 == 0,
        "base": "main",
        "head": f"branch-{number}",
        "head_sha": _sha(number),
        "from_fork": False,
        "additions": 10,
        "deletions": 2,
        "changed_files": 20,
        "labels": ["bug"],
        "reviewers": [f"dev-{(number + 1) % 50}"],
        "teams": [f"team-{number % 20}"] if number % 3 == 0 else [],
        "assignees": [f"dev-{number % 7}"] if number % 26 == 0 else [],
        "created_at": moment,
        "updated_at": moment,
        "mergeable_state": "clean",
    }


def _review(number: int, at: int) -> dict[str, object]:
    return {
        "id": number * 10 + at,
        "pull_id": number,
        "login": f"dev-{(number + at + 2) % 50}",
        "verdict": ("approved", "commented", "changes_requested")[at],
        "body": "Looks fine to me." * 5,
        "url": "https://github.com/x",
        "submitted_at": AT + timedelta(minutes=at),
    }


def _check(number: int, at: int, repos: int) -> dict[str, object]:
    return {
        "repo_id": number % repos + 1,
        "sha": _sha(number),
        "source": "run",
        "name": f"check-{at}",
        "external_id": number * 10 + at,
        "state": "failed" if number % 11 == 0 and at == 0 else "passed",
        "url": f"https://github.com/acme/runs/{number * 10 + at}",
        "updated_at": AT,
    }


def _comment(number: int, at: int) -> dict[str, object]:
    return {
        "kind": "issue",
        "id": number * 10 + at,
        "pull_id": number,
        "login": f"dev-{(number + at) % 50}",
        "is_bot": False,
        "body": "Some words about it. " * 10,
        "url": "https://github.com/x",
        "created_at": AT,
    }
