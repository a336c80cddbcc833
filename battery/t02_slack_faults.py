"""T2: Slack refuses, hangs, breaks off and talks nonsense, whatever it was asked."""

import asyncio
from collections.abc import Mapping
from typing import Any

from battery.kit import Count, Experiment, Means, crowd
from battery.suite import runs
from battery.t01_crashes import difference
from tests.crash.rig import crashing_world
from tests.crash.story import Ending, ending, play, quiet
from tests.ledger.test_showing_faults import PASSING, Trouble

_METHODS = ("chat.postMessage", "chat.update", "conversations.history", "conversations.info", "*")
_REPEAT = 1
_AT_ONCE = 3


async def _live(means: Means, name: str, struck: tuple[str, Trouble, int]) -> Ending:
    """Play the story; the `nth` call of the method, and the look-up it leads to, are struck."""
    method, trouble, nth = struck
    async with crashing_world(means.place(name)) as (world, crashes):
        workspace = world.slack.workspace
        watch, calls = workspace.on_call, 0

        def see(called: str, arguments: Mapping[str, Any], phase: str) -> bool:
            nonlocal calls
            matches = called == method or (method == "*" and called.startswith(("chat.", "conversations.")))
            if matches and phase == "before":
                calls += 1
                if calls == nth:
                    workspace.faults.add(called, trouble.kind, **trouble.choices)  # type: ignore[arg-type]  # a fault's name
            return watch(called, arguments, phase)

        workspace.on_call = see
        if method == "conversations.history":  # it is asked only after a doubtful post
            workspace.faults.add("chat.postMessage", "reset_after")
        try:
            await play(world)
            await quiet(world)
        except Exception as error:
            error.add_note("\n".join([*crashes.seen, *crashes.bot.log]))
            raise
        return ending(world)


async def _run(means: Means) -> Count:
    count, dice = Count(), means.dice("T2")
    right = await _live(means, "undisturbed", ("none", PASSING[0], 1))
    plan = [
        (method, trouble, dice.randint(1, 1 if method.startswith("conversations") else 4))
        for _ in range(_REPEAT)
        for method in _METHODS
        for trouble in PASSING
    ]
    dice.shuffle(plan)
    plan = plan[: means.times(len(plan))]

    async def attempt(index: int) -> None:
        async with asyncio.timeout(180):
            found = await _live(means, str(index), plan[index])
        assert found == right, f"{plan[index]}: {difference(right, found)}"  # noqa: S101 - told in the report

    await crowd(len(plan), _AT_ONCE, attempt, "story", count)
    count.facts["kinds of faults:"] = str(len(PASSING))
    count.facts["methods:"] = str(len(_METHODS))
    return count


EXPERIMENTS = (
    Experiment(
        "T2", "Slack faults on every method in the middle of whole stories", "stories", _run, seconds=90
    ),
    Experiment(
        "T2",
        f"each of {len(PASSING)} faults on posting and editing a card: Retry-After kept, one message",
        "runs of the tests",
        runs("tests/ledger/test_showing_faults.py", repeat=2),
        seconds=40,
    ),
)
