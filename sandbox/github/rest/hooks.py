"""Endpoints of webhooks, their deliveries, and the GitHub App."""

from typing import Any

from aiohttp import web

from sandbox.github.hooks import Delivery, Hook
from sandbox.github.model import App
from sandbox.github.render import people, repos
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, not_found, number, page
from sandbox.github.world import hook_json


class HooksApi:
    """Hooks of repositories (for their admins) and the App's own (for its JWT)."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.github = gate.github
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        hook = "/hooks/{hook:\\d+}"
        return {
            "/hooks": self.hooks,
            f"{hook}/deliveries": self.deliveries,
            f"{hook}/deliveries/{{delivery:\\d+}}": self.delivery,
            "/installation": self.repository_installation,
        }

    def elsewhere(self) -> dict[str, Endpoint]:
        """Map whole paths to endpoints."""
        return {
            "/app": self.app,
            "/app/installations": self.installations,
            "/app/hook/config": self.app_hook,
            "/app/hook/deliveries": self.app_deliveries,
            "/app/hook/deliveries/{delivery:\\d+}": self.app_delivery,
            "/installation/repositories": self.installation_repositories,
        }

    def posts_in_repository(self) -> dict[str, Endpoint]:
        """Map what can be posted to below a repository."""
        return {"/hooks/{hook:\\d+}/deliveries/{delivery:\\d+}/attempts": self.attempt}

    def posts_elsewhere(self) -> dict[str, Endpoint]:
        """Map what can be posted to anywhere else."""
        return {
            "/app/hook/deliveries/{delivery:\\d+}/attempts": self.app_attempt,
            "/app/installations/{installation:\\d+}/access_tokens": self.access_token,
        }

    # Hooks of a repository

    def hooks(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/hooks`."""
        repo = self.gate.repository(request, viewer)
        self._admin_only(request, viewer)
        found = [hook for hook in self.github.hooks.values() if hook.repository_id == repo.id]
        return page(request, self.state.api, found, lambda hook: hook_json(self.state, hook))

    def deliveries(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/hooks/{id}/deliveries`, newest first, by cursor."""
        return self._list(request, self._hook(request, viewer))

    def delivery(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/hooks/{id}/deliveries/{id}` with request and response."""
        return Reply(self._whole(self._delivery(request, self._hook(request, viewer))))

    def attempt(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `POST …/attempts`: deliver again, under the same GUID."""
        self.github.requeue(self._delivery(request, self._hook(request, viewer)))
        return Reply({}, 202)

    # The App and its hook

    def app(self, _request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /app`."""
        return Reply(people.app(self.state, self._app(viewer)))

    def installations(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /app/installations`."""
        return page(
            request, self.state.api, [self._app(viewer)], lambda app: people.installation(self.state, app)
        )

    def repository_installation(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /repos/{owner}/{repo}/installation`."""
        app = self._app(viewer)
        name = f"{request.match_info.get('owner')}/{request.match_info.get('repo')}"
        repo = self.state.named(name)
        if repo is None or repo.id not in app.repositories:
            raise not_found()
        return Reply(people.installation(self.state, app))

    def access_token(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `POST /app/installations/{id}/access_tokens` with a token for one hour."""
        app = self._app(viewer)
        if int(request.match_info["installation"]) != app.installation_id:
            raise not_found()
        text, token = self.github.installation_token(app)
        answer = {
            "token": text,
            "expires_at": people.stamp(token.expires_at),
            "permissions": dict(app.permissions),
            "repository_selection": "selected",
        }
        return Reply(answer, 201)

    def installation_repositories(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /installation/repositories`, for installation tokens."""
        app = self.state.app
        if app is None or viewer.token is None or not viewer.token.installation:
            raise ApiError(403, "You must authenticate with an installation access token.")
        found = [self.state.repositories[key] for key in sorted(app.repositories)]
        answer = page(request, self.state.api, found, lambda repo: repos.repository(self.state, repo))
        return Reply({"total_count": len(found), "repositories": answer.data}, headers=answer.headers)

    def app_hook(self, _request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /app/hook/config`."""
        self._app(viewer)
        found = next((hook for hook in self.github.hooks.values() if hook.repository_id is None), None)
        if found is None:
            raise not_found()
        return Reply(hook_json(self.state, found)["config"])

    def app_deliveries(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /app/hook/deliveries`."""
        self._app(viewer)
        return self._list(request, None)

    def app_delivery(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET /app/hook/deliveries/{id}`."""
        self._app(viewer)
        return Reply(self._whole(self._delivery(request, None)))

    def app_attempt(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `POST /app/hook/deliveries/{id}/attempts`."""
        self._app(viewer)
        self.github.requeue(self._delivery(request, None))
        return Reply({}, 202)

    # Parts

    def _admin_only(self, request: web.Request, viewer: Viewer) -> None:
        repo = self.gate.repository(request, viewer)
        if self.gate.level(repo, viewer) != "admin":
            raise not_found()

    def _app(self, viewer: Viewer) -> App:
        if not viewer.app or self.state.app is None:
            raise ApiError(401, "A JSON web token could not be decoded")
        return self.state.app

    def _hook(self, request: web.Request, viewer: Viewer) -> Hook:
        repo = self.gate.repository(request, viewer)
        self._admin_only(request, viewer)
        found = self.github.hooks.get(int(request.match_info["hook"]))
        if found is None or found.repository_id != repo.id:
            raise not_found()
        return found

    def _made(self, hook: Hook | None) -> list[Delivery]:
        """List the finished attempts of one hook, or of the App's, newest first."""
        return [
            item
            for item in reversed(self.github.deliveries)
            if item.done.is_set() and (item.hook is hook if hook else item.hook.repository_id is None)
        ]

    def _delivery(self, request: web.Request, hook: Hook | None) -> Delivery:
        wanted = int(request.match_info["delivery"])
        found = next((item for item in self._made(hook) if item.id == wanted), None)
        if found is None:
            raise not_found()
        return found

    def _list(self, request: web.Request, hook: Hook | None) -> Reply:
        size = min(max(number(request, "per_page", 30), 1), 100)
        found = self._made(hook)
        cursor = request.query.get("cursor", "")
        if cursor:
            if not cursor.removeprefix("v1_").isdigit():
                raise ApiError(422, "Invalid cursor")
            found = [item for item in found if item.id <= int(cursor.removeprefix("v1_"))]
        headers = {}
        if len(found) > size:
            target = f"{self.state.api}{request.path}?per_page={size}&cursor=v1_{found[size].id}"
            headers["Link"] = f'<{target}>; rel="next"'
        return Reply([self._short(item) for item in found[:size]], headers=headers)

    def _short(self, item: Delivery) -> dict[str, Any]:
        app = self.state.app
        return {
            "id": item.id,
            "guid": item.guid,
            "delivered_at": people.stamp(item.delivered_at),
            "redelivery": item.redelivery,
            "duration": item.duration,
            "status": item.status,
            "status_code": item.status_code,
            "event": item.event,
            "action": item.action,
            "installation_id": app.installation_id if app and item.hook.repository_id is None else None,
            "repository_id": item.repository_id,
            "throttled_at": None,
        }

    def _whole(self, item: Delivery) -> dict[str, Any]:
        response = {"headers": item.response_headers, "payload": item.response_body}
        request = {"headers": item.headers, "payload": item.payload}
        return self._short(item) | {"url": item.hook.url, "request": request, "response": response}
