"""JSON of check runs, check suites, workflow runs and commit statuses."""

from sandbox.github.model import CheckRun, CheckSuite, Repository, State, Status
from sandbox.github.render import commits, repos
from sandbox.github.render.people import ACTIONS_APP_ID, Json, actions_app, app, node_id, stamp, user


def check_run(state: State, repo: Repository, suite: CheckSuite, run: CheckRun, *, hook: bool = True) -> Json:
    """Write a check run; in a webhook its suite comes along whole, in REST only the suite's id."""
    api = f"{repos.api_url(state, repo)}/check-runs/{run.id}"
    job = f"{repos.html_url(state, repo)}/actions/runs/{suite.workflow_run_id}/job/{run.id}"
    if suite.by_app:
        job = f"{repos.html_url(state, repo)}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CR", run.id),
        "head_sha": suite.head_sha,
        "external_id": f"{run.id:x}" if run.external_id is None else run.external_id,
        "url": api,
        "html_url": job,
        "details_url": job,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp(run.started_at),
        "completed_at": stamp(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": None,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{api}/annotations",
        },
        "check_suite": _suite(state, repo, suite) if hook else {"id": suite.id},
        "app": _app(state, suite),
        "pull_requests": pull_refs(state, repo, suite),
    }


def _app(state: State, suite: CheckSuite) -> Json:
    return app(state, state.app) if suite.by_app and state.app else actions_app(state)


def _suite(state: State, repo: Repository, suite: CheckSuite) -> Json:
    return {
        "id": suite.id,
        "node_id": node_id("CS", suite.id),
        "head_branch": suite.head_branch if suite.head_repo == repo.id else None,
        "head_sha": suite.head_sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": f"{repos.api_url(state, repo)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": pull_refs(state, repo, suite),
        "app": _app(state, suite),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
    }


def check_suite(state: State, repo: Repository, suite: CheckSuite) -> Json:
    """Write a whole check suite."""
    return _suite(state, repo, suite) | {
        "rerequestable": True,
        "runs_rerequestable": False,
        "latest_check_runs_count": len(suite.runs),
        "check_runs_url": f"{repos.api_url(state, repo)}/check-suites/{suite.id}/check-runs",
        "head_commit": commits.head_commit(repo.commits[suite.head_sha]),
    }


def workflow(state: State, repo: Repository, suite: CheckSuite) -> Json:
    """Write the workflow that a run belongs to."""
    api = repos.api_url(state, repo)
    path = _workflow_path(suite)
    return {
        "id": workflow_id(repo),
        "node_id": node_id("W", workflow_id(repo)),
        "name": suite.workflow,
        "path": path,
        "state": "active",
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.created_at),
        "url": f"{api}/actions/workflows/{workflow_id(repo)}",
        "html_url": f"{repos.html_url(state, repo)}/blob/{repo.default_branch}/{path}",
        "badge_url": f"{repos.html_url(state, repo)}/workflows/{suite.workflow}/badge.svg",
    }


def workflow_run(state: State, repo: Repository, suite: CheckSuite) -> Json:
    """Write the workflow run behind a check suite."""
    api = f"{repos.api_url(state, repo)}/actions/runs/{suite.workflow_run_id}"
    head = repo.commits[suite.head_sha]
    source = state.repositories.get(suite.head_repo or 0)
    return {
        "id": suite.workflow_run_id,
        "name": suite.workflow,
        "node_id": node_id("WFR", suite.workflow_run_id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "path": _workflow_path(suite),
        "display_title": head.message.split("\n", 1)[0],
        "run_number": suite.run_number,
        "event": "pull_request",
        "status": suite.status,
        "conclusion": suite.conclusion,
        "workflow_id": workflow_id(repo),
        "check_suite_id": suite.id,
        "check_suite_node_id": node_id("CS", suite.id),
        "url": api,
        "html_url": f"{repos.html_url(state, repo)}/actions/runs/{suite.workflow_run_id}",
        "pull_requests": pull_refs(state, repo, suite),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
        "actor": user(state, suite.actor),
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": stamp(suite.created_at),
        "triggering_actor": user(state, suite.actor),
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "check_suite_url": f"{repos.api_url(state, repo)}/check-suites/{suite.id}",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{repos.api_url(state, repo)}/actions/workflows/{workflow_id(repo)}",
        "head_commit": commits.head_commit(head),
        "repository": repos.lite(state, repo),
        "head_repository": repos.lite(state, source) if source else None,
    }


def pull_refs(state: State, repo: Repository, suite: CheckSuite) -> list[Json]:
    """List the pull requests a suite belongs to; GitHub leaves out those that come from forks."""
    api = repos.api_url(state, repo)
    reference = {"id": repo.id, "url": api, "name": repo.name}
    return [
        {
            "url": f"{api}/pulls/{pull.number}",
            "id": pull.id,
            "number": pull.number,
            "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": reference},
            "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": reference},
        }
        for pull in repo.pulls
        if pull.head_repo == repo.id
        and pull.head_ref == suite.head_branch
        and pull.head_sha == suite.head_sha
    ]


def status(state: State, repo: Repository, item: Status) -> Json:
    """Write a commit status as the combined status lists it."""
    creator = state.account(item.creator)
    return {
        "url": f"{repos.api_url(state, repo)}/statuses/{item.sha}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{creator.id if creator else 0}?v=4",
        "id": item.id,
        "node_id": node_id("SC", item.id),
        "state": item.state,
        "description": item.description,
        "target_url": item.target_url,
        "context": item.context,
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
    }


def annotations(state: State, repo: Repository, suite: CheckSuite, run: CheckRun) -> list[Json]:
    """Write the annotations of a check run."""
    blob = f"{repos.html_url(state, repo)}/blob/{suite.head_sha}"
    keys = ("path", "start_line", "end_line", "start_column", "end_column", "annotation_level")
    return [
        {key: one.get(key) for key in keys}
        | {key: one.get(key) for key in ("title", "message", "raw_details")}
        | {"blob_href": f"{blob}/{one['path']}"}
        for one in run.annotations
    ]


def status_event(state: State, repo: Repository, item: Status) -> Json:
    """Write the members that a `status` event adds to repository and sender."""
    api = repos.api_url(state, repo)
    return {
        "id": item.id,
        "sha": item.sha,
        "name": repo.full_name,
        "avatar_url": status(state, repo, item)["avatar_url"],
        "target_url": item.target_url,
        "context": item.context,
        "description": item.description,
        "state": item.state,
        "commit": commits.commit(state, repo, repo.commits[item.sha]),
        "branches": [
            {"name": name, "commit": {"sha": sha, "url": f"{api}/commits/{sha}"}, "protected": False}
            for name, sha in repo.branches.items()
            if sha == item.sha
        ][:10],
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
    }


def workflow_id(repo: Repository) -> int:
    """Give the id of a repository's one workflow."""
    return ACTIONS_APP_ID * 1000 + repo.id % 1000


def _workflow_path(suite: CheckSuite) -> str:
    return f".github/workflows/{suite.workflow.lower()}.yml"
