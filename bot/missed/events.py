"""Make webhook events from what GitHub's REST API tells, so that one way leads to the facts.

The GUID of such an event is a digest of what it is about: the same news is never told twice.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bot.clients.github.feed import Json, Said
from bot.facts.pulls import REFRESHED
from bot.models import Comment


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a webhook would bring it."""

    guid: str
    name: str
    action: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a pull request before it was read: the ids of its reviews, and its comments."""

    reviews: Collection[int] = ()
    comments: Sequence[Comment] = ()


_Told = tuple[datetime, Event]
# By whether they stand on a line of the diff.
_COMMENTS = {False: "issue_comment", True: "pull_request_review_comment"}
# What threads tell of. A reviewer who is asked no more, labels and titles show in the pull request itself.
_HAPPENED = {"review_requested", "closed", "reopened"}
_UNMERGED: Json = {"merged": False, "merged_at": None, "merged_by": None}


def pull_event(pull: Json) -> Event:
    """Tell how a pull request is now."""
    return _event("pull_request", REFRESHED, pull, {"pull_request": pull, "repository": _home(pull)})


def told_events(pull: Json, said: Said, *, known: Known, since: datetime) -> list[Event]:
    """Tell what was said of a pull request and what happened to it, in that order of time.

    What is older than `since` is no news, and of it only reviews count.
    """
    found = [*_reviews(pull, said, known, since), *_comments(pull, said, known, since)]
    found += _happened(pull, said, since)
    found.sort(key=lambda one: one[0])
    return [event for _, event in found]


def deleted_events(pull: Json, said: Said, known: Known) -> list[Event]:
    """Tell which of the comments that were known before the reading are no longer there."""
    still = {
        "issue_comment": {item["id"] for item in said.comments},
        "pull_request_review_comment": {item["id"] for item in said.review_comments},
    }
    events = list[Event]()
    for comment in known.comments:
        name = _COMMENTS[comment.path is not None]
        if comment.id in still[name]:
            continue
        gone = {
            "id": comment.id,
            "created_at": comment.created_at,
            "user": {"login": comment.login, "type": "Bot" if comment.is_bot else "User"}
            if comment.login
            else None,
            "body": comment.body,
            "html_url": comment.url,
            "path": comment.path,
            "pull_request_review_id": comment.review_id,
        }
        body = {**_context(name, pull), "comment": gone}
        events.append(_event(name, "deleted", {"deleted": comment.id}, body))
    return events


def _reviews(pull: Json, said: Said, known: Known, since: datetime) -> Iterator[_Told]:
    for review in said.reviews:
        at = datetime.fromisoformat(review["submitted_at"]) if review.get("submitted_at") else None
        fresh = at is not None and at >= since
        action = "submitted" if fresh and review["id"] not in known.reviews else "edited"
        body = {"pull_request": pull, "review": review, "repository": _home(pull)}
        yield at or since, _event("pull_request_review", action, review, body)


def _comments(pull: Json, said: Said, known: Known, since: datetime) -> Iterator[_Told]:
    ids = {(comment.path is not None, comment.id) for comment in known.comments}
    for on_line, items in ((False, said.comments), (True, said.review_comments)):
        for comment in items:
            at = datetime.fromisoformat(comment["created_at"])
            if at >= since:
                name = _COMMENTS[on_line]
                action = "edited" if (on_line, comment["id"]) in ids else "created"
                yield at, _event(name, action, comment, {**_context(name, pull), "comment": comment})


def _happened(pull: Json, said: Said, since: datetime) -> Iterator[_Told]:
    """Yield what a webhook would have said of the pull request, as it was at that moment.

    What came after the pull request was read is left to the next reading.
    """
    until, state, closed_at = datetime.fromisoformat(pull["updated_at"]), "open", None
    endings = [item["id"] for item in said.happened if item["event"] == "closed"]
    for item in said.happened:
        at = datetime.fromisoformat(item["created_at"])
        if item["event"] in {"closed", "reopened"}:
            state = "closed" if item["event"] == "closed" else "open"
            closed_at = item["created_at"] if state == "closed" else None
        if item["event"] not in _HAPPENED or not since <= at <= until:
            continue
        then = pull
        if not (pull["merged_at"] and [item["id"]] == endings[-1:]):
            then = {**pull, **_UNMERGED, "state": state, "closed_at": closed_at}
        body = {
            "pull_request": {**then, "updated_at": item["created_at"]},
            "requested_reviewer": item.get("requested_reviewer"),
            "sender": item.get("actor"),
            "repository": _home(pull),
        }
        yield at, _event("pull_request", item["event"], item, body)


def _context(name: str, pull: Json) -> Json:
    """Return what an event about a comment says of the pull request."""
    home = _home(pull)
    if name == _COMMENTS[True]:
        return {"pull_request": pull, "repository": home}
    issue = {"number": pull["number"], "state": pull["state"], "pull_request": {}}
    return {"issue": issue, "repository": home}


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


def _event(name: str, action: str | None, about: Json, body: Json) -> Event:
    digest = hashlib.sha256(msgspec.json.encode([name, about], order="sorted")).hexdigest()
    content = {"action": action, **body} if action else body
    return Event(f"poll-{digest[:48]}", name, action, msgspec.json.encode(content))
