"""One change of an open view after the other, so that it always ends with what the newest one means."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: int = 0
    present: int = 0


class Turns:
    """Lets those who would change the same view wait for each other, in the order in which they came."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    @contextlib.asynccontextmanager
    async def of(self, view_id: str) -> AsyncIterator[bool]:
        """Wait for one's turn; False means that a newer change waits, which makes this one needless."""
        queue = self._queues.setdefault(view_id, _Queue())
        queue.newest += 1
        queue.present += 1
        mine = queue.newest
        try:
            async with queue.lock:
                yield mine == queue.newest
        finally:
            queue.present -= 1
            if not queue.present:
                del self._queues[view_id]
