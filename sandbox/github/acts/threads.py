"""Acts on issues and pull requests alike: labels, people, milestones, locks and comments."""

from sandbox.github.acts.branches import BranchActs
from sandbox.github.model import Comment, Happening, Issue, Milestone, Pull, Repository
from sandbox.github.render import issues, people, repos


class ThreadActs(BranchActs):
    """What can be done to anything that has a number."""

    async def label(self, repo: str, number: int, name: str, by: str) -> None:
        """Add a label, creating it if the repository has none of that name: `labeled`."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        found = self.ensure_label(home, name)
        if name not in item.labels:
            item.labels.append(name)
        self.changed(repo, item, "labeled", by, label=repos.label(self.state, home, found))

    async def unlabel(self, repo: str, number: int, name: str, by: str) -> None:
        """Take a label off: `unlabeled`."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        item.labels.remove(name)
        self.changed(repo, item, "unlabeled", by, label=repos.label(self.state, home, home.labels[name]))

    async def assign(self, repo: str, number: int, login: str, by: str) -> None:
        """Assign a person: `assigned`."""
        item = self.repo(repo).issues[number]
        if login not in item.assignees:
            item.assignees.append(login)
        self.changed(repo, item, "assigned", by, assignee=people.user(self.state, login))

    async def unassign(self, repo: str, number: int, login: str, by: str) -> None:
        """Take an assignment back: `unassigned`."""
        item = self.repo(repo).issues[number]
        item.assignees.remove(login)
        self.changed(repo, item, "unassigned", by, assignee=people.user(self.state, login))

    async def request_review(self, repo: str, number: int, reviewer: str, by: str) -> None:
        """Ask a person, or a team by its slug, for a review: `review_requested`."""
        pull = self.pull(repo, number)
        asked = pull.teams if reviewer in self.state.teams else pull.reviewers
        if reviewer not in asked:
            asked.append(reviewer)
        self.changed(repo, pull, "review_requested", by, **self._requested(reviewer))

    async def remove_request(self, repo: str, number: int, reviewer: str, by: str) -> None:
        """Withdraw a request for review: `review_request_removed`."""
        pull = self.pull(repo, number)
        (pull.teams if reviewer in self.state.teams else pull.reviewers).remove(reviewer)
        self.changed(repo, pull, "review_request_removed", by, **self._requested(reviewer))

    async def milestone(self, repo: str, number: int, title: str, by: str) -> None:
        """Put into a milestone, creating it if there is none of that title: `milestoned`."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        found = next((m for m in home.milestones.values() if m.title == title), None)
        if found is None:
            found = Milestone(self.new_id(), len(home.milestones) + 1, title, by, self.now())
            home.milestones[found.number] = found
        item.milestone = found.number
        self.changed(repo, item, "milestoned", by, milestone=repos.milestone(self.state, home, found))

    async def demilestone(self, repo: str, number: int, by: str) -> None:
        """Take out of its milestone: `demilestoned`."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        former = home.milestones[item.milestone or 0]
        item.milestone = None
        self.changed(repo, item, "demilestoned", by, milestone=repos.milestone(self.state, home, former))

    async def lock(self, repo: str, number: int, by: str, reason: str | None = None) -> None:
        """Lock the conversation: `locked`."""
        item = self.repo(repo).issues[number]
        item.locked, item.lock_reason = True, reason
        self.changed(repo, item, "locked", by)

    async def unlock(self, repo: str, number: int, by: str) -> None:
        """Unlock the conversation: `unlocked`."""
        item = self.repo(repo).issues[number]
        item.locked, item.lock_reason = False, None
        self.changed(repo, item, "unlocked", by)

    async def comment(self, repo: str, number: int, body: str, by: str) -> Comment:
        """Say something in the conversation: `issue_comment` created."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        said = Comment(self.new_id(), by, body, self.now(), self.now())
        item.comments.append(said)
        self.bump(home, item)
        self._tell_comment(home, item, said, "created", by)
        return said

    async def edit_comment(self, repo: str, number: int, comment: int, body: str, by: str) -> None:
        """Change a comment: `issue_comment` edited, with the former text."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        said = next(one for one in item.comments if one.id == comment)
        former, said.body, said.updated_at = said.body, body, self.now()
        self._tell_comment(home, item, said, "edited", by, changes={"body": {"from": former}})

    async def delete_comment(self, repo: str, number: int, comment: int, by: str) -> None:
        """Remove a comment: `issue_comment` deleted."""
        home, item = self.repo(repo), self.repo(repo).issues[number]
        said = next(one for one in item.comments if one.id == comment)
        item.comments.remove(said)
        self._tell_comment(home, item, said, "deleted", by)

    # Parts that other acts share

    def changed(self, repo: str, item: Issue, action: str, by: str, **extra: object) -> None:
        """Note the time of a change and send it as `pull_request` or `issues`."""
        home = self.repo(repo)
        self.bump(home, item)
        if isinstance(item, Pull) and action == "closed" and item.merged_at:
            item.happened.append(Happening(self.new_id(), "merged", by, item.updated_at, {}))
        item.happened.append(Happening(self.new_id(), action, by, item.updated_at, extra))
        if isinstance(item, Pull):
            self.tell_pull(home, item, action, by, **extra)
        else:
            self.tell_issue(home, item, action, by, **extra)

    def tell_issue(self, repo: Repository, issue: Issue, action: str, by: str, **extra: object) -> None:
        """Send an `issues` event."""
        whole = issues.issue(self.state, repo, issue)
        self.emit(repo, "issues", by, {"action": action, "issue": whole} | extra)

    def _tell_comment(
        self, repo: Repository, item: Issue, said: Comment, action: str, by: str, **extra: object
    ) -> None:
        body = {
            "action": action,
            "issue": issues.issue(self.state, repo, item),
            "comment": issues.comment(self.state, repo, item, said),
        }
        self.emit(repo, "issue_comment", by, body | extra)

    def _requested(self, reviewer: str) -> dict[str, object]:
        team = self.state.teams.get(reviewer)
        if team:
            return {"requested_team": people.team(self.state, team)}
        return {"requested_reviewer": people.user(self.state, reviewer)}
