"""A message is looked up by its key wherever it may stand by now."""

from datetime import datetime, timedelta

import aiohttp
import pytest

from bot.clients.slack import METADATA, Slack
from bot.models import SystemClock
from sandbox.slack import Conversation, Message, SlackServer, Workspace

LATER = 450


def _say(workspace: Workspace, channel: Conversation, key: str, thread_ts: str | None = None) -> str:
    """Let a message with this key stand in the channel, or in a thread of it."""
    message = Message(workspace.new_ts(), channel.id, workspace.bot_user.id, key, thread_ts=thread_ts)
    message.metadata = {"event_type": METADATA, "event_payload": {"key": key}}
    channel.messages[message.ts] = message
    if thread_ts:
        channel.threads.setdefault(thread_ts, []).append(message.ts)
    return message.ts


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def channel(workspace: Workspace) -> Conversation:
    return workspace.add_channel("payments", members=[workspace.add_user("ada")], bot=True)


async def _find(
    workspace: Workspace, channel: Conversation, key: str, since: datetime | None, thread_ts: str | None
) -> str | None:
    async with await SlackServer.start(workspace) as server, aiohttp.ClientSession() as session:
        slack = Slack(session, token=server.bot_token, base_url=server.api_url)
        return await slack.find(channel.id, key, since=since, thread_ts=thread_ts)


@pytest.mark.parametrize("number", [0, LATER - 1])
async def test_a_reply_is_found_however_long_its_thread_is(
    workspace: Workspace, channel: Conversation, number: int
) -> None:
    root = _say(workspace, channel, "card")
    said = [_say(workspace, channel, f"reply:{reply}", root) for reply in range(LATER)]
    assert await _find(workspace, channel, f"reply:{number}", None, root) == said[number]


async def test_what_was_posted_since_a_moment_is_found_however_much_was_said_after_it(
    workspace: Workspace, channel: Conversation
) -> None:
    since = SystemClock().now() - timedelta(minutes=1)
    wanted = _say(workspace, channel, "card")
    for number in range(LATER):
        _say(workspace, channel, f"other:{number}")
    assert await _find(workspace, channel, "card", since, None) == wanted


async def test_the_latest_are_looked_at_whatever_the_clock_says(
    workspace: Workspace, channel: Conversation
) -> None:
    wanted = _say(workspace, channel, "card")
    tomorrow = SystemClock().now() + timedelta(days=1)
    assert await _find(workspace, channel, "card", tomorrow, None) == wanted
