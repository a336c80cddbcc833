"""What tests and the page read from a workspace."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.slack.models import Message, View
from sandbox.slack.workspace import Workspace

Found = TypeVar("Found")


class Reading:
    """Looks at a workspace without the app noticing."""

    workspace: Workspace

    def messages(self, channel_id: str) -> list[Message]:
        """Return the top-level messages of a conversation, oldest first."""
        messages = self.workspace.channels[channel_id].messages.values()
        return [message for message in messages if message.thread_ts is None or message.broadcast]

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """Return the replies below a message, oldest first."""
        channel = self.workspace.channels[channel_id]
        return [channel.messages[reply] for reply in channel.threads.get(ts, ())]

    def direct_messages(self, user_id: str) -> list[Message]:
        """Return the top-level messages between a person and the app."""
        channel_id = self.workspace.direct.get(user_id)
        return self.messages(channel_id) if channel_id is not None else []

    def ephemerals(self, user_id: str, channel_id: str | None = None) -> list[Message]:
        """Return what only this person sees, oldest first."""
        return [
            message
            for message in self.workspace.ephemeral
            if message.ephemeral_to == user_id and channel_id in {None, message.channel}
        ]

    def home(self, user_id: str) -> View | None:
        """Return the App Home a person sees."""
        return self.workspace.homes.get(user_id)

    def modals(self, user_id: str) -> list[View]:
        """Return a person's open modals; the last is on top."""
        return list(self.workspace.stacks.get(user_id, ()))

    async def until(self, predicate: Callable[[], Found | None], timeout: float = 10.0) -> Found:
        """Return the first true answer of `predicate`, asked again after every change of the workspace."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    seen = self.workspace.version
                    found = predicate()
                    if found:
                        return found
                    await self.workspace.changed(seen)
        except TimeoutError:
            last = [f"{call.method} → {call.outcome}" for call in list(self.workspace.calls)[-8:]]
            raise TimeoutError(f"not so within {timeout} s; last calls: {last}") from None
