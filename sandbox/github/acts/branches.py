"""Acts on branches: commits, pushes, deletions; and the arithmetic of pull requests behind them."""

from sandbox.github.diffs import FileDiff, compare
from sandbox.github.model import Commit, Identity, Pull, Repository, Tree
from sandbox.github.render import commits, pulls, repos
from sandbox.github.specs import CommitSpec
from sandbox.github.world import ZERO_SHA, World


class BranchActs(World):
    """Pushing and what it does to pull requests."""

    async def push(
        self, repo: str, branch: str, *specs: CommitSpec, by: str, force: bool = False
    ) -> list[Commit]:
        """Push commits to a branch, made if missing: `push`, `synchronize` for open pull requests on it."""
        home = self.repo(repo)
        start = home.branches.get(branch) or home.branches[home.default_branch]
        made = self.build(home, start, specs, by)
        self.move(home, branch, made, by, force=force)
        return made

    async def delete_branch(self, repo: str, branch: str, by: str) -> None:
        """Delete a branch: `delete`, `push`, and `closed` for open pull requests on it."""
        home = self.repo(repo)
        before = home.branches.pop(branch)
        self.emit(home, "delete", by, {"ref": branch, "ref_type": "branch", "pusher_type": "user"})
        self._emit_push(home, branch, (before, ZERO_SHA), [], by)
        for pull in self.on_branch(home, branch):
            base = self.state.repositories[self._base_of(pull)]
            pull.state, pull.closed_at = "closed", self.now()
            self.bump(base, pull)
            self.tell_pull(base, pull, "closed", by)

    def build(self, repo: Repository, start: str, specs: tuple[CommitSpec, ...], author: str) -> list[Commit]:
        """Record commits one upon another, from `start`; no branch moves."""
        made: list[Commit] = []
        parent = start
        for spec in specs:
            tree = dict(repo.commits[parent].tree)
            for path, text in spec.files.items():
                if text is None:
                    tree.pop(path, None)
                else:
                    tree[path] = text
            made.append(
                self.commit(repo, self.identity(spec.author or author), spec.message, (parent,), tree)
            )
            parent = made[-1].sha
        return made

    def move(
        self, repo: Repository, branch: str, made: list[Commit], by: str, *, force: bool = False
    ) -> None:
        """Move a branch to the last of new commits: `create` for a new branch, `push`, `synchronize`."""
        before = repo.branches.get(branch, ZERO_SHA)
        after = made[-1].sha if made else before
        repo.branches[branch] = after
        repo.pushed_at = repo.updated_at = self.now()
        if before == ZERO_SHA:
            created = {
                "ref": branch,
                "ref_type": "branch",
                "master_branch": repo.default_branch,
                "description": repo.description,
                "pusher_type": "user",
            }
            self.emit(repo, "create", by, created)
        self._emit_push(repo, branch, (before, after), made, by, force=force)
        for pull in self.on_branch(repo, branch):
            base = self.state.repositories[self._base_of(pull)]
            pull.head_sha = after
            pull.base_sha = base.branches[pull.base_ref]
            self.measure(base, pull)
            self.bump(base, pull)
            self.tell_pull(base, pull, "synchronize", by, before=before, after=after)

    def on_branch(self, repo: Repository, branch: str) -> list[Pull]:
        """List the open pull requests whose head is this branch, wherever they were opened."""
        return [
            pull
            for home in self.state.repositories.values()
            for pull in home.pulls
            if pull.state == "open" and pull.head_repo == repo.id and pull.head_ref == branch
        ]

    def _base_of(self, pull: Pull) -> int:
        return next(r.id for r in self.state.repositories.values() if r.issues.get(pull.number) is pull)

    def identity(self, who: str | Identity) -> Identity:
        """Give the name and address a person's commits carry."""
        return who if isinstance(who, Identity) else self.state.accounts[who].identity

    # Pull request arithmetic

    def commits_of(self, repo: Repository, pull: Pull) -> list[Commit]:
        """List the commits of a pull request, oldest first."""
        found: list[Commit] = []
        sha = pull.head_sha
        while sha != pull.merge_base:
            found.append(repo.commits[sha])
            sha = found[-1].parents[0]
        return found[::-1]

    def files_of(self, repo: Repository, pull: Pull) -> list[FileDiff]:
        """List the files a pull request changes."""
        return compare(repo.commits[pull.merge_base].tree, repo.commits[pull.head_sha].tree)

    def measure(self, repo: Repository, pull: Pull) -> None:
        """Count lines, files and commits of a pull request anew."""
        files = self.files_of(repo, pull)
        pull.additions = sum(file.additions for file in files)
        pull.deletions = sum(file.deletions for file in files)
        pull.changed_files = len(files)
        pull.commit_count = len(self.commits_of(repo, pull))

    def mergeable(self, repo: Repository, pull: Pull) -> bool:
        """Tell whether base and head changed no file in two ways since they parted."""
        return pull.merged_at is None and self._combined(repo, pull) is not None

    def combined(self, repo: Repository, pull: Pull) -> Tree:
        """Give the tree that merging would make; ValueError when there are conflicts."""
        tree = self._combined(repo, pull)
        if tree is None:
            raise ValueError("the branches have conflicts")
        return tree

    def _combined(self, repo: Repository, pull: Pull) -> Tree | None:
        origin = repo.commits[pull.merge_base].tree
        ours = repo.commits[repo.branches[pull.base_ref]].tree
        theirs = repo.commits[pull.head_sha].tree
        merged: dict[str, str] = {}
        for path in [*ours, *(path for path in theirs if path not in ours)]:
            before, here, there = origin.get(path), ours.get(path), theirs.get(path)
            if here == before:
                text = there
            elif there in {before, here}:
                text = here
            else:
                return None
            if text is not None:
                merged[path] = text
        return merged

    # Webhooks

    def tell_pull(self, repo: Repository, pull: Pull, action: str, by: str, **extra: object) -> None:
        """Send a `pull_request` event."""
        fresh = action in {"opened", "synchronize", "reopened"}
        mergeable = (
            None if fresh or pull.merged_at else self.mergeable(repo, pull) if pull.state == "open" else None
        )
        whole = pulls.full(self.state, repo, pull, mergeable=mergeable)
        self.emit(
            repo, "pull_request", by, {"action": action, "number": pull.number, "pull_request": whole} | extra
        )

    def _emit_push(
        self,
        repo: Repository,
        branch: str,
        span: tuple[str, str],
        made: list[Commit],
        by: str,
        *,
        force: bool = False,
    ) -> None:
        before, after = span
        pusher = self.state.accounts[by]
        html = repos.html_url(self.state, repo)
        head = repo.commits.get(after)
        body = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "repository": repos.pushed_repository(self.state, repo),
            "pusher": {"name": pusher.login, "email": pusher.email or pusher.noreply},
            "created": before == ZERO_SHA,
            "deleted": after == ZERO_SHA,
            "forced": force,
            "base_ref": None,
            "compare": f"{html}/compare/{before[:12]}...{after[:12]}",
            "commits": [commits.pushed(self.state, repo, item) for item in made],
            "head_commit": commits.pushed(self.state, repo, head) if head else None,
        }
        self.emit(repo, "push", by, body)
