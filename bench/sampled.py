"""Run PatchForge and note what its threads spend their CPU time on: `python -m bench.sampled FILE run`.

A thread looks about a thousand times a second at what the others are at. Each thread's CPU time is exact; it
is parted among the stages by how often the thread was seen there, waiting for the disk included.
"""

import contextlib
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import msgspec

from bench.processes import ROOT
from bench.stages import stage_of

_EVERY = 0.001
# How long the sampler waits before it takes Python's lock: with the usual five milliseconds a thread would be
# seen only where it lets go of the lock by itself.
_SWITCH = 0.00002


class Sampler(threading.Thread):
    """Sees where the other threads are, from the signal that starts it anew until the process ends."""

    def __init__(self) -> None:
        super().__init__(name="sampler", daemon=True)
        self._seen: dict[int, Counter[str]] = {}
        self._begun: dict[int, float] = {}
        self._spent: dict[int, float] = {}

    def run(self) -> None:
        """Look around until the process ends."""
        while True:
            time.sleep(_EVERY)
            for ident, frame in sys._current_frames().items():  # noqa: SLF001 - the way to see other threads
                if ident != self.ident:
                    self._look(ident, frame)

    def restart(self) -> None:
        """Forget what was seen so far."""
        self._seen, self._begun = {}, {}

    def _look(self, ident: int, frame: FrameType) -> None:
        with contextlib.suppress(OSError):  # a thread may end meanwhile
            self._spent[ident] = time.clock_gettime(time.pthread_getcpuclockid(ident))
            self._begun.setdefault(ident, self._spent[ident])
        if stage := stage_of(_places(frame)):
            self._seen.setdefault(ident, Counter())[stage] += 1

    def found(self) -> dict[str, float]:
        """Return CPU seconds by stage."""
        found: dict[str, float] = {}
        for ident, stages in self._seen.items():
            spent = self._spent[ident] - self._begun[ident]
            for stage, number in stages.items():
                found[stage] = found.get(stage, 0.0) + spent * number / stages.total()
        return found


def _places(frame: FrameType | None) -> list[str]:
    """Return `file:function` of each frame of a stack, the innermost first; ours from the project's root."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append(f"{code.co_filename.removeprefix(f'{ROOT}/')}:{code.co_name}")
        frame = frame.f_back
    return found


def main() -> None:
    """Run the command; SIGUSR1 starts the count anew, and the end writes it down."""
    path = Path(sys.argv.pop(1))
    sampler = Sampler()
    sys.setswitchinterval(_SWITCH)
    from bot.cli import main as command  # noqa: PLC0415 - what loading takes is no stage

    sampler.start()
    signal.signal(signal.SIGUSR1, lambda *_: sampler.restart())
    try:
        command()
    finally:
        path.write_bytes(msgspec.json.encode(sampler.found()))


if __name__ == "__main__":
    main()
