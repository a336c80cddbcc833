"""What a caller writes down to bring a commit or a pull request into being."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.github.model import Identity


@dataclass(frozen=True)
class CommitSpec:
    """A commit to make: `files` maps a path to its new text, or to None to delete it."""

    message: str
    files: Mapping[str, str | None]
    author: str | Identity | None = (
        None  # a login, or any name and address; the pull request's author when None
    )


@dataclass(frozen=True)
class PullSpec:
    """A pull request to open, with the commits on its branch."""

    title: str
    body: str | None
    branch: str
    author: str
    commits: tuple[CommitSpec, ...]
    base: str = "main"
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()  # logins or team slugs
    assignees: tuple[str, ...] = ()
    draft: bool = False
    fork: bool = False  # from the author's own fork
