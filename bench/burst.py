"""A burst: events come faster than they can be posted, while a person types commands."""

from bench import workspace
from bench.bots import Contender
from bench.load import Job
from bench.measures import Round, acknowledged, moments, percentile, spread, waits
from bench.rounds import EVENTS_PER_CHANNEL

RATE = 500
_WARM = 200


async def measure(contender: Contender, events: int) -> Round:
    """Send so many events at RATE a second, and wait until the last is posted."""
    channels = max(events // EVENTS_PER_CHANNEL, _WARM)
    async with workspace.opened(channels) as slack, contender.open(slack) as target:
        await acknowledged(Job(target.ports, _WARM, channels, 1))
        await slack.posted(_WARM)
        target.forget_peak()
        before, cpu = target.rss(), target.cpu()
        await slack.type()
        outcome = await acknowledged(Job(target.ports, events, channels, 1_000, rate=RATE))
        typed = await slack.typed()
        await slack.posted(_WARM + events)
        arrived = await slack.posts()
        return {
            **spread("ack", outcome.took),
            **spread("post", waits(outcome, arrived)),
            **spread("command", typed),
            "command max": percentile(typed, 1.0) * 1000,
            "commands": len(typed),
            "drained after": max(max(moments(outcome, arrived)) - max(outcome.sent), 0.0),
            "cpu": (target.cpu() - cpu) * 1000 / events,
            "rss": target.rss(),
            "rss growth": target.peak() - before,
        }
