"""How long the rules take at the sizes they must bear: CODEOWNERS, routing, whose turn, a digest."""

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

from sqlalchemy import Connection

from bench import stored
from bench.measures import Round, percentile
from bench.names import CODEOWNERS, DIGEST, HOME, ROUTING, ROUTING_AGAIN, TURNS
from bench.routing import routed
from bench.samples import codeowners_file, codeowners_paths, pulls
from blocks.reminders import digest
from bot.owners.parsing import parse
from bot.reminders.personal import turns_of
from bot.reminders.planning import stored as schedule
from bot.reviews.turn import my_turn, turn
from handlers.reminders.gathering import Glance, Place, gather


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything, and how often what is not routing is tried."""

    subscriptions: int = 100_000
    events: int = 2_000
    rules: int = 5_000
    files: int = 3_000
    pulls: int = 1_000
    digest: int = 500
    tries: int = 30


Try = tuple[float, float]
"""The seconds that one try took: of the process's CPU, and on the clock."""


async def measure(sizes: Sizes) -> dict[str, list[Round]]:
    """Try everything, and return median and 99th percentile of the tries in milliseconds, by its name."""
    gc.collect()
    gc.freeze()  # what loading made is not looked through in the bot either
    first, again = await routed(sizes.subscriptions, sizes.events)
    found = {ROUTING: first, ROUTING_AGAIN: again}
    text, paths = codeowners_file(sizes.rules), codeowners_paths(sizes.files)
    found[CODEOWNERS] = _tried(lambda: parse(text).of_all(paths), sizes.tries)
    many = pulls(sizes.pulls)

    def turns() -> None:
        for facts, around in many:
            turn(facts, around)
            my_turn(facts, "dev-7", ("acme/team-1",), around)

    found[TURNS] = _tried(turns, sizes.tries)
    found[HOME] = await _from_storage(sizes.pulls, sizes.tries, _home)
    found[DIGEST] = await _from_storage(sizes.digest, sizes.tries, _digest)
    return {name: [_summary(tries)] for name, tries in found.items()}


async def _from_storage(count: int, tries: int, work: Callable[[Connection], object]) -> list[Try]:
    async with stored.opened() as database:
        await database.write(lambda connection: stored.fill(connection, count, repos=_REPOS))
        return await database.read(lambda connection: _tried(lambda: work(connection), tries))


_REPOS = 25


def _home(connection: Connection) -> None:
    repos = {stored.repo_name(number) for number in range(_REPOS)}
    waiting, own = turns_of(connection, stored.LOGIN, repos, now=stored.AT)
    assert waiting, own  # noqa: S101 - written above


def _digest(connection: Connection) -> None:
    wanted = schedule("weekdays 09:30 UTC draft:no")
    assert wanted  # noqa: S101 - written above
    glance = Glance(stored.AT, "https://github.com")
    view = gather(connection, Place(stored.CHANNEL), wanted, glance)
    assert view  # noqa: S101 - written above
    digest(view)


def _tried(work: Callable[[], object], count: int) -> list[Try]:
    work()  # what is read once for all is no part of it
    found = []
    for _ in range(count):
        begin = process_time(), perf_counter()
        work()
        found.append((process_time() - begin[0], perf_counter() - begin[1]))
    return found


def _summary(tries: Sequence[Try]) -> Round:
    found: Round = {"tries": float(len(tries))}
    for name, seconds in zip(("cpu", "wall"), zip(*tries, strict=True), strict=True):
        found[f"{name} p50"] = statistics.median(seconds) * 1000
        found[f"{name} p99"] = percentile(seconds, 0.99) * 1000
    return found
