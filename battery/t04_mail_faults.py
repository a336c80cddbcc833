"""T4: the mail server fails in the middle of a hundred recipients."""

import contextlib
import sqlite3
from collections import Counter
from pathlib import Path

from battery.kit import Company, Count, Experiment, Means, eventually
from battery.suite import runs
from tests.features.notes_kit import APPROVE, drafted, press
from tests.features.test_mails import with_trailers
from tests.world import World, open_world

_PEOPLE = 100
_ROUNDS = 3
# What becomes of a recipient's first try; the rest goes well.
_FATES = ("rcpt", "before_data", "data", "after_data", "451", "452 after the text", "550", "")
_FINAL = {"sent", "failed", "ambiguous", "skipped"}


def _addresses() -> list[str]:
    # The demo's feature names two people of its own.
    return [f"person{number}@acme.example" for number in range(_PEOPLE - 2)]


def _arm(world: World, fates: dict[str, str]) -> None:
    """Let each recipient's fate strike once."""
    struck: set[str] = set()

    def see(moment: str, recipients: list[str]) -> bool:
        for one in recipients:
            if fates.get(one) == moment and one not in struck:
                struck.add(one)
                return False
        return True

    world.mail.on_call = see
    for one, fate in fates.items():
        if fate == "451":
            world.mail.refuse("rcpt", "451 4.7.1 Try later", one, times=1)
        elif fate.startswith("452"):
            world.mail.refuse("data", "452 4.2.2 Full for now", one, times=1)
        elif fate == "550":
            world.mail.refuse("rcpt", "550 5.1.1 No such person", one)


def _states(place: Path) -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(place / "bot.db")) as database:
        return dict(database.execute("SELECT address, state FROM mails").fetchall())


async def _round(means: Means, number: int, count: Count) -> None:
    place, dice = means.place(str(number)), means.dice(f"T4 {number}")
    people = _addresses()
    fates = {one: dice.choice(_FATES) for one in people}
    async with open_world(f"sqlite+aiosqlite:///{place}/bot.db") as world:
        _arm(world, fates)
        trailers = [f"Person {at} <{address}>" for at, address in enumerate(people)]
        draft = await drafted(world, with_trailers(world.demo.feature, *trailers))
        await press(world, world.maintainer, draft, APPROVE)
        await eventually(lambda: _states(place) and set(_states(place).values()) <= _FINAL, pause=0.5)
        states = _states(place)
        accepted = Counter(one.recipient.lower() for one in world.mail.accepted)
        for one in people:
            state, times = states.get(one, "missing"), accepted[one]
            right = {"sent": times == 1, "failed": times == 0, "ambiguous": times <= 1}.get(state, False)
            count.check(right, f"{one} ({fates[one]}): {state}, accepted {times} times")
        count.facts[f"round {number + 1}:"] = ", ".join(
            f"{times} {state}" for state, times in sorted(Counter(states.values()).items())
        )


async def _run(means: Means) -> Count:
    count = Count()
    for number in range(means.times(_ROUNDS)):
        await _round(means, number, count)
    return count


EXPERIMENTS = (
    Experiment(
        "T4",
        f"{_PEOPLE} recipients; cut before, inside and after the text, 451, 452, 550, each drawn by lot",
        "recipients",
        _run,
        seconds=60,
        company=Company.WAITS,
    ),
    Experiment(
        "T4",
        "every single fault, what is shown of it, and a person's decision",
        "runs of the tests",
        runs("tests/features/test_mails.py", repeat=1),
        seconds=25,
    ),
)
