"""Tell which links lead to a pull request, and of which messages they are shown; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.errors import UserError
from bot.subscriptions.repository import parse_repository

# The same pull request is unfurled once in this time in a channel.
QUIET = timedelta(minutes=30)
# A message with so many links is a list: who wrote it says what there is to say.
_LIST = 3
_LONGEST = 2_000
_PORTS = {"http": 80, "https": 443}
_PULL = re.compile(
    r"/(?P<owner>[\w-]+)/(?P<name>[\w.-]+)/pull/(?P<number>[1-9]\d{0,9})"
    r"(?:/(?:changes|checks|commits|conflicts|files)(?:/[\w.]+)?)?/?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PullLink:
    """A link to a pull request as it stands in a message; `repo` is in lower case."""

    url: str
    repo: str
    number: int


def pull_link(url: str, web_url: str) -> PullLink | None:
    """Read the address of a pull request, or of a page of it, on the GitHub whose pages are at `web_url`.

    None for everything else, and for what only looks like it.
    """
    # What `urlsplit` would silently take out is no part of an address.
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    ours, parts = urlsplit(web_url), _split(url)
    if parts is None or not _is_same_place(parts, ours):
        return None
    base = ours.path.rstrip("/")
    found = _PULL.fullmatch(parts.path.removeprefix(base)) if parts.path.startswith(base) else None
    if found is None:
        return None
    named = f"{found['owner']}/{found['name']}".lower()
    try:
        repo = parse_repository(named)
    except UserError:
        return None
    return PullLink(url, repo, int(found["number"])) if repo == named else None


def pull_links(event: Mapping[str, Any], web_url: str) -> tuple[PullLink, ...]:
    """Return what is to be shown of the links that Slack tells of: each pull request once.

    Nothing of what is still being typed, of direct messages, of channels without the bot, and of lists.
    """
    if event.get("source") == "composer" or not event.get("is_bot_user_member"):
        return ()
    if not str(event.get("channel", "")).startswith(("C", "G")):
        return ()
    urls = dict.fromkeys(_urls(event.get("links") or ()))
    if len(urls) >= _LIST:
        return ()
    found = [link for link in (pull_link(url, web_url) for url in urls) if link]
    return tuple({(link.repo, link.number): link for link in reversed(found)}.values())[::-1]


def _urls(links: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(link["url"]) for link in links if link.get("url")]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it finds one that is no number
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and "@" not in parts.netloc else None


def _is_same_place(parts: SplitResult, ours: SplitResult) -> bool:
    """Compare hosts and ports; Slack makes `http:` of an address that was typed without its beginning."""
    host = parts.hostname
    if ours.hostname == "github.com" and host == "www.github.com":
        host = "github.com"
    return (host, _port(parts)) == (ours.hostname, _port(ours))


def _port(parts: SplitResult) -> int | None:
    """Return the port unless it is the usual one."""
    return None if parts.port == _PORTS[parts.scheme] else parts.port
