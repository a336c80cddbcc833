"""Webhooks as GitHub keeps them: which there are, what they tried to deliver, and trying again."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from bot.clients.github.answers import convert
from bot.clients.github.api import Api


class _Config(msgspec.Struct):
    url: str = ""


class _Hook(msgspec.Struct):
    id: int
    active: bool = True
    config: _Config = msgspec.field(default_factory=_Config)


class Attempt(msgspec.Struct, frozen=True):
    """One attempt to deliver an event; all attempts of one event bear its GUID."""

    id: int
    guid: str
    delivered_at: datetime
    status_code: int
    event: str

    @property
    def ok(self) -> bool:
        """Tell whether the receiver took it."""
        return 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True)
class Source:
    """One webhook: a repository's by its id, or the App's own without either."""

    repo: str | None = None
    hook_id: int | None = None

    @property
    def name(self) -> str:
        """Return its name, which no other has."""
        return f"{self.repo} {self.hook_id}".lower() if self.repo else "app"

    @property
    def path(self) -> str:
        """Return the path below which GitHub keeps its deliveries."""
        return f"/repos/{self.repo}/hooks/{self.hook_id}" if self.repo else "/app/hook"


@dataclass(frozen=True, slots=True)
class Attempts:
    """One page of attempts, the newest first; `cursor` leads to older ones."""

    found: list[Attempt]
    cursor: str | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class Hooks:
    """Reads webhooks and what became of their deliveries; needs the right to administer them."""

    api: Api

    async def of_repo(self, repo: str, etag: str | None) -> tuple[dict[int, str], str | None] | None:
        """Return the addresses of a repository's active webhooks by id, and the list's tag.

        None if the list still bears `etag`. A repository has at most twenty for each event: one page.
        """
        page = await self.api.page(repo, f"/repos/{repo}/hooks?per_page=100", etag)
        if page is None:
            return None
        found = convert(list[_Hook], page.data)
        return {hook.id: hook.config.url for hook in found if hook.active}, page.etag

    async def attempts(
        self, source: Source, cursor: str | None = None, etag: str | None = None
    ) -> Attempts | None:
        """Return the latest attempts, or those from the cursor on; None if they still bear `etag`."""
        path = f"{source.path}/deliveries?per_page=100" + (f"&cursor={cursor}" if cursor else "")
        page = await self.api.page(source.repo, path, etag)
        if page is None:
            return None
        query = parse_qs(urlsplit(page.next).query) if page.next else {}
        following = query.get("cursor", [None])[0]
        return Attempts(convert(list[Attempt], page.data), following, page.etag)

    async def deliver_again(self, source: Source, attempt_id: int) -> None:
        """Ask GitHub to deliver an event once more."""
        await self.api.post(source.repo, f"{source.path}/deliveries/{attempt_id}/attempts")
