"""Endpoints of repositories, branches' commits, checks and people."""

from aiohttp import web

from sandbox.github.model import Commit, Pull, Repository, Status
from sandbox.github.render import checks, commits, people, pulls, repos
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, not_found, page


class CodeApi:
    """Repositories, commits, checks, permissions, users."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.github = gate.github
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        commit = "/commits/{sha}"
        return {
            "": self.repository,
            commit: self.commit,
            f"{commit}/check-runs": self.check_runs,
            f"{commit}/check-suites": self.check_suites,
            f"{commit}/status": self.status,
            f"{commit}/pulls": self.pulls_of_commit,
            "/collaborators/{login}/permission": self.permission,
        }

    def elsewhere(self) -> dict[str, Endpoint]:
        """Map whole paths to endpoints."""
        return {"/users/{login}": self.person, "/user": self.viewer, "/rate_limit": self.rate_limit}

    def repository(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /repos/{owner}/{repo}`."""
        repo = self.gate.repository(request, viewer)
        level = self.gate.level(repo, viewer)
        grades = ["read", "triage", "write", "maintain", "admin"]
        names = ["pull", "triage", "push", "maintain", "admin"]
        reached = grades.index(level) if level else -1
        permissions = {name: at <= reached for at, name in enumerate(names)}
        return Reply(repos.repository(self.state, repo) | {"permissions": permissions})

    def commit(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/commits/{ref}` as JSON or as a diff."""
        repo, item = self._commit(request, viewer)
        if "diff" in request.headers.get("Accept", ""):
            text = "".join(map(str, commits.changes(repo, item)))
            return Reply(text=text, content_type="application/vnd.github.diff")
        return Reply(commits.with_files(self.state, repo, item))

    def check_runs(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/commits/{ref}/check-runs`: the latest run of each name."""
        repo, item = self._commit(request, viewer)
        latest = {
            run.name: (suite, run)
            for suite in repo.suites
            if suite.head_sha == item.sha
            for run in suite.runs
        }
        wanted = request.query.get("check_name")
        found = [pair for name, pair in latest.items() if wanted in {None, name}]
        answer = page(
            request, self.state.api, found, lambda pair: checks.check_run(self.state, repo, *pair, hook=False)
        )
        return Reply({"total_count": len(found), "check_runs": answer.data}, headers=answer.headers)

    def check_suites(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/commits/{ref}/check-suites`."""
        repo, item = self._commit(request, viewer)
        found = [suite for suite in repo.suites if suite.head_sha == item.sha]
        lite = repos.lite(self.state, repo)
        answer = page(
            request,
            self.state.api,
            found,
            lambda s: checks.check_suite(self.state, repo, s) | {"repository": lite},
        )
        return Reply({"total_count": len(found), "check_suites": answer.data}, headers=answer.headers)

    def status(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/commits/{ref}/status`: the latest status of each context, and their sum."""
        repo, item = self._commit(request, viewer)
        latest = {status.context: status for status in repo.statuses if status.sha == item.sha}
        api = repos.api_url(self.state, repo)
        return Reply(
            {
                "state": _sum(list(latest.values())),
                "statuses": [checks.status(self.state, repo, status) for status in latest.values()],
                "sha": item.sha,
                "total_count": len(latest),
                "repository": repos.lite(self.state, repo),
                "commit_url": f"{api}/commits/{item.sha}",
                "url": f"{api}/commits/{item.sha}/status",
            }
        )

    def pulls_of_commit(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/commits/{sha}/pulls`: the pull requests that brought or hold a commit."""
        repo, item = self._commit(request, viewer)

        def holds(pull: Pull) -> bool:
            return pull.merge_commit_sha == item.sha or item in self.github.commits_of(repo, pull)

        found = [pull for pull in repo.pulls if holds(pull)]
        return page(request, self.state.api, found, lambda p: pulls.simple(self.state, repo, p, hook=False))

    def permission(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/collaborators/{login}/permission`; 403 without push access."""
        repo = self.gate.repository(request, viewer)
        if not self.gate.can_push(repo, viewer):
            raise ApiError(403, "Must have push access to view collaborator permission.")
        account = self.state.account(request.match_info["login"])
        if account is None:
            raise not_found()
        role = self.gate.permission(repo, account.login) or "none"
        legacy = {"maintain": "write", "triage": "read"}.get(role, role)
        person = people.account_json(self.state, account)
        return Reply({"permission": legacy, "user": person, "role_name": role})

    def person(self, request: web.Request, _viewer: Viewer) -> Reply:
        """Answer `GET /users/{login}`."""
        account = self.state.account(request.match_info["login"])
        if account is None:
            raise not_found()
        return Reply(people.profile(self.state, account))

    def viewer(self, _request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /user`, for people only."""
        account = self.state.account(viewer.login)
        if account is None:
            if viewer.token:
                raise ApiError(403, "Resource not accessible by integration")
            raise ApiError(401, "Requires authentication")
        return Reply(people.profile(self.state, account), headers={"X-OAuth-Scopes": "read:org, repo"})

    def rate_limit(self, _request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /rate_limit`, which costs nothing."""
        left = self.gate.limits(viewer)
        return Reply({"resources": {"core": left | {"resource": "core"}}, "rate": left})

    def _commit(self, request: web.Request, viewer: Viewer) -> tuple[Repository, Commit]:
        repo = self.gate.repository(request, viewer)
        ref = request.match_info["sha"]
        sha = repo.branches.get(ref.removeprefix("heads/"), ref)
        found = repo.commits.get(sha)
        if found is None and len(sha) >= 7:
            found = next((item for known, item in repo.commits.items() if known.startswith(sha)), None)
        if found is None:
            raise ApiError(422, f"No commit found for SHA: {ref}")
        return repo, found


def _sum(statuses: list[Status]) -> str:
    states = {status.state for status in statuses}
    if states & {"failure", "error"}:
        return "failure"
    return "success" if states == {"success"} else "pending"
