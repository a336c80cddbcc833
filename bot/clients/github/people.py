"""Accounts on GitHub: by login, by number, and by an e-mail address."""

from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from bot.clients.github.answers import convert
from bot.clients.github.api import Api
from bot.errors import Permanent

# Of so many accounts that a search finds, the profiles are read; of so many commits, the authors.
_MOST_PROFILES, _MOST_COMMITS = 3, 30


class Profile(msgspec.Struct):
    """An account: its login now, the number that stays, and the address that it shows to everybody."""

    login: str
    id: int
    email: str | None = None


class _Found(msgspec.Struct):
    login: str


class _Commit(msgspec.Struct):
    author: _Found | None = None


class _Users(msgspec.Struct):
    items: list[_Found] = []


class _Commits(msgspec.Struct):
    items: list[_Commit] = []


@dataclass(frozen=True, slots=True)
class People:
    """Reads accounts; `near` is a repository that says whose token to use."""

    api: Api

    async def named(self, login: str, near: str = "") -> Profile | None:
        """Return the account that has this login now; None if there is none."""
        return await self._profile(f"/users/{quote(login)}", near)

    async def numbered(self, number: int, near: str = "") -> Profile | None:
        """Return the account with this number, whatever its login is now; None if it is gone."""
        return await self._profile(f"/user/{number}", near)

    async def showing(self, address: str, near: str = "") -> set[str]:
        """Return the logins of those who show exactly this address on their profile."""
        query = quote(f"{address} in:email")
        answer = await self.api.get(near, f"/search/users?q={query}&per_page={_MOST_PROFILES}")
        profiles = [await self.named(one.login, near) for one in convert(_Users, answer).items]
        return {
            one.login for one in profiles if one is not None and (one.email or "").lower() == address.lower()
        }

    async def committing(self, address: str, near: str = "") -> set[str]:
        """Return the logins to which GitHub counts commits with this address.

        It counts them to the account that has proven to own the address, whoever made the commit.
        """
        query = quote(f"author-email:{address}")
        answer = await self.api.get(near, f"/search/commits?q={query}&per_page={_MOST_COMMITS}")
        return {one.author.login for one in convert(_Commits, answer).items if one.author is not None}

    async def _profile(self, path: str, near: str) -> Profile | None:
        try:
            return convert(Profile, await self.api.get(near, path))
        except Permanent as error:
            if error.code == "404":
                return None
            raise
