"""Small payloads as GitHub sends them, and a database that they are projected onto."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.facts.project import Change, project
from bot.models import PullFacts, Subscription
from storage import facts, subscriptions
from storage.database import Database
from storage.tables import jobs

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
_NUMBERS = itertools.count(1)


def at(minute: float) -> str:
    """Return a moment of that minute as GitHub writes it."""
    return (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def repo(name: str = "acme/web", *, minute: float = 0, number: int = 7) -> dict[str, Any]:
    """Return a repository."""
    return {"id": number, "full_name": name, "default_branch": "main", "updated_at": at(minute)}


def pull(minute: float = 0, **changes: Any) -> dict[str, Any]:
    """Return a pull request as `pull_request` events carry it, changed in that minute."""
    made = {
        "id": 100,
        "number": 12,
        "title": "A title",
        "state": "open",
        "user": {"login": "maya", "type": "User"},
        "base": {"ref": "main", "sha": "b" * 40, "repo": repo()},
        "head": {"ref": "topic", "sha": "a" * 40, "repo": repo()},
        "created_at": at(0),
        "updated_at": at(minute),
        "additions": 5,
        "deletions": 2,
        "changed_files": 1,
    }
    return made | changes


def review(minute: float, state: str, *, body: str = "", number: int = 500) -> dict[str, Any]:
    """Return a review by omar."""
    user = {"login": "omar", "type": "User"}
    return {"id": number, "state": state, "user": user, "body": body, "submitted_at": at(minute)}


def comment(minute: float, body: str, *, number: int = 900) -> dict[str, Any]:
    """Return a comment by omar."""
    return {"id": number, "user": {"login": "omar", "type": "User"}, "body": body, "created_at": at(minute)}


def check(status: str, conclusion: str | None = None, *, minute: float = 1, **changes: Any) -> dict[str, Any]:
    """Return a check run, suite or workflow run on the head commit."""
    body = {"id": 40, "head_sha": "a" * 40, "status": status, "conclusion": conclusion, "name": "test"}
    return body | {"updated_at": at(minute)} | changes


async def apply(database: Database, event: str, action: str | None, **body: Any) -> Change:
    """Project one event."""
    event_body = {"action": action, "repository": repo(), **body}
    number = next(_NUMBERS)

    def work(connection: Any) -> Change:
        raw = msgspec.json.encode(event_body)
        return project(connection, event, raw, delivery_id=number, now=START + timedelta(days=1))

    return await database.write(work)


async def known(database: Database) -> PullFacts:
    """Return what is known of the pull request."""
    found = await database.read(lambda connection: facts.facts(connection, 100))
    assert found is not None
    return found


async def asked(database: Database, kind: str = "pull.refresh") -> int:
    """Count the jobs of a kind."""
    query = jobs.select().where(jobs.c.kind == kind)
    return len(await database.read(lambda connection: connection.execute(query).all()))


async def follow(database: Database, name: str) -> None:
    """Let a channel follow a repository."""
    await database.write(
        lambda connection: subscriptions.put(
            connection, channel="C1", repo=name, features=("reviews",), filter_text="", user="U1", now=START
        )
    )


async def followed(database: Database) -> list[str]:
    """Return what the channel follows."""
    found: list[Subscription] = await database.read(
        lambda connection: subscriptions.of_channel(connection, "C1")
    )
    return [one.repo for one in found]
