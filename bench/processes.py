"""Start what is measured as real processes, and read their CPU time and memory from Linux."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[1]
# After this many seconds without a sign something is broken, not slow.
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Target:
    """Running processes that answer HTTP, one on each port; they took `ready` seconds to do so."""

    processes: Sequence[asyncio.subprocess.Process]
    ports: list[int]
    ready: float

    def cpu(self) -> float:
        """Return the CPU seconds spent so far, in all threads."""
        return sum(_cpu(process.pid) for process in self.processes)

    def rss(self) -> float:
        """Return the resident memory in MB."""
        return sum(_status(process.pid, "VmRSS") for process in self.processes)

    def peak(self) -> float:
        """Return the highest resident memory since `forget_peak` in MB."""
        return sum(_status(process.pid, "VmHWM") for process in self.processes)

    def forget_peak(self) -> None:
        """Let the highest resident memory be what it is now."""
        for process in self.processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")


def _cpu(pid: int) -> float:
    # Linux's clock of another process, counted in nanoseconds; /proc/PID/stat counts in hundredths.
    return time.clock_gettime(~pid << 3 | 2)


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1e3


@contextlib.asynccontextmanager
async def started(
    *words: str,
    env: Mapping[str, str] = MappingProxyType({}),
    cwd: Path = ROOT,
    log: Path | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program until the block ends; without `log` it talks over pipes."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(log.open("ab")) if log else None
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=cwd,
            # Nothing of the machine's own settings leaks in.
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
            stdin=asyncio.subprocess.DEVNULL if file else asyncio.subprocess.PIPE,
            stdout=file or asyncio.subprocess.PIPE,
            stderr=file,
            limit=64 * 1024 * 1024,
        )
        try:
            yield process
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def python(
    *words: str, env: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module of the bench that talks over pipes."""
    async with started(sys.executable, "-m", *words, env=env) as process:
        yield process


async def line(process: asyncio.subprocess.Process) -> bytes:
    """Return the next line that the process says."""
    assert process.stdout is not None  # noqa: S101 - a pipe, as started
    said = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    if not said:
        raise RuntimeError("a process of the bench ended; see above")
    return said
