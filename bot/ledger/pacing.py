"""The pace of each lane: a Slack channel takes about one new message a second, all edits share one lane."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How many jobs a second a lane lets through, and how many at once after a rest."""

    rate: float
    burst: float


# Slack: "one message per second per channel", short bursts are let through.
CHANNEL = Pace(1.0, 8.0)
# Slack counts edits for the whole workspace and lets many through; what is too much it answers with 429.
EDITS = Pace(20.0, 60.0)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    closed_until: float = 0.0


class Pacer:
    """Token buckets by lane; the times are seconds of any steadily rising clock.

    It is asked from the thread that claims jobs and told of 429s from the event loop.
    """

    def __init__(self, usual: Pace = CHANNEL, special: Mapping[str, Pace] | None = None) -> None:
        self._usual = usual
        self._special = {"edits": EDITS} if special is None else special
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
            bucket = self._buckets.setdefault(lane, _Bucket(1.0, until))
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
                elif bucket.tokens >= self._pace(lane).burst:
                    del self._buckets[lane]
            return shut

    def opens(self, now: float) -> float | None:
        """Return when the first closed lane opens."""
        with self._lock:
            moments = [
                max(bucket.closed_until, bucket.at + (1 - bucket.tokens) / self._pace(lane).rate)
                for lane, bucket in self._buckets.items()
                if bucket.closed_until > now or bucket.tokens < 1
            ]
            return min(moments, default=None)

    def _pace(self, lane: str) -> Pace:
        return self._special.get(lane, self._usual)

    def _refill(self, lane: str, now: float) -> _Bucket:
        pace = self._pace(lane)
        bucket = self._buckets.setdefault(lane, _Bucket(pace.burst, now))
        if now > bucket.at:
            bucket.tokens = min(pace.burst, bucket.tokens + (now - bucket.at) * pace.rate)
            bucket.at = now
        return bucket
