"""The things a GitHub keeps: accounts, repositories, commits, pull requests, checks, as plain records.

People are referred to by login, so that deleting an account turns every mention of it into `null`.
Times are aware UTC, cut to the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Tree = Mapping[str, str]


@dataclass(frozen=True)
class Identity:
    """A name and an address as git records them; it need not belong to any account."""

    name: str
    email: str


# Commits made on the website, merges among them, are committed by this account.
WEB_FLOW = Identity("GitHub", "noreply@github.com")


@dataclass
class Account:
    """A user, a bot or an organization."""

    login: str
    id: int
    name: str
    email: str | None = None  # the address shown on the profile
    commit_email: str | None = None  # what git records; the noreply address when nothing is set
    type: str = "User"  # User, Bot or Organization
    members: set[str] = field(default_factory=set)  # organizations only

    @property
    def noreply(self) -> str:
        """Give the address GitHub makes up for people who keep theirs private."""
        return f"{self.id}+{self.login}@users.noreply.github.com"

    @property
    def identity(self) -> Identity:
        """Give the name and address that this person's commits carry."""
        return Identity(self.name, self.commit_email or self.noreply)


@dataclass
class Team:
    """A team of an organization."""

    id: int
    org: str
    slug: str
    name: str
    members: set[str] = field(default_factory=set)


@dataclass
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Milestone:
    """A milestone of a repository."""

    id: int
    number: int
    title: str
    creator: str
    created_at: datetime


@dataclass(frozen=True)
class Commit:
    """A commit with the whole tree it stands for, path to text."""

    sha: str
    message: str
    author: Identity
    committer: Identity
    at: datetime
    parents: tuple[str, ...]
    tree: Tree


@dataclass
class Comment:
    """A comment in the conversation of an issue or pull request."""

    id: int
    author: str
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass
class ReviewComment(Comment):
    """A comment on a line of a pull request's diff."""

    path: str
    line: int
    commit_id: str
    review_id: int
    diff_hunk: str
    in_reply_to: int | None = None


@dataclass
class Review:
    """A submitted review; `state` is `approved`, `changes_requested`, `commented` or `dismissed`."""

    id: int
    author: str
    state: str
    body: str | None
    commit_id: str
    submitted_at: datetime


@dataclass(frozen=True)
class Happening:
    """One thing that happened to an issue or pull request; `about` is what the event says beyond that."""

    id: int
    event: str
    by: str
    at: datetime
    about: Mapping[str, object]


@dataclass
class Issue:
    """What issues and pull requests have in common."""

    id: int
    number: int
    title: str
    body: str | None
    author: str
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    closed_at: datetime | None = None
    locked: bool = False
    lock_reason: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None
    comments: list[Comment] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)


@dataclass(frozen=True)
class AutoMerge:
    """Who asked for a merge as soon as the requirements are met, and how."""

    by: str
    method: str


@dataclass
class Pull(Issue):
    """A pull request. `head_repo` is a repository id, or None once the fork is deleted."""

    base_ref: str = "main"
    base_sha: str = ""
    head_ref: str = ""
    head_sha: str = ""
    head_owner: str = ""
    head_repo: int | None = None
    merge_base: str = ""
    draft: bool = False
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0
    commit_count: int = 0
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_commit_sha: str | None = None
    auto_merge: AutoMerge | None = None
    queued: bool = False


@dataclass
class CheckRun:
    """One check of a suite."""

    id: int
    name: str
    started_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    title: str | None = None
    summary: str | None = None
    external_id: str | None = None
    annotations: list[Mapping[str, object]] = field(default_factory=list)


@dataclass
class CheckSuite:
    """The checks of one commit, together with the workflow run that made them.

    Those of the installed App (`by_app`) have no workflow.
    """

    id: int
    workflow_run_id: int
    run_number: int
    workflow: str
    actor: str
    head_sha: str
    head_branch: str
    head_repo: int | None
    before: str
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    runs: list[CheckRun] = field(default_factory=list)
    by_app: bool = False


@dataclass
class Status:
    """A commit status of the older kind; `state` is `pending`, `success`, `failure` or `error`."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: str
    created_at: datetime


@dataclass
class Repository:
    """A repository; forks share the `commits` of their parent, as GitHub's object network does."""

    id: int
    owner: str
    name: str
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    private: bool = False
    description: str | None = None
    language: str | None = "Python"
    default_branch: str = "main"
    first_number: int = 1  # of issues and pull requests
    fork: bool = False
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)  # pull requests too: they share the numbers
    collaborators: dict[str, str] = field(
        default_factory=dict
    )  # login → admin, maintain, write, triage, read
    suites: list[CheckSuite] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """Give `owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def pulls(self) -> list[Pull]:
        """List the pull requests, newest first."""
        return [item for _, item in sorted(self.issues.items(), reverse=True) if isinstance(item, Pull)]

    @property
    def next_number(self) -> int:
        """Give the number of the next issue or pull request."""
        return max(self.issues, default=self.first_number - 1) + 1


@dataclass
class App:
    """A GitHub App with one installation."""

    id: int
    slug: str
    name: str
    owner: str
    public_key: str
    installation_id: int
    repositories: set[int]
    created_at: datetime
    permissions: dict[str, str]
    events: list[str]
    suspended_at: datetime | None = None


@dataclass
class State:
    """Everything there is, and the addresses under which it is served."""

    api: str = "https://api.github.com"
    web: str = "https://github.com"
    accounts: dict[str, Account] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)  # former full names, lower case
    app: App | None = None

    def account(self, login: str | None) -> Account | None:
        """Find an account by login in any case, or None for people who are gone."""
        if login is None:
            return None
        found = self.accounts.get(login)
        return found or next((a for a in self.accounts.values() if a.login.lower() == login.lower()), None)

    def by_email(self, email: str) -> Account | None:
        """Find whose address this is, as GitHub does to link a commit to an account."""
        if email == WEB_FLOW.email:
            return Account("web-flow", 19_864_447, WEB_FLOW.name)
        return next(
            (a for a in self.accounts.values() if email in {a.email, a.commit_email, a.noreply}),
            None,
        )

    def named(self, full_name: str) -> Repository | None:
        """Find a repository by its present name, in any case."""
        wanted = full_name.lower()
        return next((r for r in self.repositories.values() if r.full_name.lower() == wanted), None)
