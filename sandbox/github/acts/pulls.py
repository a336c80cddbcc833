"""Acts on pull requests that lead from opened to merged."""

import re

from sandbox.github.acts.threads import ThreadActs
from sandbox.github.model import WEB_FLOW, Commit, Identity, Issue, Pull, Repository
from sandbox.github.specs import PullSpec

# GitHub's closing keywords, in the pull request's body.
CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)", re.IGNORECASE)
CO_AUTHOR = re.compile(r"^co-authored-by: .+ <.+>$", re.IGNORECASE | re.MULTILINE)


class PullActs(ThreadActs):
    """Opening, closing, merging."""

    async def open_issue(
        self, repo: str, title: str, body: str | None, by: str, labels: tuple[str, ...] = ()
    ) -> Issue:
        """Open an issue: `issues` opened."""
        home = self.repo(repo)
        at = self.now()
        issue = Issue(self.new_id(), home.next_number, title, body, by, at, at)
        issue.labels = [self.ensure_label(home, name).name for name in labels]
        home.issues[issue.number] = issue
        self.tell_issue(home, issue, "opened", by)
        return issue

    async def open_pull(self, repo: str, spec: PullSpec, *, draft: bool | None = None) -> Pull:
        """Push the branch and open the pull request: `create`, `push`, `opened`, then labels and people.

        ValueError when the branch has an open pull request already.
        """
        base = self.repo(repo)
        head = self._fork(base, spec.author) if spec.fork else base
        if any(pull.base_ref == spec.base for pull in self.on_branch(head, spec.branch)):
            raise ValueError(f"a pull request already exists for {head.owner}:{spec.branch}")
        start = base.branches[spec.base]
        self.move(head, spec.branch, self.build(head, start, spec.commits, spec.author), spec.author)
        at = self.now()
        pull = Pull(self.new_id(), base.next_number, spec.title, spec.body, spec.author, at, at)
        pull.base_ref, pull.base_sha, pull.merge_base = spec.base, start, start
        pull.head_ref, pull.head_sha = spec.branch, head.branches[spec.branch]
        pull.head_repo, pull.head_owner = head.id, head.owner
        pull.draft = spec.draft if draft is None else draft
        base.issues[pull.number] = pull
        self.measure(base, pull)
        self.tell_pull(base, pull, "opened", spec.author)
        for name in spec.labels:
            await self.label(repo, pull.number, name, by=spec.author)
        for login in spec.assignees:
            await self.assign(repo, pull.number, login, by=spec.author)
        for reviewer in spec.reviewers:
            await self.request_review(repo, pull.number, reviewer, by=spec.author)
        return pull

    async def edit_pull(
        self,
        repo: str,
        number: int,
        by: str,
        *,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
    ) -> None:
        """Change title, body or base branch: `edited` with the former values."""
        home, pull = self.repo(repo), self.pull(repo, number)
        changes: dict[str, object] = {}
        if title is not None:
            changes["title"] = {"from": pull.title}
            pull.title = title
        if body is not None:
            changes["body"] = {"from": pull.body}
            pull.body = body
        if base is not None:
            changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
            pull.base_ref, pull.base_sha = base, home.branches[base]
        self.bump(home, pull)
        self.tell_pull(home, pull, "edited", by, changes=changes)

    async def edit_title(self, repo: str, number: int, title: str, by: str) -> None:
        """Change the title: `edited`."""
        await self.edit_pull(repo, number, by, title=title)

    async def convert_to_draft(self, repo: str, number: int, by: str) -> None:
        """Turn into a draft: `converted_to_draft`."""
        pull = self.pull(repo, number)
        pull.draft = True
        self.changed(repo, pull, "converted_to_draft", by)

    async def ready_for_review(self, repo: str, number: int, by: str) -> None:
        """Leave the draft state: `ready_for_review`."""
        pull = self.pull(repo, number)
        pull.draft = False
        self.changed(repo, pull, "ready_for_review", by)

    async def close(self, repo: str, number: int, by: str) -> None:
        """Close an issue or, unmerged, a pull request: `closed`."""
        item = self.repo(repo).issues[number]
        item.state, item.closed_at = "closed", self.now()
        self.changed(repo, item, "closed", by)

    async def reopen(self, repo: str, number: int, by: str) -> None:
        """Reopen an issue or an unmerged pull request: `reopened`."""
        item = self.repo(repo).issues[number]
        item.state, item.closed_at = "open", None
        self.changed(repo, item, "reopened", by)

    async def merge(self, repo: str, number: int, by: str, method: str = "squash") -> None:
        """Merge by `squash` or `merge`: `push`, `closed` with merged, `issues` closed for what it fixes."""
        home, pull = self.repo(repo), self.pull(repo, number)
        if pull.state != "open" or pull.draft:
            raise ValueError("only an open pull request that is no draft can be merged")
        tree = self.combined(home, pull)
        tip = home.branches[pull.base_ref]
        own = self.commits_of(home, pull)
        if method == "squash":
            message = _squash_message(pull, own, self.identity(pull.author))
            made = [self.commit(home, self.identity(pull.author), message, (tip,), tree, committer=WEB_FLOW)]
        else:
            message = f"Merge pull request #{number} from {pull.head_owner}/{pull.head_ref}\n\n{pull.title}"
            made = [
                *own,
                self.commit(home, self.identity(by), message, (tip, pull.head_sha), tree, committer=WEB_FLOW),
            ]
        pull.state, pull.merged_by, pull.merge_commit_sha = "closed", by, made[-1].sha
        pull.closed_at = pull.merged_at = self.now()
        pull.auto_merge, pull.queued = None, False
        self.move(home, pull.base_ref, made, by)
        self.changed(repo, pull, "closed", by)
        for reference in dict.fromkeys(CLOSES.findall(pull.body or "")):
            issue = home.issues.get(int(reference))
            if issue and issue.state == "open" and pull.base_ref == home.default_branch:
                await self.close(repo, issue.number, by)

    def _fork(self, parent: Repository, owner: str) -> Repository:
        found = self.state.named(f"{owner}/{parent.name}")
        if found:
            return found
        fork = self.add_repository(
            f"{owner}/{parent.name}", private=parent.private, description=parent.description
        )
        fork.fork, fork.commits, fork.branches = True, parent.commits, dict(parent.branches)
        return fork


def _squash_message(pull: Pull, own: list[Commit], author: Identity) -> str:
    title = f"{pull.title} (#{pull.number})"
    trailers = dict.fromkeys(line for commit in own for line in CO_AUTHOR.findall(commit.message))
    for commit in own:
        if commit.author != author:
            trailers[f"Co-authored-by: {commit.author.name} <{commit.author.email}>"] = None
    bodies = [CO_AUTHOR.sub("", commit.message).rstrip() for commit in own]
    listed = (
        bodies[0].partition("\n\n")[2] if len(bodies) == 1 else "\n\n".join(f"* {body}" for body in bodies)
    )
    return "\n\n".join(part for part in (title, listed, "\n".join(trailers)) if part)
