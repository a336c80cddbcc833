"""T5: deliveries in any order and number; and a burst that is faster than Slack takes cards."""

import asyncio

from battery.kit import Company, Count, Experiment, Means, crowd
from bench import burst
from bench.bots import Contender, patchforge
from bench.names import SQLITE
from tests.features.test_cards_any_order import lived

_EVENTS = 5_000
# A pull request's life is about so many deliveries, each of which comes once to four times.
_LIFE = 32 * 2.5
_AT_ONCE = 4
_BURST = 10_000
_ACK_MS, _GROWTH_MB = 1_000.0, 200.0


async def _shuffled(means: Means) -> Count:
    """Compare what Slack shows after each shuffled life with what it shows after the one in order."""
    count, starting = Count(), asyncio.Lock()
    place, lives = means.place("lives"), means.times(_EVENTS / _LIFE, least=2)
    dice = means.dice("T5")
    right = {
        step: await lived(starting, place / f"right-{step}", 1, "as it was", step=step)
        for step in (True, False)
    }
    plan = [(dice.randint(1, 4), dice.randrange(1 << 30)) for _ in range(lives)]

    async def attempt(index: int) -> None:
        copies, order = plan[index]
        step = index % 2 == 0  # in the others all happens within one second
        found = await lived(starting, place / str(index), copies, order, step=step)
        same = found == right[step] if step else found[0] == right[step][0]
        assert same, f"{copies} copies shuffled by {order}: {found}"  # noqa: S101 - told in the report

    await crowd(lives, _AT_ONCE, attempt, "life", count)
    count.facts["deliveries, about:"] = f"{sum(copies for copies, _ in plan) * 32:,}"
    return count


async def _burst(means: Means) -> Count:
    count, events = Count(), means.times(_BURST, least=1_000)
    found = await burst.measure(Contender(SQLITE, patchforge(), durable=True), events)
    count.tries = events  # each is answered with 202 and its card is waited for, or the burst fails
    p99, growth = found["ack p99"], found["rss growth"]
    if p99 >= _ACK_MS:
        count.failures.append(f"p99 of the acknowledgements {p99:.0f} ms")
    if growth >= _GROWTH_MB:
        count.failures.append(f"memory grew by {growth:.0f} MB")
    count.facts |= {
        "p99 ack": f"{p99:.0f} ms",
        "memory grew by": f"{growth:.0f} MB",
        "drained": f"{found['drained after']:.1f} s after the last",
    }
    return count


EXPERIMENTS = (
    Experiment(
        "T5",
        "about 5,000 deliveries, 1 to 4 copies, shuffled: card and thread",
        "whole lives",
        _shuffled,
        seconds=70,
    ),
    Experiment(
        "T5", f"{_BURST:,} events at {burst.RATE}/s", "events", _burst, seconds=45, company=Company.ALONE
    ),
)
