"""A GitHub behind a real HTTP port."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.github.core import GitHub
from sandbox.github.login import Login
from sandbox.github.rest.checks import ChecksApi
from sandbox.github.rest.code import CodeApi
from sandbox.github.rest.contents import ContentsApi
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.hooks import HooksApi
from sandbox.github.rest.people import PeopleApi
from sandbox.github.rest.places import PlacesApi
from sandbox.github.rest.pulls import PullsApi
from sandbox.github.rest.reply import Endpoint, Reply, Viewer, not_found
from sandbox.github.site import Site

BOT = "patchforge-bot"
TOKEN = "ghp_sandbox0000000000000000000000000000"  # noqa: S105  worth something only in this process


class GitHubServer:
    """Serves the REST API of a `GitHub`, and small pages behind its `html_url`s, on one port."""

    def __init__(self, github: GitHub, runner: web.AppRunner, url: str) -> None:
        self.github = github
        self.api_url = url
        self._runner = runner

    @classmethod
    async def start(cls, github: GitHub, host: str = "127.0.0.1", port: int = 0) -> Self:
        """Listen, on a free port unless told otherwise; addresses in answers and webhooks then point here."""
        runner = web.AppRunner(
            _application(github), handler_cancellation=True, shutdown_timeout=0.2, access_log=None
        )
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound: int = runner.addresses[0][1]
        url = f"http://{host}:{bound}"
        github.state.api = github.state.web = url
        if BOT not in github.state.accounts:
            github.add_account(BOT, "PatchForge")
        github.add_token(TOKEN, BOT)
        return cls(github, runner, url)

    @property
    def token(self) -> str:
        """Give a token of the bot's own account, `patchforge-bot`."""
        return TOKEN

    async def aclose(self) -> None:
        """Stop listening and stop sending webhooks."""
        await self.github.aclose()
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _application(github: GitHub) -> web.Application:
    gate = Gate(github)
    code, pulls, hooks, contents = CodeApi(gate), PullsApi(gate), HooksApi(gate), ContentsApi(gate)
    places = PlacesApi(gate)
    checks = ChecksApi(gate)
    app = web.Application()

    def add(method: str, prefixes: tuple[str, ...], table: Mapping[str, Endpoint]) -> None:
        for prefix in prefixes:
            for path, answer in table.items():
                app.router.add_route(method, prefix + path, gate.endpoint(answer))

    repository = ("/repos/{owner}/{repo}", "/repositories/{repository_id:\\d+}")
    for part in (code, pulls, hooks, contents, checks, places):
        add("GET", repository, part.in_repository())
    for other in (code, hooks, contents, places, PeopleApi(gate)):
        add("GET", ("",), other.elsewhere())
    add("POST", repository, hooks.posts_in_repository())
    add("POST", repository, checks.posts_in_repository())
    add("PATCH", repository, checks.patches_in_repository())
    add("POST", ("",), hooks.posts_elsewhere())
    app.router.add_routes(Login(github).routes())
    app.router.add_get("/{owner}/{repo}/pull/{number:\\d+}", Site(github).pull)
    add("*", ("",), {"/{tail:.*}": _nothing})
    return app


def _nothing(_request: web.Request, _viewer: Viewer) -> Reply:
    raise not_found()
