"""The Slack door: everybody gets an answer, whatever becomes of the handler behind it."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.context import Context
from bot.models import SlackMessage
from handlers import FEATURES
from handlers.feature import (
    Click,
    Command,
    CommandCall,
    CommandHandler,
    Feature,
    FieldErrors,
    Reply,
    Submission,
)
from sandbox.slack import Message
from tests.doors.doors_kit import Scene, open_scene
from tests.world import shown

REFERENCE = re.compile(r"reference [0-9a-f]{8}")
_FORMS = ("pf.odd.broken", "pf.odd.slow", "pf.odd.gone")


@dataclass
class Odd:
    """A feature that does what features should not; `gate` holds its slow handlers back."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    runs: list[str] = field(default_factory=list)

    def feature(self) -> Feature:
        """Register it."""
        commands: dict[str, CommandHandler] = {
            "explode": self.explode,
            "dawdle": self.dawdle,
            "buttons": self.buttons,
            "form": self.form,
        }
        return Feature(
            name="odd",
            commands=tuple(Command(name, name, f"Do {name}.", run) for name, run in commands.items()),
            actions={"pf.odd.explode": self.explode, "pf.odd.count": self.count},
            views=dict.fromkeys(_FORMS[:2], self.submitted),
            slack_events={"app_home_opened": self.opened},
        )

    async def explode(self, _context: Context, _did: CommandCall | Click) -> Reply:
        """Fail."""
        raise ZeroDivisionError("a secret detail")

    async def opened(self, _context: Context, _event: Mapping[str, Any]) -> None:
        """Fail."""
        self.runs.append("opened")
        raise ZeroDivisionError("a secret detail")

    async def dawdle(self, _context: Context, _call: CommandCall) -> Reply:
        """Take until the gate opens."""
        await self.gate.wait()
        return _said("At last.")

    async def count(self, _context: Context, _click: Click) -> Reply:
        """Do something that must happen once."""
        self.runs.append("count")
        return _said("Counted.")

    async def buttons(self, _context: Context, _call: CommandCall) -> Reply:
        """Show buttons: one that fails, one that counts, one that nobody answers, one with a broken value."""
        names = ("pf.odd.explode", "pf.odd.count", "pf.older.button", "pf.card.mute")
        row = [
            {
                "type": "button",
                "action_id": name,
                "value": "[]",
                "text": {"type": "plain_text", "text": name},
            }
            for name in names
        ]
        return SlackMessage("Buttons", [{"type": "actions", "elements": row}])

    async def form(self, context: Context, call: CommandCall) -> Reply:
        """Open the form that is asked for."""
        words = {
            "type": "input",
            "block_id": "word",
            "label": {"type": "plain_text", "text": "Word"},
            "element": {"type": "plain_text_input", "action_id": "pf.field"},
        }
        await context.slack.open_view(
            call.trigger_id,
            {
                "type": "modal",
                "callback_id": call.text,
                "title": {"type": "plain_text", "text": "Form"},
                "submit": {"type": "plain_text", "text": "Save"},
                "blocks": [words],
            },
        )
        return None

    async def submitted(self, _context: Context, submission: Submission) -> Reply | FieldErrors:
        """Fail at once, or refuse the word late."""
        if submission.callback_id == "pf.odd.broken":
            raise ZeroDivisionError("a secret detail")
        await self.gate.wait()
        return FieldErrors({"word": "That word is taken."})


def _said(text: str) -> SlackMessage:
    return SlackMessage(text, [{"type": "section", "text": {"type": "mrkdwn", "text": text}}])


@pytest.fixture
def odd() -> Odd:
    return Odd()


@pytest.fixture
async def oddly(sqlite_url: str, odd: Odd) -> AsyncIterator[Scene]:
    async with open_scene(sqlite_url, features=(odd.feature(), *FEATURES)) as scene:
        yield scene


async def _ask(scene: Scene, text: str) -> Message:
    result = await scene.slack.command(scene.person.id, scene.channel.id, "/patchforge", text)
    assert result.ok
    await scene.slack.until(lambda: result.messages)
    assert [message.ephemeral_to for message in result.messages] == [scene.person.id]
    return result.messages[0]


async def _press(scene: Scene, message: Message, action: str) -> list[Message]:
    result = await scene.slack.click(scene.person.id, scene.channel.id, message.ts, action)
    assert result.ok
    await scene.slack.until(lambda: result.messages)
    return result.messages


async def _fill(scene: Scene, form: str) -> str:
    await scene.slack.command(scene.person.id, scene.channel.id, "/patchforge", f"form {form}")
    view = (await scene.slack.until(lambda: scene.slack.modals(scene.person.id)))[-1]
    await scene.slack.submit(scene.person.id, view.id, {"word": "hello"})
    left = scene.slack.modals(scene.person.id)
    return shown(left[-1]) if left else ""


async def test_a_handler_that_fails_answers_with_a_reference_and_keeps_its_secrets(oddly: Scene) -> None:
    typed = shown(await _ask(oddly, "explode"))
    buttons = await _ask(oddly, "buttons")
    pressed = shown((await _press(oddly, buttons, "pf.odd.explode"))[0])
    submitted = await _fill(oddly, "pf.odd.broken")
    for answer in (typed, pressed, submitted):
        assert REFERENCE.search(answer), answer
        assert "secret" not in answer
    assert REFERENCE.search(typed) != REFERENCE.search(pressed)
    assert "PatchForge answers to" in shown(await _ask(oddly, "help"))


async def test_an_event_that_one_feature_fails_on_is_acknowledged_and_reaches_the_others(
    oddly: Scene, odd: Odd
) -> None:
    await oddly.slack.open_home(oddly.person.id)
    await oddly.slack.until(lambda: odd.runs and not oddly.slack.hub.unacknowledged)
    await oddly.slack.until(lambda: oddly.slack.home(oddly.person.id))
    assert odd.runs == ["opened"]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("subscrbe octo/hello", "subscribe"),
        ("HELP", "PatchForge answers to"),
        ("", "PatchForge answers to"),
        ("xyzzy", "/patchforge help"),
        ("<!channel>", "/patchforge help"),
    ],
)
async def test_an_unknown_word_is_answered_with_the_nearest_or_with_help(
    scene: Scene, typed: str, hint: str
) -> None:
    answer = await _ask(scene, typed)
    assert hint in shown(answer)
    assert "<!channel>" not in shown(answer) + answer.text


async def test_buttons_and_forms_of_an_older_version_answer_kindly(oddly: Scene) -> None:
    buttons = await _ask(oddly, "buttons")
    for action in ("pf.older.button", "pf.card.mute"):
        answer = shown((await _press(oddly, buttons, action))[0])
        assert "old" in answer
        assert not REFERENCE.search(answer)
    assert "older version" in await _fill(oddly, "pf.odd.gone")


async def test_a_slow_handler_is_acknowledged_in_time_and_answers_later(oddly: Scene, odd: Odd) -> None:
    result = await oddly.slack.command(oddly.person.id, oddly.channel.id, "/patchforge", "dawdle")
    assert result.ok
    assert not result.messages
    odd.gate.set()
    await oddly.slack.until(lambda: result.messages)
    assert shown(result.messages[0]) == "At last."


async def test_a_form_that_is_refused_too_late_tells_its_sender_in_a_message(oddly: Scene, odd: Odd) -> None:
    assert not await _fill(oddly, "pf.odd.slow")  # it closed, for Slack waits three seconds only
    odd.gate.set()
    told = await oddly.slack.until(lambda: oddly.slack.direct_messages(oddly.person.id))
    assert "Nothing was saved" in shown(told[0])
    assert "That word is taken." in shown(told[0])


async def test_an_envelope_that_comes_twice_has_one_effect_and_one_answer(oddly: Scene, odd: Odd) -> None:
    buttons = await _ask(oddly, "buttons")
    oddly.slack.hub.duplicate_next(2)
    answers = await _press(oddly, buttons, "pf.odd.count")
    assert shown(await _ask(oddly, "subscribe octo/hello")).count("octo/hello")
    await oddly.slack.until(lambda: not oddly.slack.hub.unacknowledged)
    assert len(answers) == 1
    assert odd.runs == ["count"]


async def test_while_the_database_is_away_people_are_told_that_nothing_was_changed(
    scene: Scene, sqlite_url: str
) -> None:
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = shown(await _ask(scene, "subscribe octo/hello"))
    other.execute("ROLLBACK")
    other.close()
    assert "nothing was changed" in answer
    assert "follows" in shown(await _ask(scene, "subscribe octo/hello"))


async def test_it_comes_back_when_slack_asks_it_to_reconnect(scene: Scene) -> None:
    hub = scene.slack.hub
    await scene.slack.until(lambda: len(hub.connections) == 2)
    await hub.disconnect()
    await scene.slack.until(lambda: hub.connected_count == 4)
    assert "PatchForge answers to" in shown(await _ask(scene, "help"))
