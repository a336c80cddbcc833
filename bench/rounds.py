"""One round of one contender: start, warm up, a slow part, saturation, and the door alone."""

from dataclasses import dataclass

from bench import workspace
from bench.bots import Contender
from bench.load import Job
from bench.measures import SLOW, Round, acknowledged, moments, slow, spread
from bench.processes import Target
from bench.workspace import Slack

# An event that no feature acts on: signature, commit and answer.
UNHEARD = "watch"
# A channel takes eight messages at once and then one a second; no round comes near that.
EVENTS_PER_CHANNEL = 4
_WARM = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent: `events` at saturation, and `seconds` at the slow rate."""

    events: int
    seconds: int

    @property
    def channels(self) -> int:
        """Return how many channels it takes, each with a repository of its own."""
        return max(self.events // EVENTS_PER_CHANNEL, _WARM, SLOW * self.seconds)


async def measure(contender: Contender, size: Size) -> Round:
    """Measure one fresh contender beside a fresh Slack."""
    async with workspace.opened(size.channels) as slack, contender.open(slack) as target:
        found: Round = {"ready": target.ready}
        heard = slack if contender.posts else None
        await acknowledged(Job(target.ports, _WARM, size.channels, 1))
        if heard:
            await heard.posted(_WARM)
            job = Job(target.ports, SLOW * size.seconds, size.channels, 1_000, connections=8, rate=SLOW)
            found |= await slow(target, heard, job)
        found |= await _saturated(target, heard, size)
        if contender.durable:
            found |= await _door(target, size)
        found["rss"] = target.rss()
    return found


async def _saturated(target: Target, slack: Slack | None, size: Size) -> Round:
    """Send as fast as 64 connections go; every event becomes a post."""
    before, already = target.cpu(), await slack.count() if slack else 0
    outcome = await acknowledged(Job(target.ports, size.events, size.channels, 2_000))
    found = spread("ack", outcome.took) | {"acks/s": size.events / outcome.elapsed}
    if slack:
        await slack.posted(already + size.events)
        found["posts/s"] = size.events / (max(moments(outcome, await slack.posts())) - outcome.sent[0])
    found["cpu"] = (target.cpu() - before) * 1000 / size.events
    return found


async def _door(target: Target, size: Size) -> Round:
    """Send as fast as 64 connections go what is kept and acknowledged, but of interest to nobody."""
    before = target.cpu()
    outcome = await acknowledged(Job(target.ports, size.events, size.channels, 3_000, event=UNHEARD))
    spent = target.cpu() - before
    return {
        **spread("door ack", outcome.took),
        "door acks/s": size.events / outcome.elapsed,
        "door cpu": spent * 1000 / size.events,
    }
