"""Project check runs, check suites, workflow runs and statuses onto the checks of a commit."""

from bot.facts import payloads
from bot.facts.scope import Scope
from bot.facts.text import clean
from bot.models import CheckState
from storage import facts

_CONCLUSIONS = {
    "success": CheckState.PASSED,
    "neutral": CheckState.NEUTRAL,
    "skipped": CheckState.NEUTRAL,
    "stale": CheckState.NEUTRAL,
    "cancelled": CheckState.NEUTRAL,
    "failure": CheckState.FAILED,
    "timed_out": CheckState.FAILED,
    "action_required": CheckState.FAILED,
    "startup_failure": CheckState.FAILED,
}


def _check(scope: Scope, repo_id: int, source: str, body: payloads.CheckBody) -> tuple[int, ...]:
    done = body.status == "completed" or body.conclusion is not None
    if source != "run" and body.conclusion == "action_required":
        # A maintainer must let a newcomer's workflow run first: it has not begun.
        done = False
    state = _CONCLUSIONS.get(body.conclusion or "", CheckState.NEUTRAL) if done else CheckState.RUNNING
    name = clean(body.name) or (clean(body.app.slug) if body.app else source)
    facts.put_check(
        scope.connection,
        {
            "repo_id": repo_id,
            "sha": clean(body.head_sha),
            "source": source,
            "name": name[:255],
            "external_id": body.id,
            "state": state,
            "url": clean(body.html_url) or None,
            "updated_at": body.completed_at or body.updated_at or body.started_at or scope.now,
        },
    )
    return tuple(facts.pulls_at(scope.connection, repo_id, body.head_sha))


def on_check_run(scope: Scope, repo_id: int, event: payloads.CheckRunEvent) -> tuple[int, ...]:
    """Record a `check_run` event; return the pull requests at its commit."""
    return _check(scope, repo_id, "run", event.check_run)


def on_check_suite(scope: Scope, repo_id: int, event: payloads.CheckSuiteEvent) -> tuple[int, ...]:
    """Record a `check_suite` event; return the pull requests at its commit."""
    return _check(scope, repo_id, "suite", event.check_suite)


def on_workflow_run(scope: Scope, repo_id: int, event: payloads.WorkflowRunEvent) -> tuple[int, ...]:
    """Record a `workflow_run` event; return the pull requests at its commit."""
    return _check(scope, repo_id, "workflow", event.workflow_run)


_STATUSES = {"pending": CheckState.RUNNING, "success": CheckState.PASSED}


def on_status(scope: Scope, repo_id: int, event: payloads.StatusEvent) -> tuple[int, ...]:
    """Record a `status` event; return the pull requests at its commit."""
    facts.put_check(
        scope.connection,
        {
            "repo_id": repo_id,
            "sha": clean(event.sha),
            "source": "status",
            "name": clean(event.context)[:255],
            "external_id": event.id,
            "state": _STATUSES.get(event.state, CheckState.FAILED),
            "url": clean(event.target_url) or None,
            "updated_at": event.updated_at,
        },
    )
    return tuple(facts.pulls_at(scope.connection, repo_id, event.sha))
