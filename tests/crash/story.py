"""The story from subscription to mailbox, and how it ended, by the ledgers of the stand-ins alone."""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack import Message
from tests.world import World, shown

# Seconds that a step may take on a busy machine, a crash and a start included; less than a lease lasts, so
# that work in hand is seen to go on at the start and not when its lease runs out.
_PATIENCE = 25.0
_PASSING = re.compile(r"<!date\^[^>]*>|127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Ending:
    """What people see in the end, without times and ports: cards, threads, and who got how many e-mails.

    `direct` is what the author was told alone.
    """

    cards: tuple[str, ...]
    thread: tuple[str, ...]
    direct: tuple[str, ...]
    mails: Mapping[str, int]
    posted: Mapping[str, int]


async def play(world: World) -> None:
    """Live through the story; nobody does anything twice, whatever happens to the bot."""
    github, repo, demo = world.github, world.repo, world.demo
    assert "> follows" in await world.subscribe()
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await world.card_says(pull.title, "Waiting for", world.reviewer.id, timeout=_PATIENCE)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Good work.")
    await world.card_says("ready to merge", timeout=_PATIENCE)
    # The author is told a little later, unless it is merged by then: a crash would decide.
    await world.slack.until(lambda: _told(world), _PATIENCE)
    await github.merge(repo, pull.number, demo.maintainer)
    draft = await world.reply_says("Approve & send", timeout=_PATIENCE)
    await world.slack.click(world.maintainer.id, world.channel.id, draft.ts, "pf.draft.approve")
    await _mailed(world)


async def _mailed(world: World) -> None:
    """Wait for every e-mail's result; where the bot cannot know, ask the recipient and tell it."""
    told: set[str] = set()
    number = len(addressees(world))

    def look() -> Message | None:
        for reply in world.replies():
            marks = Counter(line[:2] for line in shown(reply).splitlines())
            if marks["✓ "] == number or (
                marks["✓ "] + marks["? "] == number and _unsure(reply).keys() - told
            ):
                return reply
        return None

    while True:
        reply = await world.slack.until(look, _PATIENCE)
        assert reply
        unsure = _unsure(reply)
        if not unsure:
            return
        for value, name in unsure.items():
            if value not in told:
                got_it = any(mail.recipient == addressees(world)[name] for mail in world.mail.accepted)
                action = "pf.mail.got_it" if got_it else "pf.mail.send_again"
                await world.slack.click(world.maintainer.id, world.channel.id, reply.ts, action, value=value)
                told.add(value)


def _unsure(reply: Message) -> dict[str, str]:
    """Return the recipients' names that the message asks about, by the value of its buttons."""
    found: dict[str, str] = {}
    line = ""
    for block in reply.blocks:
        if block["type"] == "section":
            line = str(block["text"]["text"])
        elif block["type"] == "actions" and line.startswith("? "):
            found[block["elements"][0]["value"]] = line.removeprefix("? ").partition(" (")[0]
    return found


def addressees(world: World) -> dict[str, str]:
    """Return the e-mail address of each contributor who can be written to, by name."""
    accounts = world.github.state.accounts
    logins = (world.demo.co_author, world.demo.reviewer, world.demo.second_reviewer)
    return {accounts[login].identity.name: accounts[login].identity.email for login in logins}


async def quiet(world: World) -> None:
    """Wait until the bot has nothing more to do, and check that it gave nothing up."""
    workspace = world.slack.workspace
    while "Waiting to be sent: 0 jobs" not in (said := await world.command(world.maintainer, "status")):
        with contextlib.suppress(TimeoutError):  # not all of its work shows in Slack, so look again soon
            await asyncio.wait_for(workspace.changed(workspace.version), 0.1)
    assert "Everything works" in said
    assert "Could not be done" not in said, said


def ending(world: World) -> Ending:
    """Read how the story ended."""
    return Ending(
        cards=tuple(_lasting(message) for message in world.slack.messages(world.channel.id)),
        thread=tuple(sorted(_lasting(reply) for reply in world.replies())),
        direct=tuple(_lasting(message) for message in _told(world)),
        mails=Counter(mail.recipient for mail in world.mail.accepted),
        posted=Counter(
            _key(call.args)
            for call in world.slack.workspace.calls
            if call.method == "chat.postMessage" and call.accepted
        ),
    )


def _told(world: World) -> list[Message]:
    room = world.slack.workspace.direct.get(world.author.id)
    return list(world.slack.messages(room)) if room else []


def _lasting(message: Message) -> str:
    return _PASSING.sub("", shown(message))


def _key(arguments: Mapping[str, Any]) -> str:
    return str(arguments["metadata"]["event_payload"]["key"])
