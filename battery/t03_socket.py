"""T3: the socket to Slack is refreshed, broken, half-open; envelopes come twice; listeners raise."""

import time
from functools import partial

from battery.kit import Company, Count, Experiment, Means
from battery.suite import runs
from sandbox.slack.socketmode import SocketHub
from tests.world import World, open_world

_ROUNDS = 24
# Seconds.
_BACK = 60.0


async def _interrupted(world: World, kind: int) -> None:
    hub = world.slack.hub
    if kind == 0:
        await hub.disconnect()
    elif kind == 1:
        hub.drop()
    elif kind == 2:
        hub.duplicate_next(4)
        hub.drop()
    else:
        hub.freeze()


def _more(hub: SocketHub, before: int) -> bool:
    return hub.connected_count > before


async def _run(means: Means) -> Count:
    """Interrupt, wait until connected again, then act: a subscription and its end, each told once."""
    count, slowest = Count(), 0.0
    place = means.place("T3")
    async with open_world(f"sqlite+aiosqlite:///{place}/bot.db") as world:
        hub = world.slack.hub
        for number in range(means.times(_ROUNDS, least=4)):
            before, begin = hub.connected_count, time.monotonic()
            await _interrupted(world, number % 4)
            await world.slack.until(partial(_more, hub, before), _BACK)
            slowest = max(slowest, time.monotonic() - begin)
            hub.duplicate_next(2)
            told = await world.subscribe(), await world.command(world.maintainer, f"unsubscribe {world.repo}")
            count.check("follows" in told[0] and told[1], f"round {number}: {told}")
    count.facts["slowest return:"] = f"{slowest:.1f} s"
    return count


EXPERIMENTS = (
    Experiment(
        "T3",
        "refresh, broken, half-open, repeated envelopes; then a command",
        "interruptions",
        _run,
        seconds=60,
        company=Company.WAITS,
    ),
    Experiment(
        "T3",
        "dead tickets, 500 people at once with copies, a listener that raises, a stop in the middle",
        "runs of the tests",
        runs(
            "tests/doors/test_slack_connection.py",
            "tests/doors/test_slack_load.py",
            "tests/doors/test_slack_door.py",
            repeat=1,
        ),
        seconds=40,
    ),
)
