"""Faults on demand, the enforced posting rate, and the ledger of every call."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FaultKind = Literal[
    "429", "500", "503", "reset_before", "reset_after", "hang", "hang_after", "cut_json", "error"
]

_BURST = 3


@dataclass(frozen=True)
class Fault:
    """One way to misbehave. `reset_after`, `hang_after` and `cut_json` strike after the call took effect."""

    kind: FaultKind
    retry_after: int | None = None
    seconds: float = 0.0
    error: str = "internal_error"


class Faults:
    """Faults waiting for calls; each is used once and in the order added."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def add(
        self,
        method: str,
        kind: FaultKind,
        *,
        times: int = 1,
        retry_after: int | None = None,
        seconds: float = 30.0,
        error: str = "internal_error",
    ) -> None:
        """Let the next `times` calls of `method` fail (`*`: of any; `response_url`: of those).

        `429` answers without a Retry-After header unless `retry_after` (seconds) is given; `hang` waits
        `seconds` before it takes the call, `hang_after` before it answers; `error` answers `ok: false`.
        """
        fault = Fault(kind, retry_after, seconds, error)
        self._waiting.setdefault(method, deque()).extend([fault] * times)

    def clear(self) -> None:
        """Forget every fault that has not struck."""
        self._waiting.clear()

    @property
    def pending(self) -> int:
        """How many faults have not struck yet."""
        return sum(len(queue) for queue in self._waiting.values())

    def take(self, method: str) -> Fault | None:
        """Return the fault that strikes this call, if any."""
        if not self._waiting:
            return None
        for name in (method, "*"):
            queue = self._waiting.get(name)
            if queue:
                return queue.popleft()
        return None


class PostingRate:
    """About one message a second per channel, with a burst of three."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def allow(self, channel: str, now: float) -> bool:
        """Say whether a message may be posted at `now` (seconds), and count it if so."""
        tokens, before = self._buckets.get(channel, (float(_BURST), now))
        tokens = min(float(_BURST), tokens + now - before)
        allowed = tokens >= 1
        self._buckets[channel] = (tokens - 1 if allowed else tokens, now)
        return allowed


@dataclass
class Call:
    """One API call: `outcome` is `ok`, Slack's error code, or the fault that struck."""

    method: str
    args: Mapping[str, Any]
    at: float
    outcome: str = "pending"
    accepted: bool = False
    response: Mapping[str, Any] = field(default_factory=dict)
