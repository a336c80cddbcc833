"""Endpoints of files, labels and teams."""

import base64
import hashlib

from aiohttp import web

from sandbox.github.model import Account, Repository, Team
from sandbox.github.render import people
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, not_found, page

# Beyond this GitHub gives a file's content by another address only.
_INLINE = 1_000_000


class ContentsApi:
    """Files at a commit, labels, the teams of a repository and their members."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        return {
            "/contents/{path:.+}": self.contents,
            "/git/blobs/{sha}": self.blob,
            "/labels": self.labels,
            "/teams": self.teams_of_repository,
        }

    def elsewhere(self) -> dict[str, Endpoint]:
        """Map whole paths to endpoints."""
        return {
            "/orgs/{org}/teams": self.teams,
            "/orgs/{org}/teams/{slug}": self.team,
            "/orgs/{org}/teams/{slug}/members": self.members,
        }

    def contents(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/contents/{path}`: a file, or the list of a folder's."""
        repo = self.gate.repository(request, viewer)
        ref = request.query.get("ref", repo.default_branch)
        found = repo.commits.get(repo.branches.get(ref, ref))
        if found is None:
            raise ApiError(404, f"No commit found for the ref {ref}")
        path = request.match_info["path"].strip("/")
        if path in found.tree:
            return Reply(self._file(repo, path, found.tree[path]))
        below = [name.removeprefix(f"{path}/") for name in found.tree if name.startswith(f"{path}/")]
        inside = sorted({f"{path}/{name.split('/')[0]}" for name in below})
        if not inside:
            raise not_found()
        return Reply([self._entry(repo, name, found.tree.get(name)) for name in inside])

    def blob(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/git/blobs/{sha}`."""
        repo = self.gate.repository(request, viewer)
        wanted = request.match_info["sha"]
        for commit in repo.commits.values():
            for text in commit.tree.values():
                if _sha(text) == wanted:
                    body = _bytes(text)
                    return Reply(
                        {
                            "sha": wanted,
                            "size": len(body),
                            "encoding": "base64",
                            "content": base64.encodebytes(body).decode(),
                        }
                    )
        raise not_found()

    def labels(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/labels`."""
        repo = self.gate.repository(request, viewer)
        return page(
            request,
            self.state.api,
            list(repo.labels.values()),
            lambda label: {
                "id": label.id,
                "name": label.name,
                "color": label.color,
                "default": False,
                "description": label.description,
            },
        )

    def teams_of_repository(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/teams`: every team of the owner, since all see its repositories here."""
        repo = self.gate.repository(request, viewer)
        if not self.gate.can_push(repo, viewer):
            raise not_found()
        return page(request, self.state.api, self._teams(repo.owner), lambda t: people.team(self.state, t))

    def teams(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /orgs/{org}/teams`; only members of the organisation see them."""
        org = self._organisation(request, viewer)
        return page(request, self.state.api, self._teams(org.login), lambda t: people.team(self.state, t))

    def team(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /orgs/{org}/teams/{slug}`."""
        return Reply(people.team(self.state, self._named(request, viewer)))

    def members(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /orgs/{org}/teams/{slug}/members`."""
        team = self._named(request, viewer)
        return page(
            request, self.state.api, sorted(team.members), lambda login: people.user(self.state, login)
        )

    def _organisation(self, request: web.Request, viewer: Viewer) -> Account:
        found = self.state.account(request.match_info["org"])
        installed = viewer.token is not None and viewer.token.installation is not None
        if found is None or not (installed or viewer.login in found.members):
            raise not_found()
        return found

    def _named(self, request: web.Request, viewer: Viewer) -> Team:
        org = self._organisation(request, viewer)
        wanted = request.match_info["slug"].lower()
        for team in self._teams(org.login):
            if team.slug == wanted:
                return team
        raise not_found()

    def _teams(self, org: str) -> list[Team]:
        return [team for team in self.state.teams.values() if team.org.lower() == org.lower()]

    def _file(self, repo: Repository, path: str, text: str) -> dict[str, object]:
        body = _bytes(text)
        inline = len(body) <= _INLINE
        return self._entry(repo, path, text) | {
            "encoding": "base64" if inline else "none",
            "content": base64.encodebytes(body).decode() if inline else "",
        }

    def _entry(self, repo: Repository, path: str, text: str | None) -> dict[str, object]:
        return {
            "type": "dir" if text is None else "file",
            "name": path.rsplit("/", 1)[-1],
            "path": path,
            "sha": _sha(text or ""),
            "size": len(_bytes(text or "")),
            "url": f"{self.state.api}/repos/{repo.full_name}/contents/{path}",
        }


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _sha(text: str) -> str:
    body = _bytes(text)
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
