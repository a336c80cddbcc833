"""Acts of reviewers, and of the merge queue."""

from collections.abc import Iterable

from sandbox.github.acts.threads import ThreadActs
from sandbox.github.diffs import hunk_at
from sandbox.github.model import AutoMerge, Pull, Repository, Review, ReviewComment
from sandbox.github.render import commits, pulls

VERDICTS = ("approved", "changes_requested", "commented")


class ReviewActs(ThreadActs):
    """Reviews, their comments, automatic merging and the merge queue."""

    async def submit_review(
        self,
        repo: str,
        number: int,
        by: str,
        verdict: str,
        body: str = "",
        *,
        comments: Iterable[tuple[str, int, str]] = (),
    ) -> Review:
        """Submit a review with comments of (path, line of the new file, text).

        Sends `pull_request_review` submitted, then `pull_request_review_comment` created for each comment.
        The reviewer is no longer asked. ValueError for an unknown verdict or one on one's own change.
        """
        home, pull = self.repo(repo), self.pull(repo, number)
        if verdict not in VERDICTS:
            raise ValueError(f"a review is one of {', '.join(VERDICTS)}")
        if by == pull.author and verdict != "commented":
            raise ValueError("nobody can approve or block their own pull request")
        review = Review(self.new_id(), by, verdict, body or None, pull.head_sha, self.now())
        pull.reviews.append(review)
        if by in pull.reviewers:
            pull.reviewers.remove(by)
        said = [self._line_comment(home, pull, review, place) for place in comments]
        self.bump(home, pull)
        self._tell_review(home, pull, review, "submitted", by)
        for comment in said:
            self._tell_comment_on_line(home, pull, comment, "created", by)
        return review

    async def edit_review(self, repo: str, number: int, review: int, body: str, by: str) -> None:
        """Change the text of a review: `pull_request_review` edited."""
        home, pull = self.repo(repo), self.pull(repo, number)
        found = next(one for one in pull.reviews if one.id == review)
        former, found.body = found.body, body
        self.bump(home, pull)
        self._tell_review(home, pull, found, "edited", by, changes={"body": {"from": former or ""}})

    async def dismiss_review(self, repo: str, number: int, review: int, by: str) -> None:
        """Dismiss a review: `pull_request_review` dismissed."""
        home, pull = self.repo(repo), self.pull(repo, number)
        found = next(one for one in pull.reviews if one.id == review)
        found.state = "dismissed"
        self.bump(home, pull)
        self._tell_review(home, pull, found, "dismissed", by)

    async def review_comment(
        self,
        repo: str,
        number: int,
        path: str,
        line: int,
        text: str,
        *,
        by: str,
        in_reply_to: int | None = None,
    ) -> ReviewComment:
        """Comment on one line: a `commented` review of its own and `pull_request_review_comment` created."""
        home, pull = self.repo(repo), self.pull(repo, number)
        review = Review(self.new_id(), by, "commented", None, pull.head_sha, self.now())
        pull.reviews.append(review)
        comment = self._line_comment(home, pull, review, (path, line, text))
        comment.in_reply_to = in_reply_to
        self.bump(home, pull)
        self._tell_review(home, pull, review, "submitted", by)
        self._tell_comment_on_line(home, pull, comment, "created", by)
        return comment

    async def edit_review_comment(self, repo: str, number: int, comment: int, text: str, by: str) -> None:
        """Change a comment on a line: `pull_request_review_comment` edited."""
        home, pull = self.repo(repo), self.pull(repo, number)
        found = next(one for one in pull.review_comments if one.id == comment)
        former, found.body, found.updated_at = found.body, text, self.now()
        self._tell_comment_on_line(home, pull, found, "edited", by, changes={"body": {"from": former}})

    async def delete_review_comment(self, repo: str, number: int, comment: int, by: str) -> None:
        """Remove a comment on a line: `pull_request_review_comment` deleted."""
        home, pull = self.repo(repo), self.pull(repo, number)
        found = next(one for one in pull.review_comments if one.id == comment)
        pull.review_comments.remove(found)
        self._tell_comment_on_line(home, pull, found, "deleted", by)

    async def enable_auto_merge(self, repo: str, number: int, by: str, method: str = "squash") -> None:
        """Ask for a merge as soon as everything is green: `auto_merge_enabled`."""
        pull = self.pull(repo, number)
        pull.auto_merge = AutoMerge(by, method)
        self.changed(repo, pull, "auto_merge_enabled", by)

    async def disable_auto_merge(
        self, repo: str, number: int, by: str, reason: str = "manually disabled"
    ) -> None:
        """Take that back: `auto_merge_disabled`."""
        pull = self.pull(repo, number)
        pull.auto_merge = None
        self.changed(repo, pull, "auto_merge_disabled", by, reason=reason)

    async def enqueue(self, repo: str, number: int, by: str) -> None:
        """Put into the merge queue: `enqueued`, and `merge_group` checks_requested."""
        home, pull = self.repo(repo), self.pull(repo, number)
        pull.queued = True
        self.changed(repo, pull, "enqueued", by)
        group = {"action": "checks_requested", "merge_group": _merge_group(home, pull)}
        self.emit(home, "merge_group", by, group)

    async def dequeue(self, repo: str, number: int, by: str, reason: str = "MANUAL") -> None:
        """Take out of the merge queue (`MANUAL`, `CI_FAILURE` …): `merge_group` destroyed, `dequeued`."""
        home, pull = self.repo(repo), self.pull(repo, number)
        pull.queued = False
        group = {"action": "destroyed", "reason": "dequeued", "merge_group": _merge_group(home, pull)}
        self.emit(home, "merge_group", by, group)
        self.changed(repo, pull, "dequeued", by, reason=reason)

    def _line_comment(
        self, repo: Repository, pull: Pull, review: Review, place: tuple[str, int, str]
    ) -> ReviewComment:
        path, line, text = place
        changed = next((file for file in self.files_of(repo, pull) if file.path == path), None)
        if changed is None:
            raise ValueError(f"{path} is not part of the change")
        at = self.now()
        comment = ReviewComment(
            self.new_id(),
            review.author,
            text,
            at,
            at,
            path,
            line,
            pull.head_sha,
            review.id,
            hunk_at(changed.patch, line),
        )
        pull.review_comments.append(comment)
        return comment

    def _tell_review(
        self, repo: Repository, pull: Pull, review: Review, action: str, by: str, **extra: object
    ) -> None:
        body = {
            "action": action,
            "review": pulls.review(self.state, repo, pull, review),
            "pull_request": pulls.simple(self.state, repo, pull),
        }
        self.emit(repo, "pull_request_review", by, body | extra)

    def _tell_comment_on_line(
        self, repo: Repository, pull: Pull, comment: ReviewComment, action: str, by: str, **extra: object
    ) -> None:
        body = {
            "action": action,
            "comment": pulls.review_comment(self.state, repo, pull, comment),
            "pull_request": pulls.simple(self.state, repo, pull),
        }
        self.emit(repo, "pull_request_review_comment", by, body | extra)


def _merge_group(repo: Repository, pull: Pull) -> dict[str, object]:
    queue = f"gh-readonly-queue/{pull.base_ref}"
    return {
        "head_sha": pull.head_sha,
        "head_ref": f"refs/heads/{queue}/pr-{pull.number}-{pull.base_sha}",
        "base_sha": pull.base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": commits.head_commit(repo.commits[pull.head_sha]),
    }
