"""Turn the rounds into medians, a table and a file."""

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

Round = Mapping[str, float]

# What is shown: (measure, unit, the target as text).
ROWS = (
    ("floor json acks/s", "/s", ""),
    ("floor msgspec acks/s", "/s", ""),
    ("floor msgspec cpu", "ms/event", ""),
    ("floor msgspec 20/s ack p50", "ms", ""),
    ("floor msgspec 20/s cpu", "ms/event", ""),
    ("start to ready", "s", "≤ 2"),
    ("door acks/s", "/s", ""),
    ("door ack p50", "ms", ""),
    ("door ack p99", "ms", ""),
    ("door cpu", "ms/event", ""),
    ("door acks per core", "/s", "≥ 2,000"),
    ("whole acks/s", "/s", ""),
    ("whole ack p50", "ms", ""),
    ("whole ack p99", "ms", ""),
    ("whole posts/s", "/s", ""),
    ("whole cpu", "ms/event", ""),
    ("20/s ack p50", "ms", ""),
    ("20/s ack p99", "ms", ""),
    ("20/s webhook to post p50", "ms", "≤ 5"),
    ("20/s webhook to post p99", "ms", ""),
    ("20/s cpu", "ms/event", ""),
    ("rss after 10,000 events", "MB", "≤ 150"),
)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share * len(ranked)) - 1, 0)]


def medians(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the median of each measure over the rounds that have it."""
    names = {name for one in rounds for name in one}
    return {name: statistics.median(one[name] for one in rounds if name in one) for name in names}


def table(rounds: Sequence[Round]) -> str:
    """Return the medians with the spread of the rounds, as text."""
    middle = medians(rounds)
    lines = [f"{'measure':28}{'median':>12}{'lowest':>12}{'highest':>12}  {'unit':10}target"]
    for name, unit, target in ROWS:
        if name in middle:
            values = [one[name] for one in rounds if name in one]
            shown = "".join(f"{_number(value):>12}" for value in (middle[name], min(values), max(values)))
            lines.append(f"{name:28}{shown}  {unit:10}{target}".rstrip())
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def save(path: Path, rounds: Sequence[Round], about: Mapping[str, object]) -> None:
    """Write the rounds and their medians as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"about": dict(about), "medians": medians(rounds), "rounds": [dict(one) for one in rounds]}
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
