"""Project webhook events onto the facts: late and repeated events change nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.facts import payloads
from bot.facts.checks import on_check_run, on_check_suite, on_status, on_workflow_run
from bot.facts.pulls import REFRESHED, is_bot, login_of, refresh, write_pull
from bot.facts.scope import Scope
from bot.facts.text import clean
from bot.models import Pull, Verdict
from storage import configurations, facts, jobs, reviews, slas, subscriptions


@dataclass(frozen=True, slots=True)
class Change:
    """What an event touched: the pull requests by id, with the event itself for those who tell of it.

    `new` is the one among them that nobody has told of before: no message is about it yet.
    """

    event: str
    action: str | None
    payload: payloads.Event
    pulls: tuple[int, ...]
    delivery_id: int
    now: datetime
    new: Pull | None = None

    @property
    def known(self) -> tuple[int, ...]:
        """Return the pull requests that some message may be about."""
        return tuple(pull_id for pull_id in self.pulls if self.new is None or self.new.id != pull_id)


def project(connection: Connection, event: str, body: bytes, *, delivery_id: int, now: datetime) -> Change:
    """Write the event's facts and return what it touched; raises ValueError if the payload does not fit."""
    payload = payloads.decode(payloads.EVENTS[event], body)
    scope = Scope(connection, payload.action, delivery_id, now)
    touched: tuple[int, ...] = ()
    if payload.repository and event in _PROJECTIONS:
        certain = event == "repository" or payload.action == REFRESHED
        if _repository(scope, payload.repository, certain=certain):
            touched = tuple(facts.pulls_of_repo(connection, payload.repository.id))
        touched = _PROJECTIONS[event](scope, payload.repository.id, payload) or touched
    return Change(event, payload.action, payload, touched, delivery_id, now, scope.new)


def _repository(scope: Scope, repo: payloads.Repository, *, certain: bool) -> bool:
    scope.repo, former = facts.put_repository(
        scope.connection,
        repo_id=repo.id,
        full_name=clean(repo.full_name),
        default_branch=clean(repo.default_branch),
        updated_at=repo.updated_at,
        certain=certain,
    )
    if former:
        _carry(scope, former, repo.full_name)
    return former is not None


def _carry(scope: Scope, old: str, new: str) -> None:
    """Let what goes by a repository's name go by its new one."""
    # The old name may belong to a new repository by now.
    if not facts.is_repository(scope.connection, old):
        subscriptions.rename_repo(scope.connection, old, new)
        slas.rename_repo(scope.connection, old, new)
        configurations.rename(scope.connection, old, new, now=scope.now)


def _follow_rename(scope: Scope, event: payloads.RepositoryEvent) -> None:
    """Carry subscriptions from the name that stands only in the event to the one the repository bears now."""
    repo, changes = event.repository, event.changes
    if repo is None or changes is None:
        return
    owner, name = repo.full_name.split("/", 1)
    if changes.repository and changes.repository.name and changes.repository.name.former:
        name = str(changes.repository.name.former)
    if changes.owner and isinstance(changes.owner.former, dict):
        account = changes.owner.former.get("user") or changes.owner.former.get("organization") or {}
        owner = str(account.get("login", owner))
    old, present = f"{owner}/{name}", facts.repository_name(scope.connection, repo.id)
    if present:
        _carry(scope, old, present)


def _read_again(scope: Scope, repo_id: int, number: int) -> None:
    """Ask for this delivery to be processed once more when its pull request is known."""
    jobs.enqueue(
        scope.connection,
        "delivery.again",
        f"again:{scope.delivery_id}",
        ordering=f"refresh:{repo_id}:{number}",
        payload={"repo_id": repo_id, "number": number, "delivery_id": scope.delivery_id},
        now=scope.now,
    )


def _on_pull_request(scope: Scope, repo_id: int, event: payloads.PullRequestEvent) -> tuple[int, ...]:
    write_pull(scope, repo_id, event.pull_request)
    return (event.pull_request.id,)


def _on_review(scope: Scope, repo_id: int, event: payloads.ReviewEvent) -> tuple[int, ...]:
    pull, review = event.pull_request, event.review
    write_pull(scope, repo_id, pull)
    state = review.state.lower()
    verdict = Verdict(state) if state in {*Verdict} else Verdict.COMMENTED
    if verdict is not Verdict.PENDING:
        reviews.put(
            scope.connection,
            {
                "id": review.id,
                "pull_id": pull.id,
                "login": login_of(review.user),
                "verdict": verdict,
                "body": clean(review.body),
                "url": clean(review.html_url),
                "submitted_at": review.submitted_at or pull.updated_at,
                # REST does not say when a review was edited: the pull request's own time does for order.
                "updated_at": review.updated_at or pull.updated_at,
            },
            first=event.action == "submitted",
        )
    return (pull.id,)


def _comment(scope: Scope, pull_id: int, kind: str, event: Any) -> None:
    comment: payloads.CommentBody = event.comment
    reviews.put_comment(
        scope.connection,
        {
            "kind": kind,
            "id": comment.id,
            "pull_id": pull_id,
            "login": login_of(comment.user),
            "is_bot": is_bot(comment.user),
            "body": clean(comment.body),
            "path": clean(comment.path) or None,
            "review_id": comment.pull_request_review_id,
            "url": clean(comment.html_url),
            "created_at": comment.created_at,
            "deleted": event.action == "deleted",
            "updated_at": comment.updated_at or comment.created_at,
        },
        first=event.action == "created",
    )


def _on_review_comment(scope: Scope, repo_id: int, event: payloads.ReviewCommentEvent) -> tuple[int, ...]:
    write_pull(scope, repo_id, event.pull_request)
    _comment(scope, event.pull_request.id, "review", event)
    return (event.pull_request.id,)


def _on_issue_comment(scope: Scope, repo_id: int, event: payloads.IssueCommentEvent) -> tuple[int, ...]:
    if event.issue.pull_request is None:
        return ()
    found = facts.pull_id(scope.connection, repo_id, event.issue.number)
    if found is None:
        # It is older than the webhook, or its own events are late: fetch it, then read this again.
        refresh(scope.connection, repo_id, event.issue.number, now=scope.now)
        _read_again(scope, repo_id, event.issue.number)
        return ()
    _comment(scope, found, "issue", event)
    return (found,)


def _on_push(scope: Scope, repo_id: int, event: payloads.PushEvent) -> tuple[int, ...]:
    if not event.ref.startswith("refs/heads/") or not event.after.strip("0"):
        return ()  # a tag, or a branch that was deleted
    branch = clean(event.ref.removeprefix("refs/heads/"))
    facts.base_moved(scope.connection, repo_id, branch)
    moved = facts.move_head(
        scope.connection, repo_id=repo_id, branch=branch, before=event.before, after=event.after
    )
    return tuple(moved)


def _on_repository(scope: Scope, repo_id: int, event: payloads.RepositoryEvent) -> tuple[int, ...]:
    _follow_rename(scope, event)
    return tuple(facts.pulls_of_repo(scope.connection, repo_id))


_PROJECTIONS: dict[str, Callable[[Scope, int, Any], tuple[int, ...]]] = {
    "pull_request": _on_pull_request,
    "pull_request_review": _on_review,
    "pull_request_review_comment": _on_review_comment,
    "issue_comment": _on_issue_comment,
    "push": _on_push,
    "check_run": on_check_run,
    "check_suite": on_check_suite,
    "workflow_run": on_workflow_run,
    "status": on_status,
    "repository": _on_repository,
}
