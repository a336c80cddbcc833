"""Endpoints that report on commits: check runs, which only Apps may make, and commit statuses."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.github.model import CheckRun, CheckSuite, Repository, Status
from sandbox.github.render import checks
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import BODY, ApiError, Endpoint, Reply, Viewer, not_found

CONCLUSIONS = frozenset(
    ("success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", "stale")
)
LEVELS = frozenset(("notice", "warning", "failure"))
STATES = frozenset(("error", "failure", "pending", "success"))
ANNOTATIONS, SUMMARY, TITLE, MESSAGE, DESCRIPTION = 50, 65_535, 255, 64 * 1024, 140
Body = Mapping[str, Any]


class ChecksApi:
    """Making and changing check runs, setting statuses."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.github = gate.github
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        return {"/check-runs/{run:\\d+}/annotations": self.annotations}

    def posts_in_repository(self) -> dict[str, Endpoint]:
        """Map what can be posted to below a repository."""
        return {"/check-runs": self.create, "/statuses/{sha}": self.status}

    def patches_in_repository(self) -> dict[str, Endpoint]:
        """Map what can be changed below a repository."""
        return {"/check-runs/{run:\\d+}": self.update}

    def create(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `POST …/check-runs`."""
        repo = self._app_only(request, viewer)
        body = _body(request)
        name, sha = body.get("name"), body.get("head_sha")
        if not isinstance(name, str) or not name or not isinstance(sha, str):
            raise _invalid('"name" and "head_sha" weren\'t supplied.')
        if sha not in repo.commits:
            raise _invalid(f"No commit found for SHA: {sha}")
        suite = self.github.suite_of_app(repo, sha)
        run = CheckRun(self.github.new_id(), name, self.github.now(), external_id=body.get("external_id", ""))
        _apply(run, body)
        suite.runs.append(run)
        self._told(repo, suite, run, new=True)
        return Reply(checks.check_run(self.state, repo, suite, run, hook=False), 201)

    def update(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `PATCH …/check-runs/{id}`; annotations are added to those before."""
        repo = self._app_only(request, viewer)
        suite, run = self._run(request, repo)
        if not suite.by_app:
            message = "Invalid app_id: a check run can only be modified by the GitHub App that created it."
            raise ApiError(403, message)
        _apply(run, _body(request))
        self._told(repo, suite, run, new=False)
        return Reply(checks.check_run(self.state, repo, suite, run, hook=False))

    def annotations(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/check-runs/{id}/annotations`."""
        repo = self.gate.repository(request, viewer)
        suite, run = self._run(request, repo)
        return Reply(checks.annotations(self.state, repo, suite, run))

    def status(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `POST …/statuses/{sha}`, for whoever may push."""
        repo = self.gate.repository(request, viewer)
        self._granted(viewer, "statuses")
        if not self.gate.can_push(repo, viewer):
            raise not_found()
        body, sha = _body(request), request.match_info["sha"]
        if sha not in repo.commits:
            raise _invalid(f"No commit found for SHA: {sha}")
        if body.get("state") not in STATES:
            raise _invalid("Validation Failed")
        description = body.get("description")
        if description is not None and len(str(description)) > DESCRIPTION:
            raise _invalid("Validation Failed")
        context, page = str(body.get("context") or "default"), body.get("target_url")
        app = self.state.app
        by = viewer.login or f"{app.slug if app else 'app'}[bot]"
        at = self.github.now()
        item = Status(self.github.new_id(), sha, body["state"], context, description, page, by, at)
        self.github.set_status(repo, item)
        return Reply(checks.status(self.state, repo, item), 201)

    def _app_only(self, request: web.Request, viewer: Viewer) -> Repository:
        repo = self.gate.repository(request, viewer)
        if viewer.token is None:
            raise ApiError(401, "Requires authentication")
        if viewer.token.installation is None:
            raise ApiError(403, "You must authenticate via a GitHub App.")
        self._granted(viewer, "checks")
        return repo

    def _granted(self, viewer: Viewer, permission: str) -> None:
        app = self.state.app
        installed = viewer.token is not None and viewer.token.installation is not None
        if installed and (app is None or app.permissions.get(permission) != "write"):
            raise ApiError(403, "Resource not accessible by integration")

    def _run(self, request: web.Request, repo: Repository) -> tuple[CheckSuite, CheckRun]:
        wanted = int(request.match_info["run"])
        for suite in repo.suites:
            for run in suite.runs:
                if run.id == wanted:
                    return suite, run
        raise not_found()

    def _told(self, repo: Repository, suite: CheckSuite, run: CheckRun, *, new: bool) -> None:
        self.github.app_reported(repo, suite, run, new=new)


def _apply(run: CheckRun, body: Body) -> None:
    """Take over what a request says of a check run; ApiError for what GitHub refuses."""
    conclusion = body.get("conclusion")
    status = body.get("status", "completed" if conclusion else run.status)
    if status not in {"queued", "in_progress", "completed"}:
        raise _invalid("Invalid request. status is not included in the list")
    if status == "completed" and conclusion not in CONCLUSIONS:
        raise _invalid("Invalid request. Missing or unknown conclusion")
    output = body.get("output")
    if output is not None:
        _check_output(output)
        run.title, run.summary = output["title"], output["summary"]
        run.annotations += output.get("annotations", [])
    run.status, run.conclusion = status, conclusion


def _check_output(output: Body) -> None:
    for key, most in (("title", TITLE), ("summary", SUMMARY)):
        if not isinstance(output.get(key), str) or len(output[key]) > most:
            raise _invalid(f"Invalid request. output.{key} is missing or too long")
    annotations = output.get("annotations", [])
    if len(annotations) > ANNOTATIONS:
        raise _invalid("Invalid request. No more than 50 items are allowed; 51 were supplied.")
    for one in annotations:
        sound = (
            isinstance(one.get("path"), str)
            and isinstance(one.get("start_line"), int)
            and isinstance(one.get("end_line"), int)
            and one.get("annotation_level") in LEVELS
            and isinstance(one.get("message"), str)
            and 0 < len(one["message"].encode()) <= MESSAGE
            and len(one.get("title") or "") <= TITLE
        )
        columns = "start_column" in one or "end_column" in one
        if not sound or (columns and one["start_line"] != one["end_line"]):
            raise _invalid("Invalid request. An annotation is not valid")


def _body(request: web.Request) -> Body:
    try:
        body = json.loads(request[BODY])
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be a JSON object")
    return body


def _invalid(message: str) -> ApiError:
    return ApiError(422, message)
