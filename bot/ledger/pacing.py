"""The pace of each lane: a Slack channel takes about one new message a second, all edits share one lane."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from storage import lanes


@dataclass(frozen=True, slots=True)
class Pace:
    """How many jobs a second a lane lets through, and how many at once after a rest."""

    rate: float
    burst: float


# Slack: "one message per second per channel", short bursts are let through.
CHANNEL = Pace(1.0, 8.0)
# Slack counts edits for the whole workspace and lets many through; what is too much it answers with 429.
EDITS = Pace(20.0, 60.0)
# Among how many lanes none is looked for that is full again.
_MANY = 512


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    closed_until: float = 0.0


class Pacer:
    """Token buckets by lane; the times are seconds of any clock, and one that is set back does no harm.

    It is asked from the thread that claims jobs and told of 429s from the event loop.
    """

    def __init__(self, usual: Pace = CHANNEL, special: Mapping[str, Pace] | None = None) -> None:
        self._usual = usual
        self._special = {"edits": EDITS, **(special or {})}
        self._buckets: dict[str, _Bucket] = {}
        self._shut: set[str] = set()  # those that let nothing through when last seen
        self._most = _MANY
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Get ready to be asked within a transaction."""

    def look(self, connection: Connection, names: Collection[str], now: float) -> None:
        """Find out what is left of these lanes' pace, before it is taken."""

    def end(self, connection: Connection) -> None:
        """Keep what was taken within this transaction."""

    def keep_closed(self, connection: Connection, lane: str, now: float, until: float) -> None:
        """Let others know of a lane that was closed."""

    def take(self, lane: str, now: float) -> bool:
        """Spend one token of the lane; False when there is none."""
        with self._lock:
            bucket = self._refill(lane, now)
            if self._is_shut(lane, bucket, now):
                return False
            bucket.tokens -= 1
            self._is_shut(lane, bucket, now)
            return True

    def close(self, lane: str, now: float, until: float) -> None:
        """Let nothing through until then: Slack said Retry-After."""
        with self._lock:
            bucket = self._refill(lane, now)
            bucket.closed_until = max(bucket.closed_until, until)
            bucket.tokens = min(bucket.tokens, 1.0)
            self._is_shut(lane, bucket, now)

    def closed(self, now: float) -> Collection[str]:
        """Return the lanes that let nothing through now."""
        with self._lock:
            return [lane for lane in list(self._shut) if self._is_shut(lane, self._refill(lane, now), now)]

    def opens(self, now: float) -> float | None:
        """Return when the first closed lane opens."""
        with self._lock:
            shut = [(self._pace(lane), self._buckets[lane]) for lane in self._shut]
            moments = [
                max(bucket.closed_until, bucket.at + (1 - bucket.tokens) / pace.rate)
                for pace, bucket in shut
                if bucket.closed_until > now or bucket.tokens < 1
            ]
            return min(moments, default=None)

    def _pace(self, lane: str) -> Pace:
        return self._special.get(lane, self._usual)

    def _is_shut(self, lane: str, bucket: _Bucket, now: float) -> bool:
        """Tell whether the lane lets nothing through, and remember it."""
        shut = bucket.closed_until > now or bucket.tokens < 1
        if shut:
            self._shut.add(lane)
        else:
            self._shut.discard(lane)
        return shut

    def _forget_full(self, now: float) -> None:
        """Forget the lanes that are full again, which is what a lane is that nobody knows."""
        for lane in self._buckets.keys() - self._shut:
            if self._refill(lane, now).tokens >= self._pace(lane).burst:
                del self._buckets[lane]
        self._most = max(_MANY, 2 * len(self._buckets))

    def _refill(self, lane: str, now: float) -> _Bucket:
        pace = self._pace(lane)
        bucket = self._buckets.get(lane)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._forget_full(now)
            bucket = self._buckets[lane] = _Bucket(pace.burst, now)
        if now > bucket.at:
            bucket.tokens = min(pace.burst, bucket.tokens + (now - bucket.at) * pace.rate)
        else:
            # The clock was set back: what is to be waited for is as far away as it was.
            bucket.closed_until -= bucket.at - now
        bucket.at = now
        return bucket


class SharedPacer(Pacer):
    """The pace that all replicas on one PostgreSQL keep together; the times are seconds since 1970.

    Who takes is alone in claiming until its transaction ends, so that no token is spent twice.
    """

    def __init__(self, usual: Pace = CHANNEL, special: Mapping[str, Pace] | None = None) -> None:
        super().__init__(usual, special)
        self._seen: set[str] = set()
        self._taken: set[str] = set()

    def begin(self) -> None:
        """Know that the other replicas may have used any lane since."""
        self._seen.clear()
        self._taken.clear()

    def look(self, connection: Connection, names: Collection[str], now: float) -> None:
        """Take over what the other replicas left of these lanes' pace.

        A lane that was shut when last seen still is, so that only those need a look that something waits for.
        """
        unseen = set(names) - self._seen
        if not unseen:
            return
        self._seen |= unseen
        rows = {row["name"]: row for row in lanes.named(connection, unseen)}
        with self._lock:
            for lane in unseen:
                self._buckets.pop(lane, None)
                self._shut.discard(lane)
                if row := rows.get(lane):
                    counted, closed = row["counted_at"].timestamp(), row["closed_until"].timestamp()
                    self._buckets[lane] = _Bucket(row["tokens"], counted, closed)
                    self._is_shut(lane, self._refill(lane, now), now)
                    if counted > now:  # the clock was set back: let the others know
                        self._taken.add(lane)

    def take(self, lane: str, now: float) -> bool:
        """Spend one token of the lane; False when there is none."""
        taken = super().take(lane, now)
        if taken:
            self._taken.add(lane)
        return taken

    def end(self, connection: Connection) -> None:
        """Leave to the other replicas what is left."""
        with self._lock:
            rows = [
                {
                    "name": lane,
                    "tokens": (bucket := self._buckets[lane]).tokens,
                    "counted_at": _moment(bucket.at),
                    "closed_until": _moment(bucket.closed_until),
                }
                for lane in self._taken
                if lane in self._buckets  # else it is full again
            ]
        lanes.put(connection, rows)

    def keep_closed(self, connection: Connection, lane: str, now: float, until: float) -> None:
        """Close the lane for the other replicas too."""
        lanes.close(connection, lane, now=_moment(now), until=_moment(until))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
