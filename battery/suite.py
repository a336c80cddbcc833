"""Experiments that stand in the test-suite already: run them again and again."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from xml.etree import ElementTree as ET

from battery.kit import ROOT, Count, Means


def runs(*nodes: str, repeat: int, workers: int = 3) -> Callable[[Means], Awaitable[Count]]:
    """Return an experiment that runs these tests `repeat` times at full scale."""

    async def run(means: Means) -> Count:
        count = Count()
        for _ in range(means.times(repeat)):
            count.add(await _once(means, nodes, workers))
        return count

    return run


async def _once(means: Means, nodes: Sequence[str], workers: int) -> Count:
    place = means.place("suite")
    report = place / "report.xml"
    report.unlink(missing_ok=True)
    env = dict(os.environ)
    if means.postgres:
        env["PATCHFORGE_TEST_POSTGRES_URL"] = means.postgres
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "pytest", "-p", "no:cacheprovider", "-n", str(workers), "-o", "timeout=600"),
        f"--junitxml={report}",
        *nodes,
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    code = await process.wait()
    count = Count()
    if not report.exists():
        count.check(False, f"pytest ended with {code} and no report")
        return count
    # 0: all passed, 1: some failed; whatever else it is, not all of them ran.
    if code not in {0, 1}:
        count.check(False, f"pytest ended with {code}")
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - see above
        if case.find("skipped") is not None:
            continue
        trouble = case.find("failure") if case.find("failure") is not None else case.find("error")
        message = (trouble.get("message") or "").partition("\n")[0][:160] if trouble is not None else ""
        count.check(trouble is None, f"{case.get('name')}: {message}")
    return count
