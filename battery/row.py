"""Run one experiment in a process of its own, so that one that hangs or crashes takes no other along.

`python -m battery.row NUMBER FOLDER SCALE SEED SECONDS [POSTGRES]` writes what it counted into the folder.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from battery import experiments
from battery.kit import ROOT, Count, Experiment, Means, NotTried, brief

_FOUND = "row.json"
# Seconds that are left to an experiment whose time is over, for stopping what it started.
_TIDYING = 40.0


@dataclass(frozen=True, slots=True)
class Row:
    """An experiment's number, what it counted, how many seconds it took, and why it was not tried."""

    number: int
    count: Count
    seconds: float
    lacks: str = ""

    @property
    def experiment(self) -> Experiment:
        """Return what was tried."""
        return experiments.ALL[self.number]

    def line(self) -> str:
        """Return it as one line of text."""
        one, count = self.experiment, self.count
        if self.lacks:
            return f"{one.test:4} {one.what}: not tried: {self.lacks}"
        said = f"{len(count.failures)} of {count.tries:,} {one.unit} failed, {self.seconds:.0f} s"
        return f"{one.test:4} {one.what}: {said}  {count.said()}".rstrip()


async def in_a_process(number: int, means: Means, seconds: float) -> Row:
    """Run the experiment; one that does not end in time, or does not tell what it found, has failed."""
    begin, found = time.monotonic(), means.place(str(number)) / _FOUND
    words = [number, found.parent, means.scale, means.seed, seconds, *filter(None, [means.postgres])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "battery.row"), *map(str, words), cwd=ROOT, start_new_session=True
    )
    try:
        async with asyncio.timeout(seconds + _TIDYING):
            code = await process.wait()
    except TimeoutError:
        code = None
    finally:
        with contextlib.suppress(ProcessLookupError):  # bots that it left behind are of its session
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if found.exists():
        return msgspec.json.decode(found.read_bytes(), type=Row)
    count = Count()
    count.check(False, "it did not end" if code is None else f"its process ended with {code}")
    return Row(number, count, time.monotonic() - begin)


async def tried(number: int, means: Means, seconds: float) -> Row:
    """Run the experiment here."""
    begin, count, lacks = time.monotonic(), Count(), ""
    try:
        async with asyncio.timeout(seconds):
            count = await experiments.ALL[number].run(means)
    except NotTried as error:
        lacks = str(error)
    except TimeoutError:
        count.check(False, f"not over after {seconds:.0f} s")
    except Exception as error:  # noqa: BLE001 - the table tells
        count.check(False, brief(error))
        sys.stderr.write("\n".join(getattr(error, "__notes__", ()))[-4000:] + "\n")
    if not (count.tries or lacks):
        count.check(False, "nothing was tried")
    return Row(number, count, time.monotonic() - begin, lacks)


def main() -> None:
    """Run the experiment that the command line names."""
    number, folder, scale, seed, seconds, *postgres = sys.argv[1:]
    logging.disable(logging.CRITICAL)  # faults are the purpose here; the table tells what matters
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    means = Means(Path(folder), float(scale), int(seed), postgres[0] if postgres else None)
    row = asyncio.run(tried(int(number), means, float(seconds)))
    unready = Path(folder) / f"{_FOUND}.new"
    unready.write_bytes(msgspec.json.encode(row))
    unready.rename(Path(folder) / _FOUND)


if __name__ == "__main__":
    main()
