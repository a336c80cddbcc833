"""What is read off one load: acknowledgements, posts, waits, CPU time."""

import math
from collections.abc import Mapping, Sequence

from bench import load
from bench.load import Job, Outcome
from bench.processes import Target
from bench.workspace import Slack

Round = dict[str, float]

# At this rate, in events a second, nothing queues: what is left is what one event takes.
SLOW = 20


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share * len(ranked)) - 1, 0)]


def spread(name: str, seconds: Sequence[float]) -> Round:
    """Return median and 99th percentile in milliseconds."""
    took = [second * 1000 for second in seconds]
    return {f"{name} p50": percentile(took, 0.5), f"{name} p99": percentile(took, 0.99)}


async def acknowledged(job: Job) -> Outcome:
    """Send the job; every answer must be an acknowledgement."""
    outcome = await load.run(job)
    if wrong := {status: count for status, count in outcome.statuses.items() if status not in {"200", "202"}}:
        raise RuntimeError(f"answers that were no acknowledgements: {wrong}")
    return outcome


def moments(outcome: Outcome, arrived: Mapping[str, float]) -> list[float]:
    """Return when each of the load's pull requests was posted; raises RuntimeError unless all were."""
    if lost := sum(link not in arrived for link in outcome.links):
        raise RuntimeError(f"{lost:,} of {len(outcome.links):,} pull requests were not posted")
    return [arrived[link] for link in outcome.links]


def waits(outcome: Outcome, arrived: Mapping[str, float]) -> list[float]:
    """Return the seconds from each webhook to its post."""
    return [at - sent for at, sent in zip(moments(outcome, arrived), outcome.sent, strict=True)]


async def slow(target: Target, slack: Slack, job: Job) -> Round:
    """Measure at the slow rate."""
    before, already = target.cpu(), await slack.count()
    outcome = await acknowledged(job)
    found = spread("slow ack", outcome.took)
    await slack.posted(already + job.count)
    found |= spread("slow post", waits(outcome, await slack.posts()))
    found["slow cpu"] = (target.cpu() - before) * 1000 / job.count
    return found
