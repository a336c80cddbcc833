"""Generate load in a process of its own: keep-alive connections on a bare asyncio protocol."""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import msgspec
import uvloop

from bench import payloads


@dataclass(frozen=True, slots=True)
class Job:
    """What to send: `count` events of pull requests `first_number`…, over repositories `first_repo`… in turn.

    The connections are spread over the ports. `rate` is in events per second; None means as fast as the
    connections go.
    """

    ports: list[int]
    count: int
    repos: int
    first_number: int
    first_repo: int = 0
    event: str = "pull_request"
    connections: int = 64
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each request in order: its pull request's link, when it went out, its ack's time (s).

    A request that was due while every connection still waited for an answer counts as sent when it was due.
    """

    links: list[str]
    sent: list[float]
    took: list[float]
    statuses: dict[str, int]
    elapsed: float


class _Connection(asyncio.Protocol):
    """One keep-alive connection: writes a request, waits for its answer."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def exchange(self, request: bytes) -> int:
        """Send the bytes and return the status of the answer."""
        assert self._transport is not None  # noqa: S101 - connected by create_connection
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or self._answer is None:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length:
            self._buffer = body[length:]
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed before the answer"))

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()


async def send(job: Job) -> Outcome:
    """Send the job's requests and return what became of each."""
    made_from = await payloads.template()
    places = [
        (job.first_repo + index % job.repos, job.first_number + index // job.repos)
        for index in range(job.count)
    ]
    requests = [payloads.request(made_from, job.event, *place) for place in places]
    sent, took, statuses = [0.0] * job.count, [0.0] * job.count, [0] * job.count
    loop = asyncio.get_running_loop()
    ports = [job.ports[index % len(job.ports)] for index in range(job.connections)]
    pairs = [await loop.create_connection(_Connection, "127.0.0.1", port) for port in ports]
    turns: Iterator[int] = iter(range(job.count))
    gc.disable()
    begin = time.time()

    async def serve(connection: _Connection) -> None:
        for index in turns:
            due = begin + index / job.rate if job.rate else None
            if due and (early := due - time.time()) > 0:
                await asyncio.sleep(early)
                due = None
            sent[index] = due or time.time()
            statuses[index] = await connection.exchange(requests[index])
            took[index] = time.time() - sent[index]

    await asyncio.gather(*(serve(connection) for _, connection in pairs))
    elapsed = time.time() - begin
    for _, connection in pairs:
        connection.close()
    count = {str(status): statuses.count(status) for status in set(statuses)}
    return Outcome([payloads.pull_url(*place) for place in places], sent, took, count, elapsed)


async def run(job: Job) -> Outcome:
    """Send the job from a fresh process."""
    with tempfile.TemporaryFile() as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.load", stdin=asyncio.subprocess.PIPE, stdout=file
        )
        await process.communicate(msgspec.json.encode(job))
        if process.returncode:
            raise RuntimeError("the load generator failed; see above")
        file.seek(0)
        return msgspec.json.decode(file.read(), type=Outcome)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(send(given))))
