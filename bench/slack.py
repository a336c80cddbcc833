"""The sandbox's Slack in a process of its own, told by lines on stdin and answering by lines on stdout."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
import uvloop

from sandbox.slack.server import SlackServer
from sandbox.slack.workspace import Rules, Workspace

_LINK = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/pull/\d+")


class Ready(msgspec.Struct):
    """How the bot reaches the workspace."""

    api_url: str
    bot_token: str
    app_token: str
    channels: list[str]


def _link(arguments: Mapping[str, Any]) -> str:
    found = _LINK.search(json.dumps([arguments.get("text"), arguments.get("blocks")]).replace("\\", ""))
    return found[0] if found else ""


async def serve(channels: int) -> None:
    """Serve a workspace with that many channels; `count` and `posts` are the questions it answers."""
    # Light: no limit checks (tests have them), and a ledger that holds a whole round.
    workspace = Workspace(rules=Rules(checks=False, kept_calls=200_000))
    owner = workspace.add_user("owner")
    rooms = [workspace.add_channel(f"c{index}", members=[owner], bot=True) for index in range(channels)]
    async with await SlackServer.start(workspace) as slack:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        ready = Ready(slack.api_url, workspace.bot_token, workspace.app_token, [room.id for room in rooms])
        print(msgspec.json.encode(ready).decode(), flush=True)
        while question := (await reader.readline()).strip():
            posts = workspace.calls_of("chat.postMessage", outcome="ok")
            if question == b"count":
                print(len(posts), flush=True)
            else:
                arrived = {_link(call.args): call.at for call in posts}
                print(msgspec.json.encode(arrived).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
