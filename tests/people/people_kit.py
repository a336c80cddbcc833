"""What the tests of people share: a world in which GitHub can prove who is who, and what people are told."""

import contextlib
import re
from typing import Any

from cryptography.fernet import Fernet

from sandbox.github import GitHub
from sandbox.slack import Message, User
from tests.world import World, open_world, shown


def provable(
    database_url: str, *, device_flow: bool = True, interval: int = 1, **settings: Any
) -> contextlib.AbstractAsyncContextManager[World]:
    """Open a world with the device flow set up; GitHub wants so many seconds between two questions."""
    github = GitHub()
    github.devices.interval = interval
    app = github.add_oauth_app("PatchForge", device_flow=device_flow)
    given = {"github_client_id": app.client_id, "encryption_key": Fernet.generate_key().decode()}
    return open_world(database_url, github=github, **{**given, **settings})


def guest(world: World, name: str = "guest", **more: Any) -> User:
    """Let somebody join the channel of whom nothing is known."""
    user: User = world.slack.workspace.add_user(name, **more)
    world.channel.members.append(user.id)
    return user


def code_in(answer: str) -> str:
    """Return the code that a person is shown."""
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", answer)
    assert found, answer
    return found[0]


async def told(world: World, user: User, *words: str, without: str = "\0") -> str:
    """Wait until a direct message says all of these, and return it."""

    def look() -> str | None:
        for message in world.slack.direct_messages(user.id):
            text = shown(message)
            if all(word in text for word in words) and without not in text:
                return text
        return None

    found: str = await world.slack.until(look, 40)
    return found


async def answered(world: World, user: User, text: str, *words: str, without: str = "\0") -> str:
    """Type a command until it is answered with all of these: what it asks about is on its way."""
    said = ""
    for _ in range(200):
        said = await world.command(user, text)
        if all(word in said for word in words) and without not in said:
            break
    assert all(word in said for word in words), said
    assert without not in said
    return said


def button(message: Message, action: str) -> dict[str, Any]:
    """Return the button with this action of a message."""
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("action_id") == action:
                found: dict[str, Any] = element
                return found
    raise AssertionError(f"no {action} in {message.blocks}")


async def ask(world: World, user: User, text: str) -> Message:
    """Type a command and return the one message that answers it, to press its buttons."""
    result = await world.slack.command(user.id, world.channel.id, "/patchforge", text)
    found: Message = result.messages[-1]
    return found


async def press(world: World, user: User, message: Message, action: str) -> str:
    """Press a button of an answer and return what the person is shown."""
    result = await world.slack.click(user.id, world.channel.id, message.ts, action)
    return "\n".join(shown(one) for one in result.messages)
