"""What people choose from: repositories, and the labels, teams and branches that they have.

Lists are kept for some minutes. Whoever asks may give up at any moment: what was read by then is kept, and
the next one who asks goes on from there.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from bot.clients.github.answers import clean, convert
from bot.clients.github.api import Api
from bot.errors import Permanent, RetryLater
from bot.models import Clock

_KEPT = timedelta(minutes=5)
# After trouble GitHub is left alone for so long, unless it asked for more.
_PAUSE = timedelta(seconds=10)
_MOST_LISTS = 500
_MOST_PAGES = 10
_SEARCHED = 20


class _Named(msgspec.Struct):
    name: str


class _Team(msgspec.Struct):
    slug: str


class _Repository(msgspec.Struct):
    full_name: str


class _Listing:
    """One list of GitHub's, read page by page."""

    def __init__(self, repo: str, path: str, read: Callable[[Any], list[str]]) -> None:
        self.repo = repo
        self.found: dict[str, None] = {}
        self.until: datetime | None = None
        self.complete = False
        self._next: str | None = path
        self._pages = 0
        self._again: datetime | None = None
        self._read = read
        self._one_at_a_time = asyncio.Lock()

    async def fill(self, api: Api, clock: Clock) -> None:
        """Read what is left of it; a refusal ends it, and trouble is waited out."""
        async with self._one_at_a_time:
            self.until = self.until or clock.now() + _KEPT
            if self._again and clock.now() < self._again:
                return
            try:
                while self._next and self._pages < _MOST_PAGES:
                    page = await api.page(self.repo, self._next)
                    self._pages += 1
                    self.found |= dict.fromkeys(map(clean, self._read(page.data))) if page else {}
                    self._next = page.next if page else None
                self.complete = self._next is None
            except Permanent:
                self._next = None
            except RetryLater as trouble:
                self._again = clock.now() + max(timedelta(seconds=trouble.after or 0), _PAUSE)


class Places:
    """Reads what a token, or the App where it is installed, can see; each method returns what it knows."""

    def __init__(self, api: Api, clock: Clock, *, is_app: bool) -> None:
        self._api = api
        self._clock = clock
        self._is_app = is_app
        self._owners: tuple[list[str], datetime] = ([], clock.now())
        self._lists: dict[tuple[str, str], _Listing] = {}
        self._before: dict[tuple[str, str], list[str]] = {}

    async def repositories(self, within: float) -> list[str]:
        """Return those that the token or the App was given, waiting for `within` seconds at most."""
        if not self._is_app:
            path = "/user/repos?sort=pushed&per_page=100"
            return await self._list(within, "", path, _names_of_repositories)
        try:
            async with asyncio.timeout(within):
                await self._find_owners()
                lists = [self._start(owner, _INSTALLED, _names_of_installed) for owner in self._owners[0]]
                await asyncio.gather(*(one.fill(self._api, self._clock) for one in lists))
        except (TimeoutError, Permanent, RetryLater):
            pass
        return [name for owner in self._owners[0] for name in self._known(owner, _INSTALLED)]

    async def search(self, typed: str, within: float, *, near: str) -> list[str]:
        """Return repositories whose names hold what was typed, `owner/` before it or not."""
        owner, slash, name = typed.rpartition("/")
        words = [f"{name} in:name"] if name else []
        words += [f"user:{owner}"] if slash else []
        query = quote(" ".join(words), safe="")
        if not words or not all(one.isascii() and (one.isalnum() or one in "-_./") for one in typed):
            return []
        path = f"/search/repositories?q={query}&per_page={_SEARCHED}"
        return (await self._list(within, near, path, _names_of_found))[:_SEARCHED]

    async def labels(self, repo: str, within: float) -> list[str]:
        """Return the names of a repository's labels."""
        return await self._list(within, repo, f"/repos/{repo}/labels?per_page=100", _names)

    async def branches(self, repo: str, within: float) -> list[str]:
        """Return the names of a repository's branches."""
        return await self._list(within, repo, f"/repos/{repo}/branches?per_page=100", _names)

    async def teams(self, repo: str, within: float) -> list[str]:
        """Return `owner/team` of the teams that have access to a repository."""
        owner = repo.partition("/")[0]
        slugs = await self._list(within, repo, f"/repos/{repo}/teams?per_page=100", _slugs)
        return [f"{owner}/{slug}" for slug in slugs]

    def all_labels(self, repo: str) -> list[str] | None:
        """Return all labels of a repository if they were read already."""
        listing = self._lists.get((repo, f"/repos/{repo}/labels?per_page=100"))
        return list(listing.found) if listing and listing.complete else None

    async def _list(self, within: float, repo: str, path: str, read: Callable[[Any], list[str]]) -> list[str]:
        try:
            async with asyncio.timeout(within):
                await self._start(repo, path, read).fill(self._api, self._clock)
        except TimeoutError:
            pass
        return self._known(repo, path)

    def _start(self, repo: str, path: str, read: Callable[[Any], list[str]]) -> _Listing:
        """Return the list to be read; one that is too old begins anew, and stays known meanwhile."""
        key = (repo, path)
        found = self._lists.pop(key, None)
        if found is None or (found.until and found.until <= self._clock.now()):
            self._before[key] = list(found.found) if found else []
            found = _Listing(repo, path, read)
        self._lists[key] = found
        while len(self._lists) > _MOST_LISTS:
            oldest = next(iter(self._lists))
            del self._lists[oldest]
            self._before.pop(oldest, None)
        return found

    def _known(self, repo: str, path: str) -> list[str]:
        key = (repo, path)
        found = self._lists.get(key)
        if found is None:
            return []
        before = [] if found.complete else self._before.get(key, [])
        return list(found.found | dict.fromkeys(before))

    async def _find_owners(self) -> None:
        """Read where the App is installed, unless that was done lately."""
        _, until = self._owners
        if until <= self._clock.now():
            self._owners = (await self._api.owners(), self._clock.now() + _KEPT)


_INSTALLED = "/installation/repositories?per_page=100"


def _names(data: Any) -> list[str]:
    return [one.name for one in convert(list[_Named], data)]


def _slugs(data: Any) -> list[str]:
    return [one.slug for one in convert(list[_Team], data)]


def _names_of_repositories(data: Any) -> list[str]:
    return [one.full_name for one in convert(list[_Repository], data)]


def _names_of_installed(data: Any) -> list[str]:
    return _names_of_repositories(convert(dict[str, Any], data).get("repositories", []))


def _names_of_found(data: Any) -> list[str]:
    return _names_of_repositories(convert(dict[str, Any], data).get("items", []))
