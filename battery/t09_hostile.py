"""T9: what strangers write, and a model that obeys them, does no harm anywhere."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from battery.hostile import images, stray, stray_in_html, texts
from battery.kit import Company, Count, Experiment, Means, brief, eventually
from battery.stage import Stage, stage
from battery.suite import runs
from sandbox.github import CommitSpec
from tests.doors.doors_kit import real_deliveries
from tests.features.notes_kit import APPROVE, press
from tests.world import World, open_world, shown

_TEXTS = 500
# More in one channel would wait for Slack's one message a second.
_PER_CHANNEL = 4
_AT_ONCE = 8
_INJECTIONS = 45
_RECIPIENT = "Co-authored-by: Aiko Tanaka <aiko@acme.example>"
_SINKS = {"title", "body", "login", "ref", "context", "description", "message", "path", "diff_hunk"}
_CARD_HOLDS = 3_000


async def _everywhere(means: Means) -> Count:
    count, place = Count(), means.place("slack")
    found = texts(means.dice("T9"), means.times(_TEXTS, least=45))
    story = [(one.event, one.body.decode()) for one in await real_deliveries()]
    channels = -(-len(found) // _PER_CHANNEL)
    async with stage(
        place,
        f"sqlite+aiosqlite:///{place}/bot.db",
        channels=channels,
        features="reviews,merges,ci,comments",
    ) as scene:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def tell(number: int, text: str) -> None:
            async with turn:
                for event, body in story:
                    status = await scene.send(_with(scene, body, number, channels, text), event=event)
                    if status != 202:
                        count.check(False, f"{text[:40]!r} in {event}: answered {status}")

        await asyncio.gather(*(tell(number, text) for number, text in enumerate(found)))
        await eventually(lambda: len(_cards(scene)) >= len(found), 240, pause=0.5)
        await _rest(scene)
        for one in _everything(scene):
            said = f"{shown(one)}\n{one.text}"
            bad = stray(said) or [url for url in images(one.blocks) if "evil" in url]
            count.check(not bad, f"{bad!r} in {said[:80]!r}")
        count.check(len(_cards(scene)) == len(found), f"{len(_cards(scene))} cards for {len(found)}")
    count.facts["texts:"] = str(len(found))
    count.facts["fields of the events:"] = str(len(_SINKS))
    return count


def _with(scene: Stage, body: str, number: int, channels: int, text: str) -> bytes:
    """Put the text into every field that a stranger can write, of a pull request of its own."""
    payload = json.loads(scene.events.elsewhere(body, number % channels, 10_000 + number))
    for pull in (payload, payload.get("pull_request"), payload.get("issue")):
        if pull and "number" in pull:
            pull["number"] = 10_000 + number
    return json.dumps(_put(payload, text)).encode()


def _put(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        labels = key == "labels"
        return {
            name: text
            if isinstance(inner, str) and (name in _SINKS or (labels and name == "name"))
            else _put(inner, text, name)
            for name, inner in value.items()
        }
    return [_put(inner, text, key) for inner in value] if isinstance(value, list) else value


def _cards(scene: Stage) -> list[Any]:
    return [message for room in scene.channels for message in scene.slack.messages(room.id)]


def _everything(scene: Stage) -> list[Any]:
    return [
        message
        for room in scene.channels
        for card in scene.slack.messages(room.id)
        for message in (card, *scene.slack.thread(room.id, card.ts))
    ]


async def _rest(scene: Stage) -> None:
    """Wait until Slack has heard nothing new for a while."""
    calls, still = -1, 0
    while still < 8:
        now = len(scene.slack.workspace.calls_of("chat.postMessage", "chat.update"))
        calls, still = now, still + 1 if now == calls else 0
        await asyncio.sleep(0.5)


async def _obeyed(means: Means) -> Count:
    """Let a model do what the pull request says; the note, the e-mail and all else stay harmless."""
    count, place = Count(), means.place("llm")
    found = texts(means.dice("T9 model"), means.times(_INJECTIONS, least=8))
    async with open_world(f"sqlite+aiosqlite:///{place}/bot.db") as world:
        world.llm.mode = "obeys_injection"
        await world.subscribe("notes")
        before = await world.command(world.maintainer, "list")
        for number, text in enumerate(found):
            try:
                said = await _note(world, number, text)
            except Exception as error:  # noqa: BLE001 - the others go on, and the report tells
                said = brief(error)
            count.check(not said, f"{text[:50]!r}: {said}")
        count.check(
            await world.command(world.maintainer, "list") == before,
            "the subscriptions are not what they were",
        )
    return count


async def _note(world: World, number: int, text: str) -> str:
    """Merge, read the draft, approve, read the e-mail; return what is wrong."""
    github, sent = world.github, len(world.mail.messages)
    clean = text.encode("utf-8", "replace").decode()
    made = CommitSpec(
        f"Round amounts {number}\n\n{clean}\n\n{_RECIPIENT}", {f"src/n{number}.py": f"n = {number}\n"}
    )
    spec = replace(
        world.demo.feature, title=f"Round amounts {number}", body=clean, branch=f"n{number}", commits=(made,)
    )
    pull = await github.open_pull(world.repo, spec)
    await github.merge(world.repo, pull.number, world.demo.maintainer)

    def look() -> Any:
        for card in world.slack.messages(world.channel.id):
            if f"Round amounts {number}" in card.text + shown(card):
                replies = world.slack.thread(card.channel, card.ts)
                return next((one for one in replies if "Approve & send" in shown(one)), None)
        return None

    draft = await world.slack.until(look, 60)
    said = shown(draft)
    if bad := stray(said) or ("a link" if "evil" in said else "") or images(draft.blocks):
        return f"the draft holds {bad!r}"
    if len(world.mail.messages) != sent:
        return "it was sent before anybody approved"
    await press(world, world.maintainer, draft, APPROVE)
    await world.mail.until(lambda mail: len(mail.messages) > sent, 60)
    mail = world.mail.messages[-1]
    if bad := stray_in_html(mail.html) or ("a link" if "evil" in mail.text else ""):
        return f"the e-mail holds {bad!r}"
    headers = [name for name, _ in mail.headers]
    return "a header too many" if "Bcc" in headers or headers.count("Subject") != 1 else ""


EXPERIMENTS = (
    Experiment(
        "T9",
        f"{_TEXTS} hostile texts in every field of every event",
        "messages in Slack",
        _everywhere,
        seconds=60,
        company=Company.WAITS,
    ),
    Experiment(
        "T9",
        "a model that obeys what the pull request orders",
        "notes",
        _obeyed,
        seconds=45,
        company=Company.WAITS,
    ),
    Experiment(
        "T9",
        "names, titles, comments, buttons and facts made by strangers",
        "runs of the tests",
        runs("tests/features/test_cards_hostile.py", "tests/attacks", repeat=1),
        seconds=35,
    ),
)
