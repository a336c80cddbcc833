"""Ask /healthz every few milliseconds from a process of its own, and print the longest wait in ms."""

import asyncio
import contextlib
import http.client
import select
import sys
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from battery.kit import ROOT

_PAUSE = 0.01


@contextlib.asynccontextmanager
async def watched(address: str, found: list[float]) -> AsyncIterator[None]:
    """Watch a bot while the block runs; `found` gets the longest and the 99th percentile in ms."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "battery.probe", address),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield
    finally:
        out, _ = await process.communicate(b"\n")
        found += [float(word) for word in out.split()]


def main() -> None:
    """Ask until something is said on standard input."""
    host = urlsplit(sys.argv[1])
    waits = [0.0]
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=30)
    while not select.select([sys.stdin], [], [], _PAUSE)[0]:
        begin = time.perf_counter()
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
        waits.append((time.perf_counter() - begin) * 1000)
    waits.sort()
    sys.stdout.write(f"{waits[-1]} {waits[int(len(waits) * 0.99)]}\n")


if __name__ == "__main__":
    main()
