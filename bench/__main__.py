"""Run the bench: every contender in turn, several rounds; then bursts, growth, a profile, and the page."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bench import bots, burst, growth, machine, page, results, rounds, rules, where
from bench.growth import Point
from bench.names import POSTGRES, PROBOT, SQLITE
from bench.results import Result
from bench.rounds import Size
from bench.rules import Sizes
from bench.tables import tables


@dataclass(frozen=True, slots=True)
class Plan:
    """How long everything is measured."""

    name: str
    rounds: int
    size: Size
    burst: int
    points: list[Point]
    growth_rounds: int
    growth_size: Size
    rules: Sizes = field(default_factory=Sizes)


def _points(follows: Iterable[int], stored: Iterable[int]) -> list[Point]:
    return [*(Point(follows=count) for count in follows), *(Point(stored=count) for count in stored)]


FULL = Plan(
    name="full",
    rounds=5,
    size=Size(events=4_000, seconds=5),
    burst=10_000,
    points=_points((10, 1_000, 100_000), (1_000, 100_000, 1_000_000)),
    growth_rounds=3,
    growth_size=Size(events=1_500, seconds=4),
)
QUICK = Plan(
    name="quick",
    rounds=1,
    size=Size(events=1_000, seconds=2),
    burst=1_500,
    points=_points((10, 100_000), (1_000, 20_000)),
    growth_rounds=1,
    growth_size=Size(events=500, seconds=2),
    rules=Sizes(subscriptions=20_000, events=500, tries=5),
)


async def _run(plan: Plan, postgres: str | None, only: str) -> Result:
    begin = time.monotonic()
    if task := asyncio.current_task():
        # Whoever ends the bench ends what it started, too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    contenders, skipped = bots.contenders(postgres)
    wanted = only.lower().split(",")
    contenders = [one for one in contenders if any(word in one.name.lower() for word in wanted)]
    result = Result(await machine.about(postgres), skipped, {})
    if any(one.name == PROBOT for one in contenders):
        with _noted(begin, result, PROBOT):
            await bots.install_probot()
        contenders = [one for one in contenders if one.name not in result.skipped]
    result.rounds = {one.name: [] for one in contenders}
    order = list(contenders)
    for number in range(1, plan.rounds + 1):
        for one in order:
            # A round that fails keeps its place: ratios are taken within each round.
            result.rounds[one.name].append({})
            with _noted(begin, result, f"round {number}: {one.name}"):
                result.rounds[one.name][-1] = await rounds.measure(one, plan.size)
        order.reverse()
    for one in contenders:
        if one.name in {SQLITE, POSTGRES}:
            with _noted(begin, result, f"burst: {one.name}"):
                result.bursts[one.name] = [await burst.measure(one, plan.burst)]
    if SQLITE in result.rounds:
        with _noted(begin, result, "growth"):
            result.growth = await growth.measure(plan.points, plan.growth_size, plan.growth_rounds)
        with _noted(begin, result, "where the time goes"):
            result.where = await where.measure(plan.size)
    if any(word in "rules" for word in wanted):
        with _noted(begin, result, "rules"):
            result.rules = await rules.measure(plan.rules)
    result.about["took"] = f"{time.monotonic() - begin:.0f} s"
    return result


@contextlib.contextmanager
def _noted(begin: float, result: Result, what: str) -> Iterator[None]:
    """Say how far the run is; what fails is noted, and the rest is measured all the same."""
    problem = ""
    try:
        yield
    except (RuntimeError, TimeoutError, OSError) as error:
        problem = f"failed: {error or type(error).__name__}"
        result.skipped[what] = problem
    print(f"{time.monotonic() - begin:5.0f} s  {what}  {problem}".rstrip(), file=sys.stderr, flush=True)


def main() -> None:
    """Read the options; run, show and save, or write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to see that everything runs")
    parser.add_argument(
        "--only",
        default="",
        help="measure only contenders with one of these words in their name, or rules: sqlite,probot",
    )
    parser.add_argument("--rounds", type=int, choices=range(1, 11), help="how many rounds instead of five")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("PATCHFORGE_TEST_POSTGRES_URL"),
        help="a server on which databases may be made, as postgresql+asyncpg://user@host/db",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help=f"write {page.PATH.name} again from the newest full run instead of measuring",
    )
    options = parser.parse_args()
    if options.report:
        try:
            page.write(results.newest())
        except FileNotFoundError as error:
            parser.error(str(error))
        return
    plan = QUICK if options.quick else FULL
    if options.rounds:
        plan = replace(plan, rounds=options.rounds)
    result = asyncio.run(_run(plan, options.postgres, options.only))
    print("\n\n".join(table.text() for table in tables(result)))
    print("".join(f"\nnot measured: {what}: {why}" for what, why in result.skipped.items()))
    part = bool(options.only or options.rounds)
    print(f"\nsaved to {results.save(result, f'{plan.name}-part' if part else plan.name)}")
    if plan is FULL and not part:
        page.write(result)


if __name__ == "__main__":
    main()
