"""What a person can do on the page, as calls of the stand-ins."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.clock import DemoClock
from sandbox.llm import MODES
from sandbox.page.github_places import GithubActs
from sandbox.slack.models import NotVisibleError

if TYPE_CHECKING:
    from sandbox.page.server import Page

Answer = dict[str, Any]
_MINUTE = 60.0
SKIPS: Mapping[str, Callable[[DemoClock, str], float]] = {
    "half_hour": lambda _clock, _zone: 31 * _MINUTE,
    "two_hours": lambda _clock, _zone: 120 * _MINUTE,
    "tomorrow": lambda clock, zone: clock.until_morning(zone),
    "monday": lambda clock, zone: clock.until_morning(zone, weekday=0),
}
"""What can be skipped, each with the seconds that it takes in a zone."""


class ActError(Exception):
    """An act that cannot be done; its text is for the person at the page."""


class Actor:
    """Does one act. The viewer is who does it; `details` are the fields of the JSON."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        self._slack = page.slack
        self._kinds: Mapping[str, Callable[[str, Details], Awaitable[Answer]]] = {
            "command": self._command,
            "say": self._say,
            "click": self._click,
            "select": self._select,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "open_home": self._open_home,
            "invite": self._invite,
            "channel": self._channel,
            "join": self._join,
            "leave": self._leave,
            "status": self._status,
            "time": self._time,
            "github": self._github,
            "llm": self._llm,
            "play": self._play,
        }

    @property
    def names(self) -> frozenset[str]:
        """Name every act."""
        return frozenset(self._kinds)

    async def act(self, body: Mapping[str, Any]) -> Answer:
        """Do what `body["kind"]` says; raise `ActError` with a sentence when it cannot be done."""
        details = Details(body)
        act = self._kinds.get(details.text("kind"))
        if act is None:
            raise ActError(f"There is no act called {details.text('kind')}.")
        try:
            return await act(details.text("viewer"), details)
        except NotVisibleError as error:
            raise ActError(f"That is no longer there: {error}.") from error
        except (ValueError, KeyError) as error:
            raise ActError(f"GitHub or Slack would refuse this: {error}.") from error

    async def _command(self, viewer: str, details: "Details") -> Answer:
        # when the bot does not answer, the workspace itself tells the person so with a toast
        command, text = details.text("command"), details.text("text", "")
        result = await self._slack.command(viewer, details.text("channel"), command, text)
        return {"ok": result.ok}

    async def _say(self, viewer: str, details: "Details") -> Answer:
        thread = details.text("thread_ts", "") or None
        await self._slack.say(viewer, details.text("channel"), details.text("text"), thread)
        return {"ok": True}

    async def _click(self, viewer: str, details: "Details") -> Answer:
        result = await self._slack.click(
            viewer,
            details.get("channel"),
            details.get("ts"),
            details.text("action_id"),
            value=details.get("value"),
            block_id=details.get("block_id"),
            view_id=details.get("view"),
        )
        return {"ok": result.ok}

    async def _select(self, viewer: str, details: "Details") -> Answer:
        result = await self._slack.select(
            viewer,
            details.text("action_id"),
            details.raw("choice"),
            channel_id=details.get("channel"),
            ts=details.get("ts"),
            view_id=details.get("view"),
            block_id=details.get("block_id"),
        )
        return {"ok": result.ok}

    async def _suggest(self, viewer: str, details: "Details") -> Answer:
        options = await self._slack.suggest(
            viewer,
            details.text("action_id"),
            details.text("query", ""),
            view_id=details.get("view"),
            channel_id=details.get("channel"),
            ts=details.get("ts"),
        )
        return {"ok": True, "options": options}

    async def _submit(self, viewer: str, details: "Details") -> Answer:
        result = await self._slack.submit(viewer, details.text("view"), details.raw("values") or {})
        return {"ok": result.ok, "errors": result.errors}

    async def _close(self, viewer: str, details: "Details") -> Answer:
        await self._slack.close_view(viewer, details.text("view"))
        return {"ok": True}

    async def _open_home(self, viewer: str, _details: "Details") -> Answer:
        await self._slack.open_home(viewer)
        return {"ok": True}

    async def _invite(self, viewer: str, details: "Details") -> Answer:
        await self._slack.invite(details.text("channel"), by=viewer)
        return {"ok": True}

    async def _channel(self, viewer: str, details: "Details") -> Answer:
        """Make a channel with everybody and the bot in it."""
        name = re.sub(r"[^\w-]+", "-", details.text("name").lower()).strip("-")[:80]
        workspace = self._slack.workspace
        if not name or any(room.name == name for room in workspace.channels.values()):
            raise ActError("A channel needs a name that no other has.")
        others = [user.id for user in workspace.users.values() if not user.is_bot]
        room = workspace.add_channel(name, members=[viewer, *others], bot=True)
        return {"ok": True, "channel": room.id}

    async def _join(self, viewer: str, details: "Details") -> Answer:
        await self._slack.invite(details.text("channel"), viewer, by=viewer)
        return {"ok": True}

    async def _leave(self, viewer: str, details: "Details") -> Answer:
        await self._slack.kick(details.text("channel"), viewer)
        return {"ok": True}

    async def _status(self, viewer: str, details: "Details") -> Answer:
        text, emoji = ("On vacation", ":palm_tree:") if details.raw("away") else ("", "")
        await self._slack.set_status(viewer, text, emoji)
        return {"ok": True}

    async def _time(self, viewer: str, details: "Details") -> Answer:
        """Let time pass once GitHub has said what it has to say."""
        clock, skip = self._page.clock, details.text("skip")
        if clock is None or skip not in SKIPS:
            raise ActError("The clock cannot be moved so.")
        await self._page.github.settled()
        zone = self._slack.workspace.users[viewer].tz
        clock.skip(SKIPS[skip](clock, zone))
        self._page.bump()
        return {"ok": True}

    async def _github(self, _viewer: str, details: "Details") -> Answer:
        await GithubActs(self._page.github, self._page.prepared).perform(details.text("act"), details)
        return {"ok": True}

    async def _llm(self, _viewer: str, details: "Details") -> Answer:
        mode = details.text("mode")
        known = next((one for one in MODES if one == mode), None)
        if known is None:
            raise ActError(f"There is no mode called {mode}.")
        self._page.llm.mode = known
        self._page.bump()
        return {"ok": True}

    async def _play(self, _viewer: str, _details: "Details") -> Answer:
        self._page.play()
        return {"ok": True}


class Details:
    """The fields of an act, read with a sentence for those that are missing or of the wrong kind."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def raw(self, name: str) -> Any:
        """Return a field as it came."""
        return self._body.get(name)

    def get(self, name: str) -> str | None:
        """Return a text field, or None when it is missing."""
        found = self._body.get(name)
        if found is not None and not isinstance(found, str):
            raise ActError(f"“{name}” must be a text.")
        return found

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text field, or `default` when it is missing."""
        found = self.get(name)
        if found is None and default is None:
            raise ActError(f"“{name}” is missing.")
        return found if found is not None else default or ""

    def number(self, name: str) -> int:
        """Return a whole number."""
        found = self._body.get(name)
        if not isinstance(found, int):
            raise ActError(f"“{name}” must be a number.")
        return found
