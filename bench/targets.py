"""What was to be reached, and by how much it was or was not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.names import (
    CODEOWNERS,
    DIGEST,
    FLOOR,
    HOME,
    POSTGRES,
    PROBOT,
    REPLICAS,
    ROUTING,
    SQLITE,
)
from bench.results import Result, Rounds, middle, ratio

OURS = (SQLITE, POSTGRES, REPLICAS)
_LEAST_FOLLOWED, _MOST_FOLLOWED = "10 subscriptions", "100,000 subscriptions"

Read = Callable[[Result, str], float | None]


@dataclass(frozen=True, slots=True)
class Target:
    """A limit to a measure: `least` says that more is better."""

    text: str
    limit: float
    unit: str
    read: Read
    least: bool = False

    def verdict(self, value: float | None) -> str:
        """Return value, sign and distance, such as `1.9x ✗ 24 % short`."""
        if value is None:
            return "-"
        reached = value >= self.limit if self.least else value <= self.limit
        shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        shown += self.unit
        if reached:
            return f"{shown} ✓"
        by = abs(value - self.limit) / self.limit * 100
        return f"{shown} ✗ {by:.0f} % {'short' if self.least else 'over'}"


def _rounds(measure: str) -> Read:
    return lambda result, name: middle(result.rounds.get(name), measure)


def _burst(measure: str) -> Read:
    return lambda result, name: middle(result.bursts.get(name), measure)


def _times(measure: str, other: str) -> Read:
    return lambda result, name: ratio(result.rounds, name, other, measure)


def _grown(result: Result, name: str) -> float | None:
    found: Rounds = result.growth if name == SQLITE else {}
    return ratio(found, _MOST_FOLLOWED, _LEAST_FOLLOWED, "slow cpu")


def _rule(name: str, measure: str) -> Read:
    return lambda result, contender: middle(result.rules.get(name), measure) if contender == SQLITE else None


def _per_core(result: Result, name: str) -> float | None:
    spent = middle(result.rounds.get(name), "door cpu")
    return 1000 / spent if spent else None


_COMMAND = "slash command during the burst: acknowledged p99 ≤ 50 ms"
TARGETS: Sequence[Target] = (
    Target(
        "durable acks/s, each event a card: ≥ 2.5x Probot", 2.5, "x", _times("acks/s", PROBOT), least=True
    ),
    Target("the same: ≥ 0.3x the bare handler (msgspec)", 0.3, "x", _times("acks/s", FLOOR), least=True),
    Target("posts/s at saturation: ≥ 1.0x Probot", 1.0, "x", _times("posts/s", PROBOT), least=True),
    Target("webhook → post at 20/s: p50 ≤ 3 ms", 3, " ms", _rounds("slow post p50")),
    Target("webhook → post at 20/s: p99 ≤ 15 ms", 15, " ms", _rounds("slow post p99")),
    Target("burst of 500/s: ack p99 < 100 ms", 100, " ms", _burst("ack p99")),
    Target("burst: drained ≤ 30 s after the last event", 30, " s", _burst("drained after")),
    Target("burst: RSS grows by < 100 MB", 100, " MB", _burst("rss growth")),
    Target(_COMMAND, 50, " ms", _burst("command p99")),
    Target("CPU per event at 100,000 subscriptions ≤ 1.3x that at 10", 1.3, "x", _grown),
    Target("start to ready ≤ 2 s", 2, " s", _rounds("ready")),
    Target("RSS after a burst of 10,000 events ≤ 150 MB", 150, " MB", _burst("rss")),
    Target("durable acks per second of CPU ≥ 2,000", 2000, "", _per_core, least=True),
    Target("routing an event, 100,000 subscriptions: CPU p99 ≤ 1 ms", 1, " ms", _rule(ROUTING, "cpu p99")),
    Target("CODEOWNERS, 5,000 rules x 3,000 files: CPU ≤ 100 ms", 100, " ms", _rule(CODEOWNERS, "cpu p50")),
    Target("whose turn, 1,000 open, for an App Home: CPU ≤ 100 ms", 100, " ms", _rule(HOME, "cpu p50")),
    Target("a digest of 500 pull requests: CPU ≤ 1 s", 1000, " ms", _rule(DIGEST, "cpu p50")),
)
