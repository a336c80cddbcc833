"""Run the battery and write its table: `make battery`, or `python -m battery --only T5 --scale 0.1`."""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from battery import experiments, page
from battery.kit import Count, Experiment, Means, brief
from battery.page import Row


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _row(experiment: Experiment, means: Means, seconds: float) -> Row:
    begin, count = time.monotonic(), Count()
    try:
        async with asyncio.timeout(seconds):
            count = await experiment.run(means)
    except TimeoutError:
        count.check(False, f"not over after {seconds:.0f} s")
    except Exception as error:  # noqa: BLE001 - the other experiments go on, and the table tells
        count.check(False, brief(error))
        _say("\n".join(getattr(error, "__notes__", ()))[-4000:])
    return Row(experiment, count, time.monotonic() - begin)


async def _run(chosen: Sequence[Experiment], means: Means, seconds: float) -> list[Row]:
    rows = []
    for number, experiment in enumerate(chosen):
        if experiment.postgres and not means.postgres:
            _say(f"{experiment.test:4} {experiment.what}: skipped, no PostgreSQL")
            continue
        own = Means(means.folder / str(number), means.scale, means.seed, means.postgres)
        row = await _row(experiment, own, seconds)
        rows.append(row)
        _say(row.line())
    return rows


def main() -> int:
    """Read the options, run, and write the report of a complete run."""
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
    options = parser.parse_args()
    wanted = {name.strip().upper() for name in options.only.split(",") if name.strip()}
    chosen = [one for one in experiments.ALL if not wanted or one.test in wanted]
    logging.disable(logging.CRITICAL)  # faults are the purpose here; the table tells what matters
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="patchforge-battery-") as name:
        means = Means(Path(name), options.scale, options.seed, options.postgres)
        rows = asyncio.run(_run(chosen, means, options.seconds))
    failed = sum(len(row.count.failures) for row in rows)
    _say(f"{failed} failures, {time.monotonic() - begin:.0f} s")
    if options.report or (not wanted and options.scale >= 1.0):
        page.write(rows, time.monotonic() - begin)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
