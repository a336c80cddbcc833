"""Endpoints that find accounts: by their number, and by an e-mail address."""

import re

from aiohttp import web

from sandbox.github.render import commits, people
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, not_found, number

_ADDRESS = re.compile(r"[^\s\"@]+@[^\s\"@]+")


class PeopleApi:
    """Accounts by number, and the searches that an e-mail address leads to."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.state = gate.github.state

    def elsewhere(self) -> dict[str, Endpoint]:
        """Map whole paths to endpoints."""
        return {
            "/user/{id:\\d+}": self.by_number,
            "/search/users": self.search_users,
            "/search/commits": self.search_commits,
        }

    def by_number(self, request: web.Request, _viewer: Viewer) -> Reply:
        """Answer `GET /user/{id}`, which finds an account under every name."""
        wanted = int(request.match_info["id"])
        found = next((one for one in self.state.accounts.values() if one.id == wanted), None)
        if found is None:
            raise not_found()
        return Reply(people.profile(self.state, found))

    def search_users(self, request: web.Request, _viewer: Viewer) -> Reply:
        """Answer `GET /search/users?q=… in:email`: those who show such an address on their profile."""
        words = _words(request)
        wanted = next((word.lower() for word in words if _ADDRESS.fullmatch(word)), None)
        by_email = "in:email" in words
        found = [
            people.account_json(self.state, one) | {"score": 1.0}
            for one in self.state.accounts.values()
            # Like GitHub's, the search also finds addresses that only begin alike.
            if by_email and wanted and (one.email or "").lower().startswith(wanted.partition("@")[0])
        ]
        return _results(request, found)

    def search_commits(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /search/commits?q=author-email:…`: on default branches that the viewer may see."""
        prefix = "author-email:"
        wanted = next((w.removeprefix(prefix).lower() for w in _words(request) if w.startswith(prefix)), None)
        found = []
        for repo in self.state.repositories.values():
            sha: str | None = repo.branches.get(repo.default_branch)
            while sha and self.gate.level(repo, viewer):
                item = repo.commits[sha]
                if wanted and item.author.email.lower() == wanted:
                    found.append(commits.commit(self.state, repo, item) | {"score": 1.0})
                sha = item.parents[0] if item.parents else None
        return _results(request, found)


def _words(request: web.Request) -> list[str]:
    query = request.query.get("q", "").strip()
    if not query:
        errors = [{"resource": "Search", "field": "q", "code": "missing"}]
        raise ApiError(422, "Validation Failed", errors=errors)
    return [word.strip('"').replace(':"', ":") for word in query.split()]


def _results(request: web.Request, found: list[dict[str, object]]) -> Reply:
    size = min(max(number(request, "per_page", 30), 1), 100)
    return Reply({"total_count": len(found), "incomplete_results": False, "items": found[:size]})
