"""The fields of GitHub's webhook payloads that PatchForge reads, as typed msgspec structs."""

import re
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct


class User(Struct):
    """A GitHub account."""

    login: str
    type: str = "User"


class Team(Struct):
    """A team, or a user in a list that may hold both."""

    slug: str | None = None
    login: str | None = None
    name: str | None = None


class Repository(Struct):
    """The repository an event is about."""

    id: int
    full_name: str
    default_branch: str = "main"
    updated_at: datetime | None = None


class Branch(Struct):
    """One end of a pull request; the repository is None once a fork is deleted."""

    ref: str
    sha: str
    repo: Repository | None = None


class Label(Struct):
    """A label."""

    name: str


class PullRequest(Struct):
    """A pull request; the counts and `merged_by` stand only in `pull_request` events and in REST."""

    id: int
    number: int
    title: str
    state: str
    base: Branch
    head: Branch
    created_at: datetime
    updated_at: datetime
    user: User | None = None
    body: str | None = None
    draft: bool | None = None
    labels: list[Label] = []
    requested_reviewers: list[Team] = []
    requested_teams: list[Team] = []
    assignees: list[User] = []
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    mergeable_state: str | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None


class Event(Struct, kw_only=True):
    """What every event carries."""

    action: str | None = None
    repository: Repository | None = None
    sender: User | None = None


class EnvelopeRepository(Struct):
    """As much of the repository as the door looks at."""

    full_name: str


class Envelope(Struct):
    """What the door reads of any event."""

    action: str | None = None
    repository: EnvelopeRepository | None = None


class PullRequestEvent(Event, kw_only=True):
    """`pull_request`, with whom a review was requested of, or why it left the merge queue."""

    pull_request: PullRequest
    requested_reviewer: User | None = None
    requested_team: Team | None = None
    reason: str | None = None


class ReviewBody(Struct):
    """A review as its event carries it."""

    id: int
    state: str
    user: User | None = None
    body: str | None = None
    html_url: str = ""
    submitted_at: datetime | None = None
    updated_at: datetime | None = None


class ReviewEvent(Event, kw_only=True):
    """`pull_request_review`."""

    pull_request: PullRequest
    review: ReviewBody


class CommentBody(Struct):
    """A comment on the diff or on the conversation."""

    id: int
    created_at: datetime
    user: User | None = None
    body: str | None = None
    html_url: str = ""
    path: str | None = None
    pull_request_review_id: int | None = None
    updated_at: datetime | None = None


class ReviewCommentEvent(Event, kw_only=True):
    """`pull_request_review_comment`."""

    pull_request: PullRequest
    comment: CommentBody


class Issue(Struct):
    """An issue; `pull_request` is there when it is one."""

    number: int
    state: str = ""
    pull_request: dict[str, Any] | None = None


class IssueCommentEvent(Event, kw_only=True):
    """`issue_comment`."""

    issue: Issue
    comment: CommentBody


class PushedCommit(Struct):
    """Which files a pushed commit touches."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()


class PushEvent(Event, kw_only=True):
    """`push`."""

    ref: str
    before: str
    after: str
    forced: bool = False
    commits: tuple[PushedCommit, ...] = ()


class App(Struct):
    """The App behind a check suite."""

    slug: str = "checks"


class CheckBody(Struct):
    """A check run, check suite or workflow run: their fields in use bear the same names."""

    id: int
    head_sha: str
    status: str | None = None
    conclusion: str | None = None
    name: str | None = None
    html_url: str | None = None
    updated_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    app: App | None = None


class CheckRunEvent(Event, kw_only=True):
    """`check_run`."""

    check_run: CheckBody


class CheckSuiteEvent(Event, kw_only=True):
    """`check_suite`."""

    check_suite: CheckBody


class WorkflowRunEvent(Event, kw_only=True):
    """`workflow_run`."""

    workflow_run: CheckBody


class StatusEvent(Event, kw_only=True):
    """`status`."""

    id: int
    sha: str
    state: str
    context: str
    updated_at: datetime
    target_url: str | None = None


class Was(Struct):
    """A former value."""

    # `from` is a keyword in Python.
    former: Any = msgspec.field(name="from", default=None)


class NameChange(Struct):
    """The name that a repository had."""

    name: Was | None = None


class RepositoryChanges(Struct):
    """What a `repository` event changed."""

    repository: NameChange | None = None
    owner: Was | None = None


class RepositoryEvent(Event, kw_only=True):
    """`repository`."""

    changes: RepositoryChanges | None = None


class Organization(Struct):
    """An organisation."""

    login: str


class TeamEvent(Event, kw_only=True):
    """`team` and `membership`: a team, or who is in it, changed."""

    team: Team
    organization: Organization | None = None


EVENTS: dict[str, type[Event]] = {
    "pull_request": PullRequestEvent,
    "pull_request_review": ReviewEvent,
    "pull_request_review_comment": ReviewCommentEvent,
    "issue_comment": IssueCommentEvent,
    "push": PushEvent,
    "check_run": CheckRunEvent,
    "check_suite": CheckSuiteEvent,
    "workflow_run": WorkflowRunEvent,
    "status": StatusEvent,
    "repository": RepositoryEvent,
    "team": TeamEvent,
    "membership": TeamEvent,
}
"""The events that PatchForge acts on; all others are acknowledged and recorded as ignored."""

T = TypeVar("T")

# JSON lets half a surrogate pair through; the decoder does not, and no text may hold one.
_ESCAPE = re.compile(
    rb"\\(?:\\|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)


def decode(kind: type[T], body: bytes) -> T:
    """Decode JSON to the struct; raises ValueError for everything that is not it."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        paired = _ESCAPE.sub(_pair, body)
        if paired != body:
            return decode(kind, paired)
        raise ValueError(str(error)) from None


def _pair(escape: re.Match[bytes]) -> bytes:
    """Keep an escape as it is, but half a surrogate pair becomes the replacement character."""
    return rb"\ufffd" if escape[1] else escape[0]
