"""Changes to draft notes from."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.models import Change, ChangedFile, Commit, Pull, PullState

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SHA = "1f2e3d4c" * 5


def pull(title: str = "Add idempotency keys to refunds", body: str = "", **more: Any) -> Pull:
    """Return a merged pull request."""
    plain = Pull(
        id=1,
        repo_id=2,
        repo="acme/payments-api",
        number=42,
        title=title,
        body=body,
        author="tokafor",
        author_is_bot=False,
        state=PullState.MERGED,
        draft=False,
        base="main",
        head="work",
        head_sha=SHA,
        from_fork=False,
        additions=10,
        deletions=2,
        changed_files=1,
        labels=(),
        reviewers=(),
        teams=(),
        assignees=(),
        created_at=NOW,
        updated_at=NOW,
        closed_at=NOW,
        merged_at=NOW,
        merged_by="mara",
        merge_sha=SHA,
    )
    return replace(plain, **more)


def file(path: str, patch: str = "+new", additions: int = 1, deletions: int = 0) -> ChangedFile:
    """Return a changed file."""
    return ChangedFile(path, "modified", additions, deletions, patch)


def commit(
    message: str = "Work",
    *,
    name: str = "Tomás Okafor",
    address: str = "tomas@acme.example",
    login: str | None = "tokafor",
    co_authors: tuple[tuple[str, str], ...] = (),
    sha: str = SHA,
) -> Commit:
    """Return a commit, by the author unless told otherwise."""
    return Commit(sha, message, name, address, login, co_authors)


def change(
    title: str = "Add idempotency keys to refunds",
    body: str = "",
    *,
    files: tuple[ChangedFile, ...] = (ChangedFile("payments/refunds.py", "modified", 10, 2, "+key"),),
    commits: tuple[Commit, ...] = (),
    cut: str | None = None,
    **more: Any,
) -> Change:
    """Return a merged change."""
    return Change(pull(title, body, **more), commits or (commit(),), files, (), cut)
