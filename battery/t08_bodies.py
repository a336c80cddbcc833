"""T8: bodies and payloads that are mutated, nested, cut, or as large as GitHub allows and larger."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from battery.kit import Company, Count, Experiment, Means, eventually
from battery.probe import watched
from battery.stage import Stage, sent_until_taken, stage, title
from sandbox.slack.socketmode import UnansweredError
from tests.crash.rig import crashing_world
from tests.crash.story import play
from tests.doors.doors_kit import form, real_deliveries
from tests.doors.test_mutated_webhooks import mutated_body
from tests.world import World

_WEBHOOKS, _PAYLOADS = 4_000, 1_500
_AT_ONCE = 8
_STALL_MS = 250.0
_MB = 1_000_000
_SIZES = (1, 5, 10, 15, 20, 24, 25, 26)
_PULL = range(1, 5)
# Seconds, as Slack waits.
_ACK = 3.0


def _stalls(count: Count, waits: list[float]) -> None:
    longest, usual = waits
    count.facts["longest wait for /healthz:"] = f"{longest:.0f} ms (99 of 100: {usual:.0f} ms)"
    if longest > _STALL_MS:
        count.failures.append(f"/healthz was answered after {longest:.0f} ms")


async def _webhooks(means: Means) -> Count:
    count, place, dice = Count(), means.place("webhooks"), means.dice("T8")
    genuine, waits = await real_deliveries(), list[float]()
    answers: Counter[int] = Counter()
    async with stage(place, f"sqlite+aiosqlite:///{place}/bot.db") as scene:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            async with turn:
                first, headers = dice.choice(genuine), {}
                body = mutated_body(first.body, means.seed + number)
                if number % 5 == 0:
                    body, headers = form(body), {"Content-Type": "application/x-www-form-urlencoded"}
                status = await scene.send(body, event=first.event, headers=headers)
                answers[status] += 1
                count.check(status in {202, 400}, f"mutation {number}: answered {status}")

        async with watched(scene.address(), waits):
            await asyncio.gather(*(one(number) for number in range(means.times(_WEBHOOKS))))
        await _still_works(scene, count)
    count.facts["answers:"] = ", ".join(f"{times} {status}" for status, times in answers.items())
    _stalls(count, waits)
    return count


async def _still_works(scene: Stage, count: Count) -> None:
    """Check that a genuine event gets its card, and that nothing crashed meanwhile."""
    await sent_until_taken(scene, _PULL)
    expected = {title(number) for number in _PULL}
    came = await eventually(lambda: scene.titles().keys() >= expected)
    count.check(came, "afterwards a genuine event got no card")
    count.check(scene.bots[0].starts == 1, "it had to be started again")
    crashed = [line for line in scene.bots[0].log if "Traceback" in line or "crashed" in line]
    count.facts["lines of the log about crashes:"] = str(len(crashed))


async def _large(means: Means) -> Count:
    count, place, waits = Count(), means.place("large"), list[float]()
    async with stage(place, f"sqlite+aiosqlite:///{place}/bot.db") as scene:
        async with watched(scene.address(), waits):
            for size in _SIZES:
                for body, headers in _bodies(scene, size * _MB):
                    status = await scene.send(body, headers=headers)
                    right = {202, 400} if len(body) <= 25 * _MB else {202, 400, 413}
                    count.check(status in right, f"{size} MB ({body[:20]!r}…): answered {status}")
        await _still_works(scene, count)
    _stalls(count, waits)
    return count


def _bodies(scene: Stage, size: int) -> list[tuple[bytes, Mapping[str, str]]]:
    """Return bodies of about this size: a long text, a long list, deep nesting, digits, and noise."""
    payload = json.loads(scene.events.opened(0, 9_000, "large"))
    room = size - 40_000
    noise = random.Random(size).randbytes(room)  # noqa: S311 - no secret
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    long = json.dumps(payload | {"more": "x" * room}).encode()
    return [
        (long, {}),
        (json.dumps(payload | {"more": [0] * (room // 3)}).encode(), {}),
        (b"[" * (room // 2) + b"]" * (room // 2), {}),
        (b'{"action":' + b"9" * room + b"}", {}),
        (noise, {}),
        (b"payload=" + long.replace(b"+", b"%2B").replace(b"&", b"%26").replace(b"%", b"%25"), as_form),
    ]


async def _payloads(means: Means) -> Count:
    """Send again what the story made Slack say, with other values in it."""
    count, waits, dice = Count(), list[float](), means.dice("T8 Slack")
    async with crashing_world(means.place("payloads")) as (world, crashes):
        genuine, workspace = await _said(world), world.slack.workspace
        workspace.rules = replace(workspace.rules, ack_timeout=_ACK, reconnect_grace=_ACK)
        unanswered: list[str] = []
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            kind, payload = dice.choice(genuine)
            body = mutated_body(json.dumps(payload).encode(), means.seed + number)
            try:
                changed = json.loads(body)
            except ValueError:
                return
            async with turn:
                try:
                    await world.slack.hub.ask(kind, changed, accepts=kind != "events_api")
                except UnansweredError:
                    unanswered.append(kind)
            count.check(True, "")

        async with watched(world.address, waits):
            await asyncio.gather(*(one(number) for number in range(means.times(_PAYLOADS))))
        for user in (world.author, world.reviewer, world.maintainer):
            said = await world.command(user, "help")
            count.check("subscribe" in said, f"afterwards help said {said[:80]!r}")
        count.check(crashes.bot.starts == 1, "it had to be started again")
        crashed = [line for line in crashes.bot.log if "handler.crashed" in line]
        count.facts["answered kindly as a mistake:"] = str(len(crashed))
        count.facts["without an acknowledgement:"] = str(len(unanswered))
    _stalls(count, waits)
    return count


async def _said(world: World) -> list[tuple[str, Any]]:
    """Return every envelope of a whole story, a form and a home tab included."""
    workspace, found = world.slack.workspace, list[tuple[str, Any]]()
    watch = workspace.on_call

    def see(name: str, arguments: Mapping[str, Any], phase: str) -> bool:
        if phase == "before" and name in {"slash_commands", "interactive", "events_api"}:
            found.append((name, json.loads(json.dumps(arguments))))
        return watch(name, arguments, phase)

    workspace.on_call = see
    await play(world)
    await world.slack.open_home(world.maintainer.id)
    await world.command(world.maintainer, "list")
    workspace.on_call = watch
    return found


EXPERIMENTS = (
    Experiment(
        "T8",
        "mutated, cut and spoilt webhooks, signed",
        "webhooks",
        _webhooks,
        seconds=30,
        company=Company.ALONE,
    ),
    Experiment(
        "T8",
        "bodies of 1 to 26 MB: long, wide, deep, digits, noise, form",
        "bodies",
        _large,
        seconds=30,
        company=Company.ALONE,
    ),
    Experiment(
        "T8",
        "mutated commands, clicks, forms and events of Slack",
        "payloads",
        _payloads,
        seconds=30,
        company=Company.ALONE,
    ),
)
