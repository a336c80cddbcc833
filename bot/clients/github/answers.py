"""What GitHub's JSON says, as the bot's own values."""

import re
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec

from bot.errors import RetryLater
from bot.models import Commit

T = TypeVar("T")

_MOST_CO_AUTHORS = 100

_CLOSING = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+"
    r"(?:(?P<url>https?://[\w.:-]+)/(?P<url_repo>[\w-]+/[\w.-]*\w)/issues/(?P<url_number>\d{1,9})"
    r"|(?P<repo>[\w-]+/[\w.-]*\w)?#(?P<number>\d{1,9}))\b",
    re.IGNORECASE | re.ASCII,
)
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CO_AUTHOR = re.compile(
    r"^co-authored-by:(?P<name>[^<\r\n]{0,200})<(?P<address>[^>\r\n]{0,320})>", re.IGNORECASE | re.MULTILINE
)


class FileAnswer(msgspec.Struct):
    """One file of a pull request; GitHub gives no patch for binary and very large ones."""

    filename: str
    status: str
    additions: int
    deletions: int
    patch: str | None = None


class _Signature(msgspec.Struct):
    name: str | None = None
    email: str | None = None


class _Text(msgspec.Struct):
    message: str
    author: _Signature | None = None


class _User(msgspec.Struct):
    login: str | None = None


class CommitAnswer(msgspec.Struct):
    """One commit of a pull request; `author` is the account it belongs to, if any."""

    sha: str
    commit: _Text
    author: _User | None = None
    parents: list[Any] = []


class IssueAnswer(msgspec.Struct):
    """One issue, or a pull request, which GitHub counts among them."""

    number: int
    title: str
    pull_request: Any = None


class RepositoryAnswer(msgspec.Struct):
    """One repository."""

    id: int
    full_name: str
    default_branch: str
    private: bool = False


class _Account(msgspec.Struct):
    login: str


class InstalledAnswer(msgspec.Struct):
    """Where the App is installed, and since when it is suspended there."""

    id: int
    account: _Account
    suspended_at: str | None = None


class TokenAnswer(msgspec.Struct):
    """An installation's access token."""

    token: str
    expires_at: datetime


def convert(kind: type[T], value: Any) -> T:
    """Return decoded JSON as a typed value; raise RetryLater if it is not of that shape."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise RetryLater(f"GitHub's answer was not understood: {error}") from error


def clean(text: str | None) -> str:
    """Drop what JSON lets through and a database or a mail cannot hold: NUL and lone surrogates."""
    return (text or "").replace("\0", "").encode("utf-8", "replace").decode()


def to_commit(found: CommitAnswer) -> Commit:
    """Return the commit with its co-authors."""
    message = clean(found.commit.message)
    author = found.commit.author or _Signature()
    return Commit(
        sha=found.sha,
        message=message,
        name=clean(author.name),
        address=clean(author.email),
        login=found.author.login if found.author else None,
        co_authors=tuple(
            (match["name"].strip(), match["address"].strip())
            for match in islice(_CO_AUTHOR.finditer(message), _MOST_CO_AUTHORS)
        ),
    )


def closed_by(texts: list[str], repo: str, web_url: str) -> list[tuple[str, int]]:
    """Return (repo, number) of the issues that the texts say are closed, each once."""
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for text in texts:
        for match in _CLOSING.finditer(_HTML_COMMENT.sub("", text)):
            if match["url"]:
                if match["url"].lower() != web_url.lower():
                    continue
                place = (match["url_repo"], int(match["url_number"]))
            else:
                place = (match["repo"] or repo, int(match["number"]))
            found.setdefault((place[0].lower(), place[1]), place)
    return list(found.values())
