"""T8: configuration files that mean harm, and right ones spoilt at random."""

import asyncio
import gc
import time

from battery.kit import Count, Experiment, Means
from bot.configuration.check_run import check_run
from bot.configuration.load import read_configuration
from tests.configuration.hostile import GOOD, HOSTILE, mutated

_FILES = 20_000
_MILLISECONDS = 50.0
_HOME, _REPO = "acme/.patchforge", "acme/payments-api"


async def _yaml(means: Means) -> Count:
    count, slowest = Count(), (0.0, "")
    spoilt = (mutated(means.seed + number) for number in range(means.times(_FILES)))
    files = [*HOSTILE.items(), *((f"spoilt {number}", body) for number, body in enumerate(spoilt))]
    # Zones and countries are read once.
    read_configuration(GOOD.replace(b"Asia/Tokyo", b"Asia/Tokio").replace(b"JP", b"XX"), _HOME)
    taken = 0
    for number, (name, body) in enumerate(files):
        try:
            spent, right = _read(body, _HOME if number % 2 else _REPO)
        except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
            count.check(False, f"{name}: {type(error).__name__}: {error}")
            continue
        taken += right
        slowest = max(slowest, (spent, name))
        count.check(spent < _MILLISECONDS, f"{name}: {spent:.0f} ms")
        await asyncio.sleep(0)
    count.facts["slowest:"] = f"{slowest[0]:.0f} ms ({slowest[1]})"
    count.facts["still right:"] = str(taken)
    return count


def _read(body: bytes, repo: str) -> tuple[float, bool]:
    """Read a file and say so; return the work it was in milliseconds, and whether it is right."""
    gc.disable()
    try:
        before = time.thread_time()
        reading = read_configuration(body, repo)
        check_run(reading)
        spent = (time.thread_time() - before) * 1_000
    finally:
        gc.enable()
    if (reading.configuration is None) != bool(reading.problems):
        raise AssertionError("neither right nor wrong")
    return spent, not reading.problems


EXPERIMENTS = (Experiment("T8", "hostile and spoilt configuration files", "files", _yaml),)
