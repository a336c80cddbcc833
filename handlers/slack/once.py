"""What an envelope changes, that it was taken in, and its answer are one transaction.

So a copy changes nothing, and is told what the first one may never have heard.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.context import Context
from bot.models import Clock, SlackMessage
from storage import envelopes
from storage.database import Database, Work

T = TypeVar("T")


class Repeated(Exception):
    """This envelope was taken in before, by this process or another; `answer` is what it was to be told."""

    def __init__(self, answer: SlackMessage | None) -> None:
        super().__init__("it was taken in before")
        self.answer = answer


def identity(body: Mapping[str, Any], part: str = "") -> str:
    """Return what all copies of an envelope share: Slack numbers the envelopes of one event anew.

    `part` tells the handlers of one envelope apart, each of which commits for itself.
    """
    shared = body.get("event_id") or body.get("trigger_id") or ""
    return hashlib.blake2b(f"{shared}\0{part}".encode(), digest_size=20).hexdigest()


def once(context: Context, envelope: str) -> Context:
    """Return the context for one handler of one envelope; its first write raises Repeated for a copy.

    What that write returns, if it is a message, is the handler's answer, and a copy is told the same.
    """
    return replace(context, database=_Once(context.database, context.clock, envelope))


class _Once(Database):
    """The same database, whose first write also notes the envelope."""

    def __init__(self, inner: Database, clock: Clock, envelope: str) -> None:
        self.url = inner.url
        self._inner = inner
        self._clock = clock
        self._envelope = envelope
        self._noted = False

    async def read(self, work: Work[T]) -> T:
        return await self._inner.read(work)

    async def write(self, work: Work[T]) -> T:
        if self._noted:
            return await self._inner.write(work)
        now = self._clock.now()

        def both(connection: Connection) -> T:
            if envelopes.seen(connection, self._envelope, now):
                said = envelopes.answer(connection, self._envelope)
                raise Repeated(SlackMessage(**said) if said else None)
            result = work(connection)
            if isinstance(result, SlackMessage):
                envelopes.set_answer(connection, self._envelope, asdict(result))
            return result

        result = await self._inner.write(both)
        self._noted = True
        return result
