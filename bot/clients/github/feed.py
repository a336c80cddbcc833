"""What changed in a repository, for whoever hears of it by no webhook; asking in vain costs nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clients.github.answers import convert
from bot.clients.github.api import Api

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a pull request and what happened to it, oldest first, as GitHub's JSON has it."""

    reviews: list[Json]
    comments: list[Json]
    review_comments: list[Json]
    happened: list[Json]


@dataclass(frozen=True, slots=True)
class Feed:
    """Reads lists by their tags."""

    api: Api

    async def pulls(
        self, repo: str, state: str, since: datetime, etag: str | None
    ) -> tuple[list[Json], str | None] | None:
        """Return the pull requests that changed since then, the latest first, and the list's tag.

        `state` is `closed` or `all`. None if the list still bears `etag`.
        """
        path = f"/repos/{repo}/pulls?state={state}&sort=updated&direction=desc&per_page=100"
        page = await self.api.page(repo, path, etag)
        if page is None:
            return None
        tag, found = page.etag, list[Json]()
        while page is not None:
            items = convert(list[Json], page.data)
            fresh = [item for item in items if datetime.fromisoformat(item["updated_at"]) >= since]
            found += fresh
            if len(fresh) < len(items) or page.next is None:
                break
            page = await self.api.page(repo, page.next)
        return found, tag

    async def said(self, repo: str, number: int) -> Said:
        """Return the reviews, the comments and the events of a pull request."""
        pull, issue = f"/repos/{repo}/pulls/{number}", f"/repos/{repo}/issues/{number}"
        return Said(
            await self._all(repo, f"{pull}/reviews"),
            await self._all(repo, f"{issue}/comments"),
            await self._all(repo, f"{pull}/comments"),
            await self._all(repo, f"{issue}/events"),
        )

    async def checks(self, repo: str, sha: str, etag: str | None) -> tuple[list[Json], str | None] | None:
        """Return the latest check run of each name at a commit, and the list's tag; None if unchanged."""
        return await self._members(repo, f"/repos/{repo}/commits/{sha}/check-runs", "check_runs", etag)

    async def statuses(self, repo: str, sha: str, etag: str | None) -> tuple[list[Json], str | None] | None:
        """Return the latest status of each context at a commit, and the list's tag; None if unchanged."""
        return await self._members(repo, f"/repos/{repo}/commits/{sha}/status", "statuses", etag)

    async def _all(self, repo: str, path: str) -> list[Json]:
        return [convert(Json, item) async for item in self.api.pages(repo, path)]

    async def _members(
        self, repo: str, path: str, member: str, etag: str | None
    ) -> tuple[list[Json], str | None] | None:
        page = await self.api.page(repo, f"{path}?per_page=100", etag)
        if page is None:
            return None
        tag, found = page.etag, list[Json]()
        while page is not None:
            found += convert(list[Json], convert(Json, page.data).get(member, []))
            page = await self.api.page(repo, page.next) if page.next else None
        return found, tag
