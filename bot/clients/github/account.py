"""Who we are to GitHub, what we may do there, and how the webhooks are set up."""

from dataclasses import dataclass
from typing import Any

import msgspec

from bot.clients.github.answers import convert
from bot.clients.github.api import Api


class _User(msgspec.Struct):
    login: str


class _Rate(msgspec.Struct):
    limit: int
    remaining: int


class _Rates(msgspec.Struct):
    rate: _Rate


class AppAnswer(msgspec.Struct):
    """A GitHub App: its name, its permissions (`read`, `write`) and the events it hears."""

    name: str
    permissions: dict[str, str] = {}
    events: list[str] = []


class InstallationAnswer(msgspec.Struct):
    """An App's installation: what it was granted there, and since when it is suspended."""

    permissions: dict[str, str] = {}
    suspended_at: str | None = None


class HookConfig(msgspec.Struct):
    """Where a webhook leads; of its `secret` only that there is one is shown."""

    url: str = ""
    secret: str | None = None


class Webhook(msgspec.Struct):
    """A webhook as it is set up; its secret is shown to nobody."""

    id: int
    active: bool = True
    events: list[str] = []
    config: HookConfig = msgspec.field(default_factory=HookConfig)


@dataclass(frozen=True, slots=True)
class Account:
    """Reads what concerns the token or the App itself."""

    api: Api

    async def login(self) -> str:
        """Return whose token it is."""
        return convert(_User, await self.api.get("", "/user")).login

    async def app(self) -> AppAnswer:
        """Return the App as GitHub knows it."""
        page = await self.api.page(None, "/app")
        return convert(AppAnswer, page.data if page else None)

    async def app_webhook(self) -> HookConfig:
        """Return where the App's webhook leads."""
        page = await self.api.page(None, "/app/hook/config")
        return convert(HookConfig, page.data if page else None)

    async def installation(self, repo: str) -> InstallationAnswer:
        """Return the App's installation on a repository; raises Permanent where there is none."""
        page = await self.api.page(None, f"/repos/{repo}/installation")
        return convert(InstallationAnswer, page.data if page else None)

    async def rate(self, repo: str) -> tuple[int, int]:
        """Return how many requests are left of how many in this hour; asking costs none."""
        found = convert(_Rates, await self.api.get(repo, "/rate_limit")).rate
        return found.remaining, found.limit

    async def can_read(self, repo: str) -> None:
        """Read the latest pull request; raises Permanent where that is not allowed."""
        convert(list[Any], await self.api.get(repo, f"/repos/{repo}/pulls?per_page=1"))

    async def webhooks(self, repo: str) -> list[Webhook]:
        """Return the webhooks of a repository; needs the right to administer them."""
        return convert(list[Webhook], await self.api.get(repo, f"/repos/{repo}/hooks?per_page=100"))
