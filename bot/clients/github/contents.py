"""Files and teams: what a pull request changes, what a file says at a commit, who is in a team."""

import base64
import binascii
from collections.abc import AsyncIterator
from urllib.parse import quote

import msgspec

from bot.clients.github.answers import clean, convert
from bot.clients.github.api import Api
from bot.errors import Permanent, RetryLater

# GitHub lists no more files of a pull request than this.
MOST_FILES = 3_000


class _File(msgspec.Struct):
    filename: str
    previous_filename: str | None = None


class _Content(msgspec.Struct):
    type: str
    size: int
    sha: str
    encoding: str | None = None
    content: str | None = None


class _Commit(msgspec.Struct):
    sha: str


class _Member(msgspec.Struct):
    login: str


class _Named(msgspec.Struct):
    name: str


class _Team(msgspec.Struct):
    slug: str
    name: str


class Contents:
    """Reads what stands in repositories and organisations."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def paths(self, repo: str, number: int) -> tuple[list[str], bool]:
        """Return the paths a pull request touches, both of a rename, and whether they are all of them."""
        found: dict[str, None] = {}
        listed = 0
        async for item in self._api.pages(repo, f"/repos/{repo}/pulls/{number}/files"):
            file = convert(_File, item)
            listed += 1
            found[clean(file.filename)] = None
            if file.previous_filename:
                found[clean(file.previous_filename)] = None
        return list(found), listed < MOST_FILES

    async def text(self, repo: str, path: str, ref: str, *, limit: int) -> str | None:
        """Return what a file says at a commit or branch; None if there is no such file.

        Raises Permanent as `body` does, and with the code `not_text` for what is no UTF-8.
        """
        found = await self.body(repo, path, ref, limit=limit)
        try:
            return None if found is None else found.decode()
        except UnicodeDecodeError:
            raise Permanent(f"{path} is not UTF-8", code="not_text") from None

    async def body(self, repo: str, path: str, ref: str, *, limit: int) -> bytes | None:
        """Return the bytes of a file at a commit or branch; None if there is no such file.

        Raises Permanent with the code `too_large` beyond `limit` bytes, and `not_a_file` for a folder or a
        link.
        """
        try:
            answer = await self._api.get(
                repo, f"/repos/{repo}/contents/{quote(path)}?ref={quote(ref, safe='')}"
            )
        except Permanent as error:
            if error.code == "404":
                return None
            raise
        if isinstance(answer, list):
            raise Permanent(f"{path} is a folder", code="not_a_file")
        found = convert(_Content, answer)
        if found.type != "file":
            raise Permanent(f"{path} is no plain file", code="not_a_file")
        if found.size > limit:
            raise Permanent(f"{path} has {found.size:,} bytes, more than {limit:,}", code="too_large")
        if found.encoding != "base64":  # beyond one megabyte the content is given by another address
            found = convert(_Content, await self._blob(repo, found.sha))
        try:
            return base64.b64decode(found.content or "")
        except binascii.Error as error:
            raise RetryLater(f"GitHub's answer for {path} was not understood") from error

    async def commit(self, repo: str, ref: str) -> str:
        """Return the commit that a branch is at now; raises Permanent for one that is not there."""
        return convert(_Commit, await self._api.get(repo, f"/repos/{repo}/commits/{quote(ref)}")).sha

    async def _blob(self, repo: str, sha: str) -> dict[str, object]:
        answer = convert(dict[str, object], await self._api.get(repo, f"/repos/{repo}/git/blobs/{sha}"))
        return {"type": "file", **answer}

    async def team_members(self, repo: str, team: str) -> list[str]:
        """Return the logins of the team `owner/slug`, children included; `repo` says whose token to use."""
        org, slug = team.split("/", 1)
        pages = self._api.pages(repo, f"/orgs/{quote(org)}/teams/{quote(slug)}/members")
        return [clean(convert(_Member, item).login) async for item in pages]

    async def labels(self, repo: str) -> list[str]:
        """Return the names of a repository's labels."""
        return [clean(convert(_Named, item).name) async for item in self._pages(repo, "labels")]

    async def teams(self, repo: str) -> list[str]:
        """Return the slugs of the teams that have access to a repository."""
        return [clean(convert(_Team, item).slug) async for item in self._pages(repo, "teams")]

    def _pages(self, repo: str, what: str) -> AsyncIterator[object]:
        return self._api.pages(repo, f"/repos/{repo}/{what}")
