"""What the tests of demands share: channels that ask for different things, and what each was shown."""

import re

from sandbox.slack import Conversation, Message
from tests.features.card_kit import new_channel, subscribe
from tests.world import World, shown

_LINK = re.compile(r"<[^<>|]+\|([^<>]*)>")


async def follow(world: World, name: str, text: str = "") -> Conversation:
    """Make a channel with everybody and the bot in it, and subscribe it to the seeded repository."""
    channel = new_channel(world, name)
    answer = await subscribe(world, channel, text)
    assert "follows" in answer, answer
    return channel


def cards_in(world: World, channel: Conversation) -> list[str]:
    """Return which pull requests have a card in a channel, by the titles in their fallback, in order."""
    heads = [message.text for message in _heads(world, channel)]
    return [head.partition(": ")[2].rpartition(" (")[0] for head in heads]


def told_in(world: World, channel: Conversation) -> list[str]:
    """Return what was told in the threads of a channel, in the words of the fallback texts, in order."""
    cards = _heads(world, channel)
    return [reply.text for card in cards for reply in world.slack.thread(channel.id, card.ts)]


def also_in_channel(world: World, channel: Conversation) -> list[str]:
    """Return what of that was shown in the channel as well."""
    cards = _heads(world, channel)
    replies = [reply for card in cards for reply in world.slack.thread(channel.id, card.ts)]
    return [reply.text for reply in replies if reply.broadcast]


def _heads(world: World, channel: Conversation) -> list[Message]:
    return [message for message in world.slack.messages(channel.id) if message.thread_ts is None]


def plain(message: object) -> str:
    """Return what a message shows, links by their labels."""
    return _LINK.sub(r"\1", shown(message))
