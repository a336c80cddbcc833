"""What the tests of direct messages share: people outside of the channel, their messages, and time."""

import asyncio
import contextlib
import sqlite3
from typing import Any

from sandbox.slack import Message, Result, User
from tests.world import World, shown


async def outsider(world: World, login: str) -> User:
    """Let somebody join Slack, but not the channel, who is this login on GitHub."""
    user: User = world.slack.workspace.add_user(login)
    world.slack.workspace.add_channel(f"of-{login}", members=[user], bot=True)
    assert "Linked" in await says(world, user, f"link {login}")
    return user


async def says(world: World, user: User, text: str) -> str:
    """Type `/patchforge …` in the outsider's own channel and return what they are shown."""
    place = next(found for found in world.slack.workspace.channels.values() if found.members[:1] == [user.id])
    result = await world.slack.command(user.id, place.id, "/patchforge", text)
    return "\n".join(shown(message) for message in result.messages)


def dms(world: World, user: User) -> list[Message]:
    """Return what the bot has written to a person alone, without replies."""
    room = world.slack.workspace.direct.get(user.id)
    return [one for one in world.slack.messages(room) if one.bot_id] if room else []


def nudges(world: World, user: User) -> list[str]:
    """Return the replies below a person's direct messages."""
    room = world.slack.workspace.direct.get(user.id)
    if room is None:
        return []
    return [shown(reply) for dm in dms(world, user) for reply in world.slack.thread(room, dm.ts)]


async def dm_says(world: World, user: User, *words: str, without: str = "\0") -> Message:
    """Wait until the only direct message of a person says all of these."""

    def look() -> Message | None:
        found = dms(world, user)
        says = shown(found[0]) if found else ""
        return found[0] if says and all(word in says for word in words) and without not in says else None

    found: Message = await world.slack.until(look, 40)
    assert len(dms(world, user)) == 1
    return found


async def press(world: World, user: User, action: str) -> Result:
    """Press a button of a person's only direct message."""
    (dm,) = dms(world, user)
    result: Result = await world.slack.click(user.id, dm.channel, dm.ts, action)
    return result


async def choose(world: World, user: User, action: str, label: str) -> Result:
    """Choose from a menu of a person's only direct message."""
    (dm,) = dms(world, user)
    menu = next(one for one in dm.blocks[-1]["elements"] if one["action_id"] == action)
    value = next(one["value"] for one in menu["options"] if one["text"]["text"] == label)
    result: Result = await world.slack.select(user.id, action, value, channel_id=dm.channel, ts=dm.ts)
    return result


def query(world: World, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Read or change the bot's database by hand."""
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        return database.execute(sql, values).fetchall()


async def stored(world: World, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Wait until the bot's database has an answer to this."""
    async with asyncio.timeout(30):
        while not (found := query(world, sql, *values)):  # noqa: ASYNC110 - another program's file
            await asyncio.sleep(0.02)
    return found


def pass_time(world: World) -> None:
    """Let the moment come for which messages wait."""
    query(world, "UPDATE jobs SET run_at = '2026-01-01 00:00:00.000000' WHERE finished_at IS NULL")
