"""The pull requests, reviews and diffs that the bot reads from GitHub."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from bot.clients.github.account import Account
from bot.clients.github.answers import (
    CommitAnswer,
    FileAnswer,
    IssueAnswer,
    RepositoryAnswer,
    clean,
    closed_by,
    convert,
    to_commit,
)
from bot.clients.github.api import Api
from bot.clients.github.checks import Checks
from bot.clients.github.contents import Contents
from bot.clients.github.feed import Feed
from bot.clients.github.hooks import Hooks
from bot.clients.github.people import People
from bot.clients.github.places import Places
from bot.clients.observe import Observe, nobody
from bot.config import Settings, web_url
from bot.errors import Permanent
from bot.models import Change, ChangedFile, Clock, Commit, Issue, Pull

_MAX_FILES = 300
_MAX_PATCH_BYTES = 1_000_000
_MAX_ISSUES = 20
# GitHub lists no more commits of a pull request than this, however many there are.
_LISTED_COMMITS = 250


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as GitHub names it now."""

    id: int
    full_name: str
    default_branch: str
    private: bool


class GitHub:
    """Reads GitHub with a token, or as a GitHub App with a token per repository owner.

    `api_url` is `https://api.github.com`, or `https://host/api/v3` of a GitHub Enterprise Server. The client
    belongs to the caller. `hooks` reads and repeats what webhooks delivered, `feed` is for those without one;
    `contents` are files and teams, `people` the accounts, `checks` what is told of a commit,
    `places` what people choose from.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_url: str,
        *,
        clock: Clock,
        token: str | None = None,
        app_id: int | None = None,
        private_key: str | None = None,
        observe: Observe = nobody,
    ) -> None:
        app = (str(app_id), private_key) if app_id is not None and private_key else None
        self._web_url = web_url(api_url)
        self._api = Api(client, api_url.rstrip("/"), clock=clock, token=token, app=app, observe=observe)
        self.is_app = app is not None
        self.hooks = Hooks(self._api)
        self.feed = Feed(self._api)
        self.account = Account(self._api)
        self.contents = Contents(self._api)
        self.people = People(self._api)
        self.checks = Checks(self._api)
        self.places = Places(self._api, clock, is_app=self.is_app)

    @classmethod
    def from_settings(
        cls, settings: Settings, client: httpx.AsyncClient, clock: Clock, observe: Observe = nobody
    ) -> Self | None:
        """Return GitHub as the settings name it; None without a token or an App."""
        token, key = settings.github_token, settings.app_private_key
        if token is None and key is None:
            return None
        return cls(
            client,
            settings.github_api_url,
            clock=clock,
            token=token.get_secret_value() if token else None,
            app_id=settings.github_app_id,
            private_key=key,
            observe=observe,
        )

    async def repository(self, repo: str) -> Repository:
        """Return the repository `owner/name` under its present name."""
        found = convert(RepositoryAnswer, await self._api.get(repo, f"/repos/{repo}"))
        return Repository(found.id, found.full_name, found.default_branch, found.private)

    async def pull(self, repo: str, number: int) -> dict[str, Any]:
        """Return a pull request as GitHub's JSON describes it."""
        return convert(dict[str, Any], await self._api.get(repo, f"/repos/{repo}/pulls/{number}"))

    async def change(self, pull: Pull) -> Change:
        """Return the pull request with its diff, commits and the issues it closes.

        At most 300 files and 1 MB of diff are kept; `cut` says what was left out. Merge commits are skipped.
        """
        files, cut = await self._files(pull)
        commits: list[Commit] = []
        listed = 0
        async for item in self._api.pages(pull.repo, f"/repos/{pull.repo}/pulls/{pull.number}/commits"):
            listed += 1
            found = convert(CommitAnswer, item)
            if len(found.parents) < 2:
                commits.append(to_commit(found))
        if listed >= _LISTED_COMMITS:
            cut.append(f"read {listed} commits, and GitHub lists no more")
        texts = [pull.body, *(commit.message for commit in commits)]
        issues = await self._issues(pull, texts)
        return Change(pull, tuple(commits), tuple(files), tuple(issues), "; ".join(cut) or None)

    async def _files(self, pull: Pull) -> tuple[list[ChangedFile], list[str]]:
        """Return the files and, in words, what was left unread."""
        files: list[ChangedFile] = []
        left, without = _MAX_PATCH_BYTES, 0
        async for item in self._api.pages(pull.repo, f"/repos/{pull.repo}/pulls/{pull.number}/files"):
            found = convert(FileAnswer, item)
            patch = clean(found.patch)
            size = len(patch.encode())
            if size > left:
                patch, size, without = "", 0, without + 1
            left -= size
            files.append(
                ChangedFile(clean(found.filename), found.status, found.additions, found.deletions, patch)
            )
            if len(files) == _MAX_FILES:
                break
        cut = []
        if len(files) < pull.changed_files:
            cut.append(f"read {len(files)} of {pull.changed_files:,} files")
        if without:
            cut.append(f"left out the diff of {without} {'file' if without == 1 else 'files'} beyond 1 MB")
        return files, cut

    async def _issues(self, pull: Pull, texts: list[str]) -> list[Issue]:
        """Fetch the issues that the texts close; what is gone, hidden or a pull request is left out.

        Of other repositories only public ones count: our token may read what the author of the text may not.
        """
        issues = []
        for repo, number in closed_by(texts, pull.repo, self._web_url)[:_MAX_ISSUES]:
            try:
                if repo.lower() != pull.repo.lower() and (await self.repository(repo)).private:
                    continue
                found = convert(IssueAnswer, await self._api.get(pull.repo, f"/repos/{repo}/issues/{number}"))
            except Permanent:
                continue
            if found.pull_request is None:
                url = f"{self._web_url}/{repo}/issues/{found.number}"
                issues.append(Issue(found.number, clean(found.title), url))
        return issues
