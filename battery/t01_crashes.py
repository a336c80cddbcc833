"""T1: the bot is killed at every moment that the outside can name, at random ones, and while it stops."""

import asyncio

from battery.kit import Count, Experiment, Means, crowd
from tests.crash.rig import Moment, crashing_world
from tests.crash.story import Ending, ending, play, quiet

_AT_ONCE = 4
_RANDOM, _STOPPING = 30, 15
# At random moments the bot dies up to so many seconds after a call, or after it was asked to stop then.
_LATER, _STOP = 0.05, 0.3


async def _live(means: Means, name: str, *moments: Moment) -> tuple[Ending, list[str]]:
    """Return how the story ended, and what was seen; a moment that never comes is let go."""
    async with crashing_world(means.place(name), *moments) as (world, crashes):
        try:
            await play(world)
            story = len(crashes.seen)
            await quiet(world)
            await asyncio.sleep(max((moment.delay or 0.0 for moment in moments), default=0.0))
            crashes.disarm()
            if _killed(crashes.seen):  # perhaps after the last call only
                await crashes.over()
                await quiet(world)
        except Exception as error:
            error.add_note("\n".join([*crashes.seen, *crashes.bot.log]))
            raise
        return ending(world), crashes.seen if moments else crashes.seen[:story]


def _killed(seen: list[str]) -> bool:
    return any(one.startswith("--- killed") for one in seen)


def _moments(seen: list[str]) -> list[Moment]:
    """Return each call of an undisturbed story as a moment; a delivery's 202 may also be heard."""
    found: list[Moment] = []
    for at, one in enumerate(seen):
        what, _, phase = one.rpartition(" ")
        nth = seen[: at + 1].count(one)
        found.append(Moment(what.replace("[", "[[]"), phase, nth))
        if phase == "after" and what.startswith("github pull_request"):
            found.append(Moment(what.replace("[", "[[]"), phase, nth, heard=True))
    return found


def _thinned(moments: list[Moment], number: int) -> list[Moment]:
    """Return so many of the moments, evenly spread."""
    return [moments[at * len(moments) // number] for at in range(number)]


async def _run(means: Means) -> Count:
    count = Count()
    right, seen = await _live(means, "undisturbed")
    every = _moments(seen)
    moments = _thinned(every, min(means.times(len(every)), len(every)))
    dice = means.dice("T1")
    for number, longest, asked in ((_RANDOM, _LATER, False), (_STOPPING, _STOP, True)):
        moments += [
            Moment("*", "*", dice.randint(1, len(seen)), delay=dice.uniform(0.0, longest), asked=asked)
            for _ in range(means.times(number))
        ]
    missed: list[Moment] = []

    async def attempt(index: int) -> None:
        found, seen = await _live(means, str(index), moments[index])
        assert found == right, f"{moments[index]}: {difference(right, found)}"  # noqa: S101
        if not _killed(seen):
            missed.append(moments[index])

    await crowd(len(moments), _AT_ONCE, attempt, "moment", count)
    count.tries -= len(missed)
    count.facts["moments named by calls:"] = str(len(every))
    if missed:
        count.facts["that did not come this time, not counted:"] = str(len(missed))
    return count


def difference(right: Ending, found: Ending) -> str:
    """Return in words where two endings differ."""
    names = [name for name in Ending.__dataclass_fields__ if getattr(right, name) != getattr(found, name)]
    return "; ".join(f"{name}: {getattr(found, name)} instead of {getattr(right, name)}" for name in names)


EXPERIMENTS = (
    Experiment(
        "T1",
        "`kill -9` at every call that the story makes (before, after, unanswered), at random, and while "
        "it stops",
        "whole stories",
        _run,
        seconds=240,
    ),
)
