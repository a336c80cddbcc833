"""T11: two replicas on one PostgreSQL, one of which is killed every five seconds."""

import asyncio
import time
from collections import Counter
from uuid import uuid4

from battery.kit import Company, Count, Experiment, Means, eventually, postgres
from battery.stage import Stage, stage, title

_JOBS = 2_000
_PER_CHANNEL = 8
_RATE = 40.0
_EVERY = 5.0
# So many there must be: few cards take their time, and on a slow machine there are more cards.
_KILLS = 7


async def _kill(scene: Stage, kills: list[int], over: asyncio.Event) -> None:
    """Kill one of the two in turn, and start it again; how long that takes does not put off the next."""
    begin = time.monotonic()
    while not over.is_set():
        pause = begin + (len(kills) + 1) * _EVERY - time.monotonic()
        try:
            await asyncio.wait_for(over.wait(), max(pause, 0.5))
        except TimeoutError:
            victim = scene.bots[len(kills) % 2]
            kills.append(len(kills) % 2)
            victim.kill()
            await victim.gone()
            await victim.start()


async def _send(scene: Stage, number: int, repo: int, answers: Counter[int]) -> None:
    body, guid = scene.events.opened(repo, number, title(number)), str(uuid4())
    for attempt in range(600):
        status = await scene.send(body, guid=guid, bot=(number + attempt) % 2)
        answers[status] += 1
        if status == 202:
            return
        await asyncio.sleep(0.1)


async def _run(means: Means) -> Count:
    count, place, total = Count(), means.place("replicas"), means.times(_JOBS, least=100)
    channels = -(-total // _PER_CHANNEL)
    kills: list[int] = []
    answers: Counter[int] = Counter()
    async with postgres(means) as url, stage(place, url, channels=channels, replicas=2) as scene:
        over = asyncio.Event()
        killing = asyncio.create_task(_kill(scene, kills, over))
        begin, rate = time.monotonic(), min(_RATE, total / (_KILLS * _EVERY + 1))
        async with asyncio.TaskGroup() as group:
            number = 0
            while number < total or len(kills) < _KILLS:
                await asyncio.sleep(max(begin + number / rate - time.monotonic(), 0))
                group.create_task(_send(scene, number, number % channels, answers))
                number += 1
        over.set()
        await killing
        expected = {title(at) for at in range(number)}
        sent = time.monotonic()
        await eventually(lambda: scene.titles().keys() >= expected, 240, pause=0.5)
        drained = time.monotonic() - sent
        found, posted = scene.titles(), scene.posted()
        for one in sorted(expected):
            count.check(found[one] == 1, f"{one} has {found[one]} cards")
        count.failures += [f"{key} was posted {times} times" for key, times in posted.items() if times > 1]
        count.facts |= {
            "kills:": str(len(kills)),
            "answers:": ", ".join(f"{times} {status or 'broken off'}" for status, times in answers.items()),
            "drained": f"{drained:.0f} s after the last",
        }
    return count


EXPERIMENTS = (
    Experiment(
        "T11",
        f"two replicas, {_JOBS:,} cards, one replica killed every {_EVERY:.0f} s",
        "cards",
        _run,
        seconds=75,
        company=Company.WAITS,
    ),
)
