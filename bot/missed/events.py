"""Make webhook events from what GitHub's REST API tells, so that one way leads to the facts.

The GUID of such an event is a digest of what it is about: the same news is never told twice.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bot.clients.github.feed import Json, Said
from bot.facts.project import REFRESHED


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a webhook would bring it."""

    guid: str
    name: str
    action: str | None
    body: bytes


def pull_event(pull: Json) -> Event:
    """Tell how a pull request is now."""
    return _event("pull_request", REFRESHED, pull, {"pull_request": pull, "repository": _home(pull)})


def said_events(pull: Json, said: Said, *, known: Collection[int], since: datetime) -> list[Event]:
    """Tell what was said of a pull request; what is older than `since` is no news, and only reviews count.

    `known` are the ids of the reviews that were told of before.
    """
    home, events = _home(pull), list[Event]()
    for review in said.reviews:
        at = review.get("submitted_at")
        fresh = at is not None and datetime.fromisoformat(at) >= since
        action = "submitted" if fresh and review["id"] not in known else "edited"
        body = {"pull_request": pull, "review": review, "repository": home}
        events.append(_event("pull_request_review", action, review, body))
    issue = {"number": pull["number"], "state": pull["state"], "pull_request": {}}
    for comment in _fresh(said.comments, since):
        body = {"issue": issue, "comment": comment, "repository": home}
        events.append(_event("issue_comment", "created", comment, body))
    for comment in _fresh(said.review_comments, since):
        body = {"pull_request": pull, "comment": comment, "repository": home}
        events.append(_event("pull_request_review_comment", "created", comment, body))
    return events


def check_events(repository: Json, sha: str, runs: list[Json], statuses: list[Json]) -> list[Event]:
    """Tell what the checks say of a commit."""
    return [
        *(
            _event("check_run", "completed", run, {"check_run": run, "repository": repository})
            for run in runs
        ),
        *(
            _event("status", None, {"sha": sha, **item}, {**item, "sha": sha, "repository": repository})
            for item in statuses
        ),
    ]


def _home(pull: Json) -> Any:
    return pull["base"]["repo"]


def _fresh(items: list[Json], since: datetime) -> list[Json]:
    return [item for item in items if datetime.fromisoformat(item["created_at"]) >= since]


def _event(name: str, action: str | None, about: Json, body: Json) -> Event:
    digest = hashlib.sha256(msgspec.json.encode([name, about], order="sorted")).hexdigest()
    content = {"action": action, **body} if action else body
    return Event(f"poll-{digest[:48]}", name, action, msgspec.json.encode(content))
