"""Project webhook events onto the facts: late and repeated events change nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from bot.facts import payloads
from bot.facts.checks import on_check_run, on_check_suite, on_status, on_workflow_run
from bot.facts.scope import Scope
from bot.facts.text import clean
from bot.models import PullState, Verdict
from storage import facts, jobs, subscriptions

# The action of an event that we made ourselves from what GitHub's REST API answered.
REFRESHED = "refreshed"
_COUNTS = ("additions", "deletions", "changed_files")
# How long to wait before asking GitHub what is true after two events that bear the same second.
_SETTLE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Change:
    """What an event touched: the pull requests by id, with the event itself for those who tell of it."""

    event: str
    action: str | None
    payload: payloads.Event
    pulls: tuple[int, ...]
    delivery_id: int
    now: datetime


def project(connection: Connection, event: str, body: bytes, *, delivery_id: int, now: datetime) -> Change:
    """Write the event's facts and return what it touched; raises ValueError if the payload does not fit."""
    payload = payloads.decode(payloads.EVENTS[event], body)
    scope = Scope(connection, payload.action, delivery_id, now)
    touched: tuple[int, ...] = ()
    if payload.repository:
        certain = event == "repository" or payload.action == REFRESHED
        if _repository(scope, payload.repository, certain=certain):
            touched = tuple(facts.pulls_of_repo(connection, payload.repository.id))
        touched = _PROJECTIONS[event](scope, payload.repository.id, payload) or touched
    return Change(event, payload.action, payload, touched, delivery_id, now)


def _repository(scope: Scope, repo: payloads.Repository, *, certain: bool) -> bool:
    former = facts.put_repository(
        scope.connection,
        repo_id=repo.id,
        full_name=clean(repo.full_name),
        default_branch=clean(repo.default_branch),
        updated_at=repo.updated_at,
        certain=certain,
    )
    # The former name may belong to a new repository by now.
    if former and not facts.is_repository(scope.connection, former):
        subscriptions.rename_repo(scope.connection, former, repo.full_name)
    return former is not None


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
    # The old name may belong to a new repository by now.
    if present and not facts.is_repository(scope.connection, old):
        subscriptions.rename_repo(scope.connection, old, present)


def _login(user: payloads.User | None) -> str | None:
    return clean(user.login) if user else None


def is_bot(user: payloads.User | None) -> bool:
    """Tell whether an account is no person."""
    return user is not None and (user.type == "Bot" or user.login.endswith("[bot]"))


def _pull(scope: Scope, repo_id: int, pull: payloads.PullRequest) -> bool:
    """Write the pull request unless a newer one is known; True if it is at least as new."""
    known = facts.pull_row(scope.connection, pull.id)
    if known and known["repo_id"] != repo_id:
        raise ValueError("this pull request is another repository's")
    merged = pull.merged_at is not None
    if known and pull.updated_at < known["updated_at"]:
        _fill(scope, pull, known)
        return False
    if known and known["state"] == PullState.MERGED and not merged:
        return False  # of the same second; nothing leads back from there
    values: dict[str, Any] = {
        "id": pull.id,
        "repo_id": repo_id,
        "number": pull.number,
        "title": clean(pull.title),
        "body": clean(pull.body),
        "author": _login(pull.user),
        "author_is_bot": is_bot(pull.user),
        "state": PullState.MERGED if merged else PullState(pull.state),
        "draft": bool(pull.draft),
        "base": clean(pull.base.ref),
        "head": clean(pull.head.ref),
        "head_sha": clean(pull.head.sha),
        "from_fork": pull.head.repo is None or pull.head.repo.id != repo_id,
        "labels": [clean(label.name) for label in pull.labels],
        "reviewers": [clean(user.login) for user in pull.requested_reviewers if user.login],
        "teams": [
            clean(team.slug) for team in (*pull.requested_teams, *pull.requested_reviewers) if team.slug
        ],
        "assignees": [clean(user.login) for user in pull.assignees],
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_sha": pull.merge_commit_sha if merged else None,
    }
    # Only some events carry these; what is not said has not changed.
    for name in _COUNTS:
        value = getattr(pull, name)
        if value is not None or not known:
            values[name] = value or 0
    if pull.merged_by or not known:
        values["merged_by"] = _login(pull.merged_by)
    differs = known is not None and any(known[name] != value for name, value in values.items())
    if known is None or differs:
        facts.put_pull(scope.connection, values, known=known is not None)
    # GitHub's clock has whole seconds: of two events in one, only GitHub knows which came last. An event
    # without the counts leaves them unknown as well.
    tied = differs and known is not None and known["updated_at"] == pull.updated_at
    if scope.action != REFRESHED and (tied or (known is None and pull.additions is None)):
        refresh(scope.connection, repo_id, pull.number, now=scope.now, delay=_SETTLE)
    return True


def _fill(scope: Scope, pull: payloads.PullRequest, known: RowMapping) -> None:
    """Take from a late event what newer ones, that carry less, could not tell and time has not changed."""
    same_diff = (clean(pull.head.sha), clean(pull.base.ref)) == (known["head_sha"], known["base"])
    values: dict[str, Any] = {}
    if same_diff and pull.additions is not None:
        values = {name: getattr(pull, name) or 0 for name in _COUNTS}
    if pull.merged_by and known["merged_at"] and not known["merged_by"]:
        values["merged_by"] = _login(pull.merged_by)
    if any(known[name] != value for name, value in values.items()):
        facts.put_pull(scope.connection, {"id": pull.id, **values}, known=True)


def refresh(
    connection: Connection,
    repo_id: int,
    number: int,
    *,
    now: datetime,
    delay: timedelta = timedelta(),
    repo: str | None = None,
) -> None:
    """Ask for the pull request to be fetched from GitHub; `repo` is for one that is not known yet."""
    jobs.enqueue(
        connection,
        "pull.refresh",
        f"refresh:{repo_id}:{number}",
        payload={"repo_id": repo_id, "number": number} | ({"repo": repo} if repo else {}),
        run_at=now + delay,
        now=now,
        again=True,
    )


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
    _pull(scope, repo_id, event.pull_request)
    return (event.pull_request.id,)


def _on_review(scope: Scope, repo_id: int, event: payloads.ReviewEvent) -> tuple[int, ...]:
    pull, review = event.pull_request, event.review
    _pull(scope, repo_id, pull)
    state = review.state.lower()
    verdict = Verdict(state) if state in {*Verdict} else Verdict.COMMENTED
    if verdict is not Verdict.PENDING:
        facts.put_review(
            scope.connection,
            {
                "id": review.id,
                "pull_id": pull.id,
                "login": _login(review.user),
                "verdict": verdict,
                "body": clean(review.body),
                "url": clean(review.html_url),
                "submitted_at": review.submitted_at or pull.updated_at,
            },
            first=event.action == "submitted",
        )
    return (pull.id,)


def _comment(scope: Scope, pull_id: int, kind: str, event: Any) -> None:
    comment: payloads.CommentBody = event.comment
    facts.put_comment(
        scope.connection,
        {
            "kind": kind,
            "id": comment.id,
            "pull_id": pull_id,
            "login": _login(comment.user),
            "is_bot": is_bot(comment.user),
            "body": clean(comment.body),
            "path": clean(comment.path) or None,
            "review_id": comment.pull_request_review_id,
            "url": clean(comment.html_url),
            "created_at": comment.created_at,
            "deleted": event.action == "deleted",
        },
        first=event.action == "created",
    )


def _on_review_comment(scope: Scope, repo_id: int, event: payloads.ReviewCommentEvent) -> tuple[int, ...]:
    _pull(scope, repo_id, event.pull_request)
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
