"""The buttons of the GitHub panel: who does it unless the person chose somebody, and what exactly happens."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from sandbox.github import CommitSpec, GitHub, Pull, PullSpec
from sandbox.github.server import BOT

CHECKS = ("lint", "test")
CONFIGURATION = ".patchforge.yml"
_RIGHT = """\
version: 1
subscriptions:
  - channel: "#payments"
    filter: "-label:wip"
    broadcast: [merged]
sla:
  hours: 4
"""
CONFIGURATIONS = {"right": _RIGHT, "wrong": _RIGHT.replace("hours:", "huors:"), "gone": None}
"""What the configuration file says after each act; None removes it."""


class Fields(Protocol):
    """The fields of an act."""

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text field, or `default` when it is missing."""

    def number(self, name: str) -> int:
        """Return a whole number."""

    def raw(self, name: str) -> object:
        """Return a field as it came."""


class GithubActs:
    """Does what a button of the panel says."""

    def __init__(self, github: GitHub, prepared: Sequence[PullSpec]) -> None:
        self._github = github
        self._prepared = prepared
        self._acts: Mapping[str, Callable[[str, Pull, Fields], Awaitable[object]]] = {
            "request_review": self._request_review,
            "approve": lambda repo, pull, fields: self._review(repo, pull, fields, "approved"),
            "request_changes": lambda repo, pull, fields: self._review(
                repo, pull, fields, "changes_requested"
            ),
            "comment": self._comment,
            "bot_comment": self._bot_comment,
            "label": lambda r, p, f: github.label(r, p.number, f.text("body"), self._author(p, f)),
            "retarget": self._retarget,
            "enqueue": lambda r, p, f: github.enqueue(r, p.number, self._other(p, f)),
            "dequeue": self._dequeue,
            "fail_ci": lambda repo, pull, _: self._finish_checks(repo, pull, "failure"),
            "fix_ci": lambda repo, pull, _: self._finish_checks(repo, pull, "success"),
            "push": self._push,
            "convert_to_draft": lambda r, p, f: github.convert_to_draft(r, p.number, self._author(p, f)),
            "ready_for_review": lambda r, p, f: github.ready_for_review(r, p.number, self._author(p, f)),
            "merge": lambda r, p, f: github.merge(r, p.number, self._other(p, f)),
            "close": lambda r, p, f: github.close(r, p.number, self._author(p, f)),
            "reopen": lambda r, p, f: github.reopen(r, p.number, self._author(p, f)),
        }

    async def perform(self, act: str, fields: Fields) -> None:
        """Do one act; KeyError or ValueError when GitHub has no such thing or would refuse it."""
        repo = fields.text("repo")
        if act == "open":
            await self._open(repo, fields)
        elif act == "configure":
            await self._configure(repo, fields)
        elif act not in self._acts:
            raise ValueError(f"there is no act called {act}")
        else:
            await self._acts[act](repo, self._github.pull(repo, fields.number("number")), fields)

    def _people(self) -> list[str]:
        accounts = self._github.state.accounts.values()
        return [account.login for account in accounts if account.type == "User" and account.login != BOT]

    def _author(self, pull: Pull, fields: Fields) -> str:
        return fields.text("by", "") or pull.author

    def _other(self, pull: Pull, fields: Fields) -> str:
        """Name who was chosen, else a reviewer, else anybody but the author."""
        reviewers = [*pull.reviewers, *(review.author for review in pull.reviews)]
        fitting = [login for login in [*reviewers, *self._people()] if login != pull.author]
        return fields.text("by", "") or fitting[0]

    async def _open(self, repo: str, fields: Fields) -> None:
        index = fields.raw("prepared")
        if isinstance(index, int):
            await self._github.open_pull(repo, self._prepared[index])
            return
        title = fields.text("title")
        author, reviewer = fields.text("by", "") or self._people()[0], fields.text("reviewer", "")
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "change"
        number = len(self._github.repo(repo).issues) + 1
        spec = PullSpec(
            title=title,
            body=f"{title}.",
            branch=f"{slug}-{number}",
            author=author,
            commits=(
                CommitSpec(title, {f"docs/changes/{slug}.md": f"# {title}\n\nWritten in the sandbox.\n"}),
            ),
            reviewers=(reviewer,) if reviewer in self._people() and reviewer != author else (),
        )
        await self._github.open_pull(repo, spec)

    async def _configure(self, repo: str, fields: Fields) -> None:
        """Push a configuration file to the default branch: one that is right, one that is not, or none."""
        text = CONFIGURATIONS[fields.text("what")]
        by = fields.text("by", "") or self._people()[0]
        spec = CommitSpec("Say in a file what channels hear", {CONFIGURATION: text})
        await self._github.push(repo, self._github.repo(repo).default_branch, spec, by=by)

    async def _request_review(self, repo: str, pull: Pull, fields: Fields) -> None:
        by = self._author(pull, fields)
        await self._github.request_review(repo, pull.number, fields.text("reviewer"), by)

    async def _review(self, repo: str, pull: Pull, fields: Fields, verdict: str) -> None:
        by = self._other(pull, fields)
        await self._github.submit_review(repo, pull.number, by, verdict, fields.text("body", ""))

    async def _comment(self, repo: str, pull: Pull, fields: Fields) -> None:
        await self._github.comment(repo, pull.number, fields.text("body"), self._other(pull, fields))

    async def _bot_comment(self, repo: str, pull: Pull, _fields: Fields) -> None:
        accounts = self._github.state.accounts.values()
        robot = next(account.login for account in accounts if account.type == "Bot")
        await self._github.comment(repo, pull.number, "Coverage is 87.1 % now.", robot)

    async def _retarget(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Let it go into another branch, which is made from the default one if there is none."""
        home, branch = self._github.repo(repo), fields.text("body").strip()
        if not branch:
            raise ValueError("a branch needs a name")
        home.branches.setdefault(branch, home.branches[home.default_branch])
        await self._github.edit_pull(repo, pull.number, self._author(pull, fields), base=branch)

    async def _dequeue(self, repo: str, pull: Pull, fields: Fields) -> None:
        if not pull.queued:
            raise ValueError("it is not in the merge queue")
        await self._github.dequeue(repo, pull.number, self._other(pull, fields), reason="CI_FAILURE")

    async def _finish_checks(self, repo: str, pull: Pull, conclusion: str) -> None:
        suite = await self._github.start_checks(repo, pull.number, CHECKS)
        for run in suite.runs:
            last = run.name == CHECKS[-1]
            summary = "2 tests failed" if last and conclusion == "failure" else None
            ended = conclusion if last else "success"
            await self._github.finish_check(repo, pull.number, run.name, ended, summary)

    async def _push(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Push a commit that touches the first file of the pull request which is still there."""
        home = self._github.repo(repo)
        tree = home.commits[pull.head_sha].tree
        paths = [file.path for file in self._github.files_of(home, pull) if file.path in tree]
        path = paths[0] if paths else "CHANGES.md"
        again = pull.commit_count
        line = f"# Looked at again after review ({again}).\n"
        spec = CommitSpec("Address review comments", {path: tree.get(path, "") + line})
        await self._github.push(repo, pull.head_ref, spec, by=self._author(pull, fields))
