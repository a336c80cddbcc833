"""Run the battery and write its table: `make battery`, or `python -m battery --only T5 --scale 0.1`."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from battery import experiments, page
from battery.kit import Company, Means
from battery.row import Row, in_a_process


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _run(chosen: Sequence[int], means: Means, seconds: float) -> list[Row]:
    """Run what works beside what waits, and then, on a machine of their own, those that look at a clock."""
    rows: list[Row] = []

    async def queue(company: Company) -> None:
        for number in chosen:
            if experiments.ALL[number].company is company:
                row = await in_a_process(number, means, seconds)
                rows.append(row)
                _say(row.line())

    await asyncio.gather(queue(Company.WORKS), queue(Company.WAITS))
    await queue(Company.ALONE)
    return sorted(rows, key=lambda row: row.number)


def _expected(chosen: Sequence[int], scale: float) -> float:
    """Return how many seconds these take on two quiet cores."""
    sums = dict.fromkeys(Company, 0.0)
    for number in chosen:
        sums[experiments.ALL[number].company] += experiments.ALL[number].seconds * scale
    return max(sums[Company.WORKS], sums[Company.WAITS]) + sums[Company.ALONE]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m battery", description=__doc__)
    parser.add_argument("--only", default="", help="these tests alone, as T5 or T2,T6")
    parser.add_argument("--scale", type=float, default=1.0, help="a share of the tries, as 0.1")
    parser.add_argument("--seconds", type=float, default=600.0, help="the most that one row may take")
    parser.add_argument("--seed", type=int, default=20_261_120, help="other chances")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("PATCHFORGE_TEST_POSTGRES_URL"),
        help="a server on which databases may be made, as postgresql+asyncpg://user@host/db",
    )
    parser.add_argument("--report", action="store_true", help="write the report of a part, too")
    return parser.parse_args()


def main() -> int:
    """Read the options, run, and write the report of a complete run; 1 if anything failed."""
    options = _options()
    wanted = {name.strip().upper() for name in options.only.split(",") if name.strip()}
    if unknown := wanted - {one.test for one in experiments.ALL}:
        _say(f"there is no {', '.join(sorted(unknown))}")
        return 2
    chosen = [at for at, one in enumerate(experiments.ALL) if not wanted or one.test in wanted]
    expected = _expected(chosen, options.scale)
    _say(f"{len(chosen)} rows, about {expected / 60:.0f} minutes on two quiet cores")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, too
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="patchforge-battery-", ignore_cleanup_errors=True) as name:
        means = Means(Path(name), options.scale, options.seed, options.postgres)
        rows = asyncio.run(_run(chosen, means, options.seconds))
    seconds = time.monotonic() - begin
    failed, lacking = sum(len(row.count.failures) for row in rows), [row for row in rows if row.lacks]
    _say(f"{failed} failures, {len(lacking)} rows not tried, {seconds:.0f} s (expected: {expected:.0f})")
    complete = not wanted and options.scale >= 1.0 and not lacking
    if complete or options.report:
        page.write(rows, seconds)
    else:
        _say(f"not complete: {page.PATH.name} is left as it is")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
