"""What endpoints answer with, and how lists are cut into pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from sandbox.github.model import Repository
from sandbox.github.world import Token

Item = TypeVar("Item")
DOCS = "https://docs.github.com/rest"
BODY = web.RequestKey("body", bytes)
"""What came with a request."""


@dataclass(frozen=True)
class Reply:
    """An answer: JSON `data`, or `text` of another media type."""

    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    content_type: str = "application/json"


class ApiError(Exception):
    """An answer of GitHub's error form."""

    def __init__(
        self, status: int, message: str, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(message)
        body = {"message": message, **extra, "documentation_url": DOCS, "status": str(status)}
        self.reply = Reply(body, status, headers or {})


def not_found() -> ApiError:
    """Make the answer for what does not exist or may not be seen."""
    return ApiError(404, "Not Found")


@dataclass(frozen=True)
class Viewer:
    """Who asks: a token's person or installation, the App itself by JWT, or nobody."""

    token: Token | None = None
    app: bool = False

    @property
    def login(self) -> str | None:
        """Give the person's login."""
        return self.token.login if self.token else None


Endpoint = Callable[[web.Request, Viewer], Reply]


def page(
    request: web.Request,
    api: str,
    items: Sequence[Item],
    write: Callable[[Item], Any],
    most: int | None = None,
) -> Reply:
    """Give one page of a list with its Link header; `most` is where GitHub stops listing."""
    items = items[:most]
    size = min(max(number(request, "per_page", 30), 1), 100)
    current = max(number(request, "page", 1), 1)
    last = max(-(-len(items) // size), 1)
    shown = items[(current - 1) * size : current * size]
    targets = {"prev": current - 1, "next": current + 1, "last": last, "first": 1}
    wanted = [name for name in targets if (current > 1 if name in {"prev", "first"} else current < last)]
    links = [
        f'<{api}{request.path}?{urlencode({**request.query, "page": targets[name]})}>; rel="{name}"'
        for name in wanted
    ]
    return Reply([write(item) for item in shown], headers={"Link": ", ".join(links)} if links else {})


def number(request: web.Request, name: str, default: int) -> int:
    """Read a number from the query, or the default when it is none."""
    try:
        return int(request.query.get(name, default))
    except ValueError:
        return default


def moved(api: str, request: web.Request, repo: Repository) -> ApiError:
    """Make the 301 that follows a renamed or transferred repository to its id."""
    tail = request.path.split("/", 4)[4:]
    target = f"{api}/repositories/{repo.id}" + "".join(f"/{part}" for part in tail)
    if request.query_string:
        target += f"?{request.query_string}"
    error = ApiError(301, "Moved Permanently", {"Location": target})
    error.reply.data["url"] = target
    return error
