"""Write what an event says of its pull request: late and repeated events change nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from bot.facts import payloads
from bot.facts.scope import Scope
from bot.facts.text import clean
from bot.models import Pull, PullState
from storage import facts, jobs

# The action of an event that we made ourselves from what GitHub's REST API answered.
REFRESHED = "refreshed"
_COUNTS = ("additions", "deletions", "changed_files")
# How long to wait before asking GitHub what is true after two events that bear the same second.
_SETTLE = timedelta(seconds=3)


def login_of(user: payloads.User | None) -> str | None:
    """Return an account's login; None for one that is gone."""
    return clean(user.login) if user else None


def is_bot(user: payloads.User | None) -> bool:
    """Tell whether an account is no person."""
    return user is not None and (user.type == "Bot" or user.login.endswith("[bot]"))


def write_pull(scope: Scope, repo_id: int, pull: payloads.PullRequest) -> None:
    """Write the pull request unless a newer one is known."""
    known = facts.pull_row(scope.connection, pull.id)
    if known and known["repo_id"] != repo_id:
        raise ValueError("this pull request is another repository's")
    merged = pull.merged_at is not None
    if known and pull.updated_at < known["updated_at"]:
        _fill(scope, pull, known)
        return
    if known and known["state"] == PullState.MERGED and not merged:
        return  # of the same second; nothing leads back from there
    values: dict[str, Any] = {
        **_described(repo_id, pull),
        **_mergeable(pull, known),
        **_moments(scope, pull, known),
    }
    # Only some events carry these; what is not said has not changed.
    for name in _COUNTS:
        value = getattr(pull, name)
        if value is not None or not known:
            values[name] = value or 0
    if pull.merged_by or not known:
        values["merged_by"] = login_of(pull.merged_by)
    differs = known is not None and any(known[name] != value for name, value in values.items())
    if known is None or differs:
        facts.put_pull(scope.connection, values, known=known is not None)
    if known is None:
        scope.new = _made(values, scope.repo)
    # GitHub's clock has whole seconds: of two events in one, only GitHub knows which came last. An event
    # without the counts leaves them unknown as well.
    tied = differs and known is not None and known["updated_at"] == pull.updated_at
    if scope.action != REFRESHED and (tied or (known is None and pull.additions is None)):
        refresh(scope.connection, repo_id, pull.number, now=scope.now, delay=_SETTLE)


def pull_of(pull: payloads.PullRequest, repo: payloads.Repository) -> Pull:
    """Return a pull request as GitHub describes it in full."""
    counts = {name: getattr(pull, name) or 0 for name in _COUNTS}
    values = {**_described(repo.id, pull), **counts, "merged_by": login_of(pull.merged_by)}
    return _made(values, clean(repo.full_name))


def _made(values: Mapping[str, Any], repo: str) -> Pull:
    """Return the pull request of these columns."""
    lists = {name: tuple(values[name]) for name in ("labels", "reviewers", "teams", "assignees")}
    return Pull(**{**values, **lists}, repo=repo)


def _described(repo_id: int, pull: payloads.PullRequest) -> dict[str, Any]:
    """Return what every event says of a pull request."""
    merged = pull.merged_at is not None
    return {
        "id": pull.id,
        "repo_id": repo_id,
        "number": pull.number,
        "title": clean(pull.title),
        "body": clean(pull.body),
        "author": login_of(pull.user),
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
        "base_sha": clean(pull.base.sha),
    }


def _mergeable(pull: payloads.PullRequest, known: RowMapping | None) -> dict[str, Any]:
    """Return how it stands to its base; what GitHub is still finding out is as it was for this head."""
    said = clean(pull.mergeable_state)
    if said and said != "unknown":
        return {"mergeable_state": said[:20]}
    moved = known is None or known["head_sha"] != clean(pull.head.sha)
    return {"mergeable_state": None} if moved else {}


def _moments(scope: Scope, pull: payloads.PullRequest, known: RowMapping | None) -> dict[str, Any]:
    """Return when it was pushed to, made ready or queued last, as far as this event tells."""
    at, found = pull.updated_at, dict[str, Any]()
    told = {"synchronize": "pushed_at", "ready_for_review": "ready_at"}.get(scope.action or "")
    if told and (known is None or known[told] is None or known[told] < at):
        found[told] = at
    if scope.action == "enqueued":
        found["queued_at"] = at
    elif scope.action in {"dequeued", "closed"}:
        found["queued_at"] = None
    return found


def _fill(scope: Scope, pull: payloads.PullRequest, known: RowMapping) -> None:
    """Take from a late event what newer ones, that carry less, could not tell and time has not changed."""
    same_diff = (clean(pull.head.sha), clean(pull.base.ref)) == (known["head_sha"], known["base"])
    values: dict[str, Any] = {}
    if same_diff and pull.additions is not None:
        values = {name: getattr(pull, name) or 0 for name in _COUNTS}
    if pull.merged_by and known["merged_at"] and not known["merged_by"]:
        values["merged_by"] = login_of(pull.merged_by)
    values |= {name: at for name, at in _moments(scope, pull, known).items() if name != "queued_at"}
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
