"""The server: Web API, response URLs and Socket Mode on one port, and the people who use it."""

from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.slack.modals import Modals
from sandbox.slack.socketmode import SocketHub
from sandbox.slack.webapi import WebApi
from sandbox.slack.workspace import Workspace

_BODY = 8 * 1024 * 1024


class SlackServer(Modals):
    """A running workspace. `api_url` and the two tokens are all that an app needs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.hub = SocketHub(workspace)
        self.offered = {}
        self.base_url = ""
        self._api = WebApi(workspace, self._socket_url)
        self._runner: web.AppRunner | None = None

    @classmethod
    async def start(cls, workspace: Workspace, host: str = "127.0.0.1", port: int = 0) -> Self:
        """Listen on `host` and `port` (0: any free one)."""
        server = cls(workspace)
        app = web.Application(client_max_size=_BODY)
        app.router.add_route("*", "/api/{method}", server._api.call)
        app.router.add_post("/response/{id}", server._api.response_url)
        app.router.add_get("/socket/{ticket}", server.hub.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        server.base_url = f"http://{host}:{runner.addresses[0][1]}"
        server._runner = runner
        workspace.emit = server.hub.publish
        return server

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with a slash at the end."""
        return f"{self.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """The app's `xoxb-` token."""
        return self.workspace.bot_token

    @property
    def app_token(self) -> str:
        """The app's `xapp-` token."""
        return self.workspace.app_token

    async def connected(self, timeout: float = 10.0) -> None:
        """Wait until the app has a Socket Mode connection."""
        await self.until(lambda: self.hub.connections, timeout)

    async def aclose(self) -> None:
        """Close every connection and stop."""
        self._api.close()
        await self.hub.aclose()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _socket_url(self) -> str:
        return f"{self.base_url.replace('http', 'ws', 1)}/socket/{self.hub.ticket()}"
