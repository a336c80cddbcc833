"""Endpoints that list what can be chosen: repositories of a person, those that a search finds, branches."""

from aiohttp import web

from sandbox.github.model import Repository
from sandbox.github.render import repos
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, number, page

_SORTED = {"created", "updated", "pushed", "full_name"}
_OWNED = {"user:", "org:"}


class PlacesApi:
    """Repositories by who may see them and by name, and the branches of one."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        return {"/branches": self.branches}

    def elsewhere(self) -> dict[str, Endpoint]:
        """Map whole paths to endpoints."""
        return {"/user/repos": self.own, "/search/repositories": self.search}

    def branches(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/branches`, by name."""
        repo = self.gate.repository(request, viewer)
        url = repos.api_url(self.state, repo)

        def write(name: str) -> dict[str, object]:
            sha = repo.branches[name]
            commit = {"sha": sha, "url": f"{url}/commits/{sha}"}
            return {"name": name, "commit": commit, "protected": False}

        return page(request, self.state.api, sorted(repo.branches), write)

    def own(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /user/repos`: one's own, those one works on, and those of one's organisations."""
        if viewer.login is None:
            if viewer.token:
                raise ApiError(403, "Resource not accessible by integration")
            raise ApiError(401, "Requires authentication")
        sort = request.query.get("sort", "full_name")
        if sort not in _SORTED:
            raise ApiError(422, "Validation Failed")
        found = [repo for repo in self.state.repositories.values() if self._belongs(repo, viewer.login)]
        found.sort(key=lambda repo: repo.full_name)
        return page(request, self.state.api, found, lambda repo: repos.repository(self.state, repo))

    def search(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /search/repositories?q=… in:name user:…` with those that the viewer may see."""
        words = request.query.get("q", "").lower().split()
        if not words:
            errors = [{"resource": "Search", "field": "q", "code": "missing"}]
            raise ApiError(422, "Validation Failed", errors=errors)
        owners = {word.partition(":")[2] for word in words if word.partition(":")[0] + ":" in _OWNED}
        if any(self._owner(name) is None for name in owners):
            message = "The listed users and repositories cannot be searched either because the resources do "
            message += "not exist or you do not have permission to view them."
            errors = [{"message": message, "resource": "Search", "field": "q", "code": "invalid"}]
            raise ApiError(422, "Validation Failed", errors=errors)
        terms = [word for word in words if ":" not in word]
        found = [
            repos.repository(self.state, repo) | {"score": 1.0}
            for repo in self.state.repositories.values()
            if self.gate.level(repo, viewer)
            and (not owners or repo.owner.lower() in owners)
            and all(term in repo.name.lower() for term in terms)
        ]
        size = min(max(number(request, "per_page", 30), 1), 100)
        return Reply({"total_count": len(found), "incomplete_results": False, "items": found[:size]})

    def _belongs(self, repo: Repository, login: str) -> bool:
        owner = self.state.accounts.get(repo.owner)
        return login in repo.collaborators or (
            owner is not None and (login == owner.login or login in owner.members)
        )

    def _owner(self, name: str) -> object:
        return self.state.account(name)
