"""The pace of each Slack channel: about one message a second, with a short burst."""

import threading
from collections.abc import Collection
from dataclasses import dataclass

# Slack: "one message per second per channel", short bursts are let through.
RATE = 1.0
BURST = 8.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    closed_until: float = 0.0


class Pacer:
    """Token buckets by lane; the times are seconds of any steadily rising clock.

    It is asked from the thread that claims jobs and told of 429s from the event loop.
    """

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, lane: str, now: float) -> bool:
        """Spend one token of the lane; False when there is none."""
        with self._lock:
            bucket = self._refill(lane, now)
            if bucket.closed_until > now or bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def close(self, lane: str, until: float) -> None:
        """Let nothing through until then: Slack said Retry-After."""
        with self._lock:
            bucket = self._buckets.setdefault(lane, _Bucket(0.0, until))
            bucket.closed_until = max(bucket.closed_until, until)
            bucket.tokens = min(bucket.tokens, 1.0)

    def closed(self, now: float) -> Collection[str]:
        """Return the lanes that let nothing through now; forget those that are full again."""
        with self._lock:
            shut = []
            for lane in list(self._buckets):
                bucket = self._refill(lane, now)
                if bucket.closed_until > now or bucket.tokens < 1:
                    shut.append(lane)
                elif bucket.tokens >= self._burst:
                    del self._buckets[lane]
            return shut

    def opens(self, now: float) -> float | None:
        """Return when the first closed lane opens."""
        with self._lock:
            moments = [
                max(bucket.closed_until, bucket.at + (1 - bucket.tokens) / self._rate)
                for bucket in self._buckets.values()
                if bucket.closed_until > now or bucket.tokens < 1
            ]
            return min(moments, default=None)

    def _refill(self, lane: str, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(lane, _Bucket(self._burst, now))
        if now > bucket.at:
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
            bucket.at = now
        return bucket
