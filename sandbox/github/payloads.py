"""Webhook payloads without a GitHub around them, quick to make by the thousand."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.github.hooks import sign as sign_bytes
from sandbox.github.model import WEB_FLOW, Account, Commit, Label, Pull, Repository, State
from sandbox.github.render import people, pulls, repos

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def sign(body: bytes | str, secret: str) -> str:
    """Give the value of `X-Hub-Signature-256` for a body."""
    return sign_bytes(body.encode() if isinstance(body, str) else body, secret)


def make_pull_request_event(
    action: str = "opened",
    number: int = 1,
    repo_full_name: str = "acme/payments-api",
    *,
    title: str | None = None,
    body: str | None = "What changes, and why.",
    author: str = "tokafor",
    sender: str | None = None,
    reviewers: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    draft: bool = False,
    merged: bool = False,
    updated_at: datetime | None = None,
    head_sha: str | None = None,
    changed: tuple[int, int, int] = (42, 7, 3),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make a whole `pull_request` event of about 20 KB.

    Ids follow from repository and number, so events of one pull request belong together. `changed` is
    additions, deletions and files; `extra` adds or replaces members, such as `changes`. For
    `review_requested` the last of `reviewers` is the requested one.
    """
    state = State()
    repo = _repository(state, repo_full_name, (author, sender or author, *reviewers))
    opened = START + timedelta(minutes=number)
    at = updated_at or opened
    pull = Pull(
        repo.id * 1_000 + number, number, title or f"Change number {number}", body, author, opened, at
    )
    pull.head_sha = head_sha or _sha(f"{repo_full_name}#{number}")
    pull.base_sha = pull.merge_base = _sha(repo_full_name)
    pull.head_ref, pull.head_owner, pull.head_repo = f"change-{number}", repo.owner, repo.id
    pull.reviewers, pull.draft = list(reviewers), draft
    pull.additions, pull.deletions, pull.changed_files = changed
    pull.commit_count = 1
    for index, name in enumerate(labels):
        repo.labels[name] = Label(index + 1, name)
        pull.labels.append(name)
    repo.issues[number] = pull
    if merged or action == "closed":
        pull.state, pull.closed_at = "closed", at
    if merged:
        pull.merged_at, pull.merged_by, pull.merge_commit_sha = (
            at,
            sender or author,
            _sha(f"merge {pull.head_sha}"),
        )
    members: dict[str, Any] = {}
    if action in {"review_requested", "review_request_removed"} and reviewers:
        members["requested_reviewer"] = people.user(state, reviewers[-1])
    return (
        {"action": action, "number": number, "pull_request": pulls.full(state, repo, pull, mergeable=None)}
        | members
        | {
            "repository": repos.repository(state, repo),
            "organization": people.organization(state, state.accounts[repo.owner]),
            "sender": people.user(state, sender or author),
        }
        | dict(extra or {})
    )


def _repository(state: State, full_name: str, logins: tuple[str, ...]) -> Repository:
    owner, name = full_name.split("/")
    state.accounts[owner] = Account(
        owner, _number(owner), owner.title(), type="Organization", members=set(logins)
    )
    for login in logins:
        kind = "Bot" if login.endswith("[bot]") else "User"
        state.accounts[login] = Account(login, _number(login), login.title(), type=kind)
    repo = Repository(_number(full_name), owner, name, START, START, START)
    state.repositories[repo.id] = repo
    sha = _sha(full_name)
    repo.commits[sha] = Commit(sha, "Initial commit", WEB_FLOW, WEB_FLOW, START, (), {})
    repo.branches["main"] = sha
    return repo


def _number(text: str) -> int:
    return int(_sha(text)[:7], 16) + 1_000_000


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
