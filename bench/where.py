"""Where the time goes: one more saturated run on SQLite, with a look at what its threads are at."""

import asyncio
import signal
import tempfile
from pathlib import Path

import msgspec

from bench import bots, databases, workspace
from bench.load import Job
from bench.measures import acknowledged
from bench.rounds import Size

_WARM = 200


async def measure(size: Size) -> dict[str, float]:
    """Return CPU milliseconds per event by stage, while events come as fast as 64 connections go."""
    with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as name:
        folder, seen = Path(name), Path(name) / "stages.json"
        url = databases.sqlite(folder)
        async with workspace.opened(size.channels) as slack:
            await databases.fill(url, slack.ready.channels)
            program = ("-m", "bench.sampled", str(seen), "run")
            async with bots.running(slack, url, folder, program=program) as target:
                await acknowledged(Job(target.ports, _WARM, size.channels, 1))
                await slack.posted(_WARM)
                for process in target.processes:
                    process.send_signal(signal.SIGUSR1)
                await acknowledged(Job(target.ports, size.events, size.channels, 2_000))
                await slack.posted(_WARM + size.events)
        spent = msgspec.json.decode(await asyncio.to_thread(seen.read_bytes), type=dict[str, float])
    return {stage: seconds * 1000 / size.events for stage, seconds in spent.items()}
