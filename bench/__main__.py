"""Run the bench: floors and bot in turn, several rounds, one table."""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from pathlib import Path

from bench import load, report, target

PATH = "/webhooks/github"
# An event that no feature acts on: the door alone, signature, commit and answer.
UNHEARD = "watch"
_PATIENCE = 180.0


def _acks(name: str, outcome: load.Outcome) -> dict[str, float]:
    wrong = {status: count for status, count in outcome.statuses.items() if status not in {"200", "202"}}
    if wrong:
        raise RuntimeError(f"{name}: answers that were no acks: {wrong}")
    took = [seconds * 1000 for seconds in outcome.took]
    return {
        f"{name} acks/s": len(took) / outcome.elapsed,
        f"{name} ack p50": report.percentile(took, 0.5),
        f"{name} ack p99": report.percentile(took, 0.99),
    }


async def _floor(kind: str, events: int, seconds: int) -> dict[str, float]:
    """Measure a bare handler; at 20 events a second too, where every cache is cold."""
    async with target.floor(kind) as bare:
        await load.run(load.Job(bare.port, PATH, "pull_request", 200, 100, 1))
        before = bare.cpu()
        outcome = await load.run(load.Job(bare.port, PATH, "pull_request", events, 100, 100))
        found = {f"floor {kind} cpu": (bare.cpu() - before) * 1000 / events}
        found |= _acks(f"floor {kind}", outcome)
        before, slow = bare.cpu(), 20 * seconds
        outcome = await load.run(
            load.Job(bare.port, PATH, "pull_request", slow, 100, 1_000, connections=4, rate=20)
        )
        found |= _acks(f"floor {kind} 20/s", outcome)
        found[f"floor {kind} 20/s cpu"] = (bare.cpu() - before) * 1000 / slow
    return found


async def _posted(slack: target.Slack, number: int) -> None:
    """Wait until that many messages were posted."""
    end = time.monotonic() + _PATIENCE
    while (count := await slack.count()) < number:
        if time.monotonic() > end:
            raise RuntimeError(f"only {count} of {number} messages were posted")
        await asyncio.sleep(0.02)


async def _bot(events: int, channels: int, database: str | None, seconds: int) -> dict[str, float]:
    """Measure one fresh bot on a fresh database."""
    with tempfile.TemporaryDirectory(prefix="patchforge-bench-") as name:
        folder = Path(name)
        url = database or f"sqlite+aiosqlite:///{folder}/bench.db"
        async with target.slack(channels) as slack, target.bot(slack, url, folder) as bot:
            found = {"start to ready": bot.ready}
            warm = 200
            await load.run(load.Job(bot.port, PATH, "pull_request", warm, channels, 1))
            await _posted(slack, warm)

            before, slow = bot.cpu(), 20 * seconds
            outcome = await load.run(
                load.Job(bot.port, PATH, "pull_request", slow, channels, 1_000, connections=4, rate=20)
            )
            await _posted(slack, warm + slow)
            found |= _acks("20/s", outcome) | _latencies("20/s", outcome, await slack.posts())
            found["20/s cpu"] = (bot.cpu() - before) * 1000 / slow

            before = bot.cpu()
            outcome = await load.run(load.Job(bot.port, PATH, "pull_request", events, channels, 2_000))
            await _posted(slack, warm + slow + events)
            arrived = await slack.posts()
            last = max(arrived[link] for link in outcome.links)
            found |= _acks("whole", outcome)
            found["whole posts/s"] = events / (last - outcome.sent[0])
            found["whole cpu"] = (bot.cpu() - before) * 1000 / events

            before = bot.cpu()
            rest = max(10_000 - warm - slow - events, events)
            outcome = await load.run(load.Job(bot.port, PATH, UNHEARD, rest, channels, 3_000))
            spent = bot.cpu() - before
            found |= _acks("door", outcome)
            found |= {"door cpu": spent * 1000 / rest, "door acks per core": rest / spent}
            found["rss after 10,000 events"] = bot.rss()
    return found


def _latencies(name: str, outcome: load.Outcome, arrived: dict[str, float]) -> dict[str, float]:
    waits = [(arrived[link] - sent) * 1000 for link, sent in zip(outcome.links, outcome.sent, strict=True)]
    return {
        f"{name} webhook to post p50": report.percentile(waits, 0.5),
        f"{name} webhook to post p99": report.percentile(waits, 0.99),
    }


async def main() -> None:
    """Read the options, run the rounds, show and save the result."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 11))
    parser.add_argument("--events", type=int, default=5_000, help="pull requests at saturation, per round")
    parser.add_argument(
        "--channels", type=int, default=1_000, help="channels, each with a repository of its own"
    )
    parser.add_argument("--seconds", type=int, default=10, help="length of the part at 20 events a second")
    parser.add_argument(
        "--database", help="an empty PostgreSQL database instead of SQLite; implies one round"
    )
    options = parser.parse_args()
    if options.events > 8 * options.channels:
        parser.error("more than 8 events per channel measure the pacing of channels, not the bot")
    rounds = 1 if options.database else options.rounds
    found: list[dict[str, float]] = []
    for number in range(rounds):
        one = await _floor("json", options.events, options.seconds)
        one |= await _floor("msgspec", options.events, options.seconds)
        one |= await _bot(options.events, options.channels, options.database, options.seconds)
        found.append(one)
        print(f"round {number + 1} of {rounds} done", flush=True)
    print(report.table(found))
    about = {**vars(options), "python": platform.python_version(), "cores": os.cpu_count()}
    path = Path(__file__).parent / "results" / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    report.save(path, found, about)
    print(f"saved to {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


if __name__ == "__main__":
    asyncio.run(main())
