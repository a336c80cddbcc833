"""The sandbox's Slack in a process of its own, told by lines on stdin and answering by lines on stdout."""

import asyncio
import contextlib
import itertools
import json
import re
import sys
import time
from collections.abc import Mapping
from typing import Any

import msgspec
import uvloop

from sandbox.slack.server import SlackServer
from sandbox.slack.workspace import Rules, Workspace

# Between two commands, in seconds.
_PAUSE = 0.1
_WORDS = ("help", "list")
_LINK = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/pull/\d+")


class Ready(msgspec.Struct):
    """How the bot reaches the workspace."""

    api_url: str
    bot_token: str
    app_token: str
    channels: list[str]


class Watched:
    """A workspace with one person in every channel, who types a command now and then when asked to."""

    def __init__(self, channels: int) -> None:
        # Light: no limit checks (tests have them), and a ledger that holds a whole round.
        self.workspace = Workspace(rules=Rules(checks=False, kept_calls=200_000))
        self.owner = self.workspace.add_user("owner")
        rooms = range(channels)
        self.rooms = [
            self.workspace.add_channel(f"c{index}", members=[self.owner], bot=True) for index in rooms
        ]
        self.posted = 0
        self.workspace.on_call = self._count
        self._typing: asyncio.Task[None] | None = None
        self._took: list[float] = []

    def _count(self, method: str, _arguments: Mapping[str, Any], phase: str) -> bool:
        self.posted += method == "chat.postMessage" and phase == "after"
        return True

    async def answer(self, slack: SlackServer, question: str) -> object:
        """Answer one question of the bench."""
        match question:
            case "count":
                return self.posted
            case "posts":
                posts = self.workspace.calls_of("chat.postMessage", outcome="ok")
                return {_link(call.args): call.at for call in posts}
            case "type":
                self._took = []
                self._typing = asyncio.create_task(self._type(slack))
                return None
            case "typed":
                if self._typing is not None:
                    self._typing.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await self._typing
                return self._took
        raise ValueError(question)

    async def _type(self, slack: SlackServer) -> None:
        """Type commands until told to stop, and note how long each took to be acknowledged."""
        for words in itertools.cycle(_WORDS):
            begin = time.perf_counter()
            result = await slack.command(self.owner.id, self.rooms[0].id, "/patchforge", words)
            took = time.perf_counter() - begin
            if not result.ok:
                raise RuntimeError(f"/patchforge {words}: {result.error}")
            self._took.append(took)
            await asyncio.sleep(max(_PAUSE - took, 0))


def _link(arguments: Mapping[str, Any]) -> str:
    found = _LINK.search(json.dumps([arguments.get("text"), arguments.get("blocks")]).replace("\\", ""))
    return found[0] if found else ""


async def serve(channels: int) -> None:
    """Serve a workspace with that many channels until stdin ends."""
    watched = Watched(channels)
    workspace = watched.workspace
    async with await SlackServer.start(workspace) as slack:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        rooms = [room.id for room in watched.rooms]
        ready = Ready(slack.api_url, workspace.bot_token, workspace.app_token, rooms)
        print(msgspec.json.encode(ready).decode(), flush=True)
        while question := (await reader.readline()).decode().strip():
            print(msgspec.json.encode(await watched.answer(slack, question)).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
