"""The page's server: static files, one JSON state, a stream of changes, and acts."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from sandbox.clock import DemoClock
from sandbox.github import GitHub, PullSpec
from sandbox.llm import MODES, LlmServer
from sandbox.mail import MailServer
from sandbox.page.acts import SKIPS, ActError, Actor
from sandbox.page.commands import COMMANDS, CommandHelp
from sandbox.page.stories import Story
from sandbox.slack import SlackServer

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_KEEP_ALIVE_SECONDS = 15
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# An e-mail is untrusted: no script, no request, and links open in a new window.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Page:
    """The running page; create it with `start()` and close it with `aclose()`."""

    def __init__(
        self,
        slack: SlackServer,
        github: GitHub,
        llm: LlmServer,
        mail: MailServer,
        story: Story,
    ) -> None:
        self.clock: DemoClock | None = None
        self.slack = slack
        self.github = github
        self.llm = llm
        self.mail = mail
        self.story = story
        self.prepared: tuple[PullSpec, ...] = ()
        self.commands: tuple[CommandHelp, ...] = COMMANDS
        self.url = ""
        self.version = 0
        self._changed = asyncio.Event()
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self._play: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._hosts: frozenset[str] = frozenset()

    @classmethod
    async def start(
        cls,
        slack: SlackServer,
        github: GitHub,
        llm: LlmServer,
        mail: MailServer,
        story: Story,
        *,
        port: int = 0,
        prepared: Sequence[PullSpec] = (),
        commands: Sequence[CommandHelp] = COMMANDS,
        clock: DemoClock | None = None,
    ) -> Self:
        """Listen on 127.0.0.1.

        `prepared` are pull requests that the GitHub panel offers to open; with a `clock` time can be skipped.
        """
        page = cls(slack, github, llm, mail, story)
        page.prepared, page.commands, page.clock = tuple(prepared), tuple(commands), clock
        app = web.Application(middlewares=[page._guard])
        app.router.add_get("/", page._index)
        app.router.add_get("/state", page._state)
        app.router.add_get("/events", page._events)
        app.router.add_post("/act", page._act)
        app.router.add_get(r"/mail/{id:\d+}", page._mail)
        app.router.add_static("/static", _STATIC)
        page._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await page._runner.setup()
        await web.TCPSite(page._runner, "127.0.0.1", port).start()
        bound = page._runner.addresses[0][1]
        page._hosts = frozenset({f"127.0.0.1:{bound}", f"localhost:{bound}"})
        page.url = f"http://127.0.0.1:{bound}/"
        page._tasks = [asyncio.create_task(page._follow(source)) for source in page._sources()]
        return page

    async def aclose(self) -> None:
        """Stop watching, end a story that is playing, close every stream and stop listening."""
        self._closing = True
        tasks = [*self._tasks, *([self._play] if self._play else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.bump()
        if self._runner is not None:
            await self._runner.cleanup()

    def bump(self) -> None:
        """Tell every open page to look again."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def playing(self) -> bool:
        """Say whether the story is being played from this page."""
        return self._play is not None and not self._play.done()

    def play(self) -> None:
        """Play the story in the background unless it is being played."""
        if not self.playing:
            self._play = asyncio.create_task(self._play_story())

    def state(self, viewer: str) -> dict[str, Any]:
        """Return everything the page shows to `viewer`; an unknown viewer becomes the first person."""
        workspace = self.slack.workspace
        people = [user.id for user in workspace.users.values() if not user.is_bot]
        opened = {pull.head_ref for repo in self.github.state.repositories.values() for pull in repo.pulls}
        return {
            "version": self.version,
            "slack": workspace.snapshot(viewer if viewer in people else people[0]),
            "direct": self._direct(),
            "clock": {"now": workspace.clock(), "skips": list(SKIPS) if self.clock else []},
            "github": self.github.snapshot(),
            "codes": [code.user_code for code in self.github.open_codes()],
            "prepared": [
                {"index": index, "title": spec.title}
                for index, spec in enumerate(self.prepared)
                if spec.branch not in opened
            ],
            "mail": self.mail.snapshot(),
            "llm": {"mode": self.llm.mode, "modes": MODES},
            "story": {
                "running": self.playing,
                "steps": [
                    {
                        "title": step.title,
                        "status": step.status,
                        "detail": step.detail,
                        "seconds": step.seconds,
                    }
                    for step in self.story.steps
                ],
            },
            "commands": [asdict(command) for command in self.commands],
        }

    def _direct(self) -> list[dict[str, str]]:
        """Return who has got direct messages, each with the conversation and its last word from the bot."""
        workspace = self.slack.workspace
        rooms = {user: workspace.channels[room] for user, room in workspace.direct.items()}
        last = {
            user: max((message.ts for message in room.messages.values() if message.bot_id), default="")
            for user, room in rooms.items()
        }
        return [{"user": user, "room": rooms[user].id, "ts": ts} for user, ts in last.items() if ts]

    async def _play_story(self) -> None:
        self.bump()
        try:
            await self.story.play()
        except Exception:
            # the steps show where it ended; the page goes on
            log.exception("the story ended early")
        asyncio.get_running_loop().call_soon(self.bump)

    def _sources(self) -> list[Callable[[], Awaitable[object]]]:
        workspace, github = self.slack.workspace, self.github
        return [
            lambda: workspace.changed(workspace.version),
            lambda: github.changes(github.version),
            self.mail.changed,
            self.story.changed,
        ]

    async def _follow(self, change: Callable[[], Awaitable[object]]) -> None:
        while True:
            await change()
            self.bump()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse what another website could send: a foreign Host, Origin or form."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts or origin not in {None, f"http://{request.host}"}:
            raise web.HTTPForbidden(text="This page answers to itself only.")
        if request.method == "POST" and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Acts are JSON.")
        response = await handler(request)
        if not response.prepared:
            response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(_STATIC / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state(request.query.get("viewer", "")))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        told = -1
        with contextlib.suppress(ConnectionResetError):
            while not self._closing:
                changed = self._changed
                if told != self.version:
                    told = self.version
                    await response.write(f"data: {told}\n\n".encode())
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), _KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
        return response

    async def _act(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise web.HTTPBadRequest(text="An act is a JSON object.")
        try:
            answer = await Actor(self).act(body)
        except ActError as refused:
            answer = {"ok": False, "error": str(refused)}
        return web.json_response(answer)

    async def _mail(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["id"])
        message = next((message for message in self.mail.messages if message.id == wanted), None)
        if message is None:
            raise web.HTTPNotFound(text="No such e-mail.")
        return web.Response(
            text=f'<base target="_blank">{message.html}',
            content_type="text/html",
            headers={"Content-Security-Policy": _MAIL_POLICY},
        )
