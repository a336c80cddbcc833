"""What the tests of the evidence do again and again."""

import json
from uuid import uuid4

import aiohttp

from blocks.evidence import DONE, NOT, WAITING, WRONG
from sandbox.github.hooks import Delivery, sign
from sandbox.slack import Conversation, User
from tests.world import SECRET, World, shown

MARKS = tuple(f"{mark} " for mark in (DONE, WAITING, NOT, WRONG))
NOBODY = f"{NOT} It reached nobody: "


async def typed(world: World, user: User, text: str, channel: Conversation | None = None) -> str:
    """Type a sub-command in a channel and return what the person is shown once it is there."""
    where = (channel or world.channel).id
    result = await world.slack.command(user.id, where, "/patchforge", text)
    await world.slack.until(lambda: result.messages)
    return "\n".join(shown(message) for message in result.messages)


async def why(world: World, text: str, user: User | None = None, channel: Conversation | None = None) -> str:
    """Ask why, as somebody who is no admin unless `user` is one."""
    return await typed(world, user or world.reviewer, f"why {text}", channel)


def fate(said: str) -> str:
    """Return the line that sums a story up."""
    return next(line for line in said.splitlines() if line.startswith(MARKS))


async def told(world: World, guid: str, *words: str, user: User | None = None) -> str:
    """Ask until the answer holds all of these words."""
    said = await why(world, guid, user)
    for _ in range(200):
        if all(word in said for word in words):
            return said
        said = await why(world, guid, user)
    raise AssertionError(f"{words} not in: {said}")


def delivery(world: World, event: str, action: str | None = None) -> Delivery:
    """Return the latest delivery of an event."""
    return next(
        one
        for one in reversed(world.github.deliveries)
        if one.event == event and (action is None or one.action == action)
    )


async def send(world: World, event: str, payload: object) -> str:
    """Send a signed delivery of our own making and return its GUID."""
    guid, body = str(uuid4()), json.dumps(payload).encode()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": sign(body, SECRET),
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{world.address}/webhooks/github", data=body, headers=headers) as response,
    ):
        assert response.status == 202
    return guid
