"""What happens to a pull request by the buttons of the panel."""

from collections.abc import Awaitable, Callable, Mapping

from sandbox.github import CommitSpec, GitHub, Pull
from sandbox.page.fields import Fields, other, people

CHECKS = ("lint", "test")
REMARKS = ("Can this be simpler?", "A test for this would be good.", "Please say why.")
Act = Callable[[str, Pull, Fields], Awaitable[object]]


class PullActs:
    """Does what a button below a pull request says."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self.acts: Mapping[str, Act] = {
            "request_review": self._request_review,
            "remove_request": lambda r, p, f: github.remove_request(
                r, p.number, f.text("reviewer"), self._author(p, f)
            ),
            "approve": lambda repo, pull, fields: self._review(repo, pull, fields, "approved"),
            "request_changes": lambda repo, pull, fields: self._review(
                repo, pull, fields, "changes_requested"
            ),
            "remarks": self._remarks,
            "comment": self._comment,
            "bot_comment": self._bot_comment,
            "label": lambda r, p, f: github.label(r, p.number, f.text("body"), self._author(p, f)),
            "unlabel": lambda r, p, f: github.unlabel(r, p.number, f.text("body"), self._author(p, f)),
            "retitle": lambda r, p, f: github.edit_title(r, p.number, f.text("body"), self._author(p, f)),
            "retarget": self._retarget,
            "conflict": self._conflict,
            "resolve": self._resolve,
            "enqueue": lambda r, p, f: github.enqueue(r, p.number, self._other(p, f)),
            "dequeue": lambda r, p, f: self._dequeue(r, p, f, "CI_FAILURE"),
            "leave_queue": lambda r, p, f: self._dequeue(r, p, f, "MANUAL"),
            "fail_ci": lambda repo, pull, _: self._finish_checks(repo, pull, "failure"),
            "fix_ci": lambda repo, pull, _: self._finish_checks(repo, pull, "success"),
            "push": self._push,
            "convert_to_draft": lambda r, p, f: github.convert_to_draft(r, p.number, self._author(p, f)),
            "ready_for_review": lambda r, p, f: github.ready_for_review(r, p.number, self._author(p, f)),
            "merge": self._merge,
            "close": lambda r, p, f: github.close(r, p.number, self._author(p, f)),
            "reopen": lambda r, p, f: github.reopen(r, p.number, self._author(p, f)),
        }

    def _author(self, pull: Pull, fields: Fields) -> str:
        return fields.text("by", "") or pull.author

    def _other(self, pull: Pull, fields: Fields) -> str:
        return fields.text("by", "") or other(self._github, pull)

    async def _request_review(self, repo: str, pull: Pull, fields: Fields) -> None:
        by = self._author(pull, fields)
        await self._github.request_review(repo, pull.number, fields.text("reviewer"), by)

    async def _review(self, repo: str, pull: Pull, fields: Fields, verdict: str) -> None:
        by = self._other(pull, fields)
        await self._github.submit_review(repo, pull.number, by, verdict, fields.text("body", ""))

    async def _remarks(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Review with a remark on each of some lines."""
        path = self._file(repo, pull)
        comments = [(path, line, remark) for line, remark in enumerate(REMARKS, 1)]
        by, home = self._other(pull, fields), self._github
        await home.submit_review(repo, pull.number, by, "commented", "Some remarks.", comments=comments)

    async def _comment(self, repo: str, pull: Pull, fields: Fields) -> None:
        await self._github.comment(repo, pull.number, fields.text("body"), self._other(pull, fields))

    async def _bot_comment(self, repo: str, pull: Pull, _fields: Fields) -> None:
        robot = people(self._github, "Bot")[0]
        await self._github.comment(repo, pull.number, "Coverage is 87.1 % now.", robot)

    async def _retarget(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Let it go into another branch, which is made from the default one if there is none."""
        home, branch = self._github.repo(repo), fields.text("body").strip()
        if not branch:
            raise ValueError("a branch needs a name")
        home.branches.setdefault(branch, home.branches[home.default_branch])
        await self._github.edit_pull(repo, pull.number, self._author(pull, fields), base=branch)

    async def _conflict(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Change a file of the pull request in the branch that it goes into."""
        path = self._file(repo, pull)
        spec = CommitSpec(f"Change {path} at the same time", {path: "Somebody was quicker.\n"})
        await self._github.push(repo, pull.base_ref, spec, by=self._other(pull, fields))

    async def _resolve(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Take that back."""
        home, path = self._github.repo(repo), self._file(repo, pull)
        spec = CommitSpec(f"Leave {path} as it was", {path: home.commits[pull.merge_base].tree.get(path)})
        await self._github.push(repo, pull.base_ref, spec, by=self._other(pull, fields))

    async def _dequeue(self, repo: str, pull: Pull, fields: Fields, reason: str) -> None:
        if not pull.queued:
            raise ValueError("it is not in the merge queue")
        await self._github.dequeue(repo, pull.number, self._other(pull, fields), reason=reason)

    async def _merge(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Merge, through the queue if it is in there."""
        by = self._other(pull, fields)
        if pull.queued:
            self._github.combined(self._github.repo(repo), pull)
            await self._github.dequeue(repo, pull.number, by, reason="MERGE")
        await self._github.merge(repo, pull.number, by)

    async def _finish_checks(self, repo: str, pull: Pull, conclusion: str) -> None:
        suite = await self._github.start_checks(repo, pull.number, CHECKS)
        for run in suite.runs:
            last = run.name == CHECKS[-1]
            summary = "2 tests failed" if last and conclusion == "failure" else None
            ended = conclusion if last else "success"
            await self._github.finish_check(repo, pull.number, run.name, ended, summary)

    async def _push(self, repo: str, pull: Pull, fields: Fields) -> None:
        """Push a commit that touches the first file of the pull request which is still there."""
        home = self._github.state.repositories.get(pull.head_repo or 0) or self._github.repo(repo)
        path = self._file(repo, pull)
        tree = home.commits[pull.head_sha].tree
        line = f"# Looked at again after review ({pull.commit_count}).\n"
        spec = CommitSpec("Address review comments", {path: tree.get(path, "") + line})
        await self._github.push(home.full_name, pull.head_ref, spec, by=self._author(pull, fields))

    def _file(self, repo: str, pull: Pull) -> str:
        """Name the first file of the pull request which is still there."""
        home = self._github.repo(repo)
        tree = home.commits[pull.head_sha].tree
        paths = [file.path for file in self._github.files_of(home, pull) if file.path in tree]
        return paths[0] if paths else "CHANGES.md"
