"""The facts as plain frozen values, shared by rules, stores and blocks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

GHOST = "ghost"
"""How GitHub calls an account that was deleted."""


def is_app(login: str) -> bool:
    """Tell whether a login is an app's, which nobody can wait for."""
    return login.endswith("[bot]")


class Clock(Protocol):
    """Tells the time; passed to whoever needs it, so that tests can hold it."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)


class PullState(StrEnum):
    """Where a pull request stands."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Verdict(StrEnum):
    """What a review says."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    COMMENTED = "commented"
    DISMISSED = "dismissed"
    PENDING = "pending"


class CheckState(StrEnum):
    """A check's outcome, folded to what people act on."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    NEUTRAL = "neutral"


class Category(StrEnum):
    """The kinds of change that release notes tell apart."""

    FEATURE = "feature"
    FIX = "fix"
    BREAKING = "breaking"
    PERFORMANCE = "performance"
    DOCS = "docs"
    INTERNAL = "internal"
    SKIP = "skip"


class DraftState(StrEnum):
    """The life of a release-note draft."""

    OPEN = "open"
    REDRAFTING = "redrafting"
    APPROVED = "approved"
    DISCARDED = "discarded"


class JobState(StrEnum):
    """Where a job of the ledger stands.

    PARKED: the outside will never take it. FAILED: tried often, and given up. AMBIGUOUS: whether it took
    effect nobody can know but a person, who settles it.
    """

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"


class MailState(StrEnum):
    """The fate of one e-mail to one recipient."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull request as GitHub last described it; `author` is None for a ghost."""

    id: int
    repo_id: int
    repo: str
    number: int
    title: str
    body: str
    author: str | None
    author_is_bot: bool
    state: PullState
    draft: bool
    base: str
    head: str
    head_sha: str
    from_fork: bool
    additions: int
    deletions: int
    changed_files: int
    labels: tuple[str, ...]
    reviewers: tuple[str, ...]
    teams: tuple[str, ...]
    assignees: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    merged_at: datetime | None
    merged_by: str | None
    merge_sha: str | None
    base_sha: str | None = None
    mergeable_state: str | None = None
    pushed_at: datetime | None = None
    ready_at: datetime | None = None
    queued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One submitted review; `login` is None for a ghost."""

    id: int
    pull_id: int
    login: str | None
    verdict: Verdict
    body: str
    url: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment on a pull request; `path` is set for comments on the diff."""

    id: int
    pull_id: int
    login: str | None
    is_bot: bool
    body: str
    path: str | None
    review_id: int | None
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """The latest word of one check on one commit; `source` is run, status, workflow or suite."""

    source: str
    name: str
    state: CheckState
    url: str | None


@dataclass(frozen=True, slots=True)
class PullFacts:
    """Everything known of one pull request now: checks are those of its head commit."""

    pull: Pull
    reviews: tuple[Review, ...]
    checks: tuple[Check, ...]

    def verdicts(self) -> dict[str, Verdict]:
        """Return each reviewer's latest decisive verdict; PENDING for those asked, or asked again.

        A mere comment counts only from someone who decided nothing; the author's own reviews do not count.
        """
        found: dict[str, Verdict] = {}
        for review in self.reviews:
            login = review.login or GHOST
            if login == self.pull.author or review.verdict is Verdict.PENDING:
                continue
            if review.verdict is not Verdict.COMMENTED or login not in found:
                found[login] = review.verdict
        for login in self.pull.reviewers:
            found[login] = Verdict.PENDING
        return found


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel's interest in one repository; `features` and `filter` as the parser made them.

    `repo` may be `owner/*`, which leaves out the `excluded`; `broadcast` names the events that are told
    outside the thread as well; `source` is the file that asked for it, None for a person's own.
    """

    id: int
    channel: str
    repo: str
    features: tuple[str, ...]
    filter: str
    created_by: str
    created_at: datetime
    broadcast: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    source: str | None = None

    def stood_at(self, moment: datetime) -> bool:
        """Tell whether it existed at a moment as GitHub gives it, in whole seconds."""
        return self.created_at.replace(microsecond=0) <= moment


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """What a message should show: fallback text and blocks, ready for chat.postMessage."""

    text: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Broadcast(SlackMessage):
    """A reply that the channel is shown as well as its thread."""


@dataclass(frozen=True, slots=True)
class Job:
    """One unit of outgoing work as the ledger holds it.

    `wanted` counts how often it was asked for; `suspect` is True when an earlier attempt may have had its
    effect; `lease` names the attempt and fences late outcomes; `lane` names the pace it keeps;
    `delivery_id` is the delivery that asked for it last, `error` what became of the attempt before.
    """

    id: int
    kind: str
    key: str
    ordering: str
    lane: str | None
    payload: Mapping[str, Any]
    attempts: int
    wanted: int
    suspect: bool
    lease: str
    delivery_id: int | None = None
    error: str | None = None


class Why(StrEnum):
    """Why somebody gets a release note."""

    CONTRIBUTOR = "contributor"
    SUBSCRIBER = "subscriber"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person a release note goes to, or would: `skipped` says why not."""

    name: str
    login: str | None
    address: str
    skipped: str | None = None
    why: Why = Why.CONTRIBUTOR


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of a diff; `patch` is empty for binary or cut files."""

    path: str
    status: str
    additions: int
    deletions: int
    patch: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a pull request; `co_authors` are (name, address) from its trailers."""

    sha: str
    message: str
    name: str
    address: str
    login: str | None
    co_authors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue that a pull request closes."""

    number: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """A merged pull request with its evidence; `cut` says in words what was left unread."""

    pull: Pull
    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]
    issues: tuple[Issue, ...]
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A drafted release note: category, one sentence or a few for users, and why it says so."""

    category: Category
    text: str
    source: str
    reasons: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
