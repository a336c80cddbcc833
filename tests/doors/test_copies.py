"""A copy of what was done but never answered gets the answer, and has no effect of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import pytest

from blocks import ids
from bot.app import started
from bot.config import Settings
from sandbox.github.hooks import sign
from sandbox.slack import Conversation, Message, Rules, SlackServer, User, Workspace
from tests.doors.doors_kit import SECRET, run_settings
from tests.world import manifest_events, manifest_scopes, shown

T = TypeVar("T")
_FOLLOW = "subscribe octo/hello"


@dataclass
class Desk:
    """A workspace whose bot can be ended and started anew on the same database."""

    slack: SlackServer
    person: User
    channel: Conversation
    settings: Settings
    address: str = ""

    async def type(self, text: str) -> Message:
        """Type a command and return what is shown."""
        result = await self.slack.command(self.person.id, self.channel.id, "/patchforge", text)
        assert result.ok
        (answer,) = result.messages
        return answer

    async def press(self, message: Message, action: str) -> Message:
        """Press a button and return what is shown."""
        result = await self.slack.click(self.person.id, self.channel.id, message.ts, action)
        assert result.ok
        (answer,) = result.messages
        return answer

    async def open_form(self) -> str:
        """Open the form to subscribe with, find the repository in it, and return its id."""
        await self.slack.command(self.person.id, self.channel.id, "/patchforge", "subscribe")
        view = (await self.slack.until(lambda: self.slack.modals(self.person.id)))[-1]
        await self.slack.suggest(self.person.id, ids.FIND_REPOSITORY, "octo/hello", view_id=view.id)
        return view.id

    async def send(self, view_id: str) -> str:
        """Send the form and return what it says then."""
        result = await self.slack.submit(
            self.person.id, view_id, {ids.FIELD_REPOSITORY: "octo/hello", ids.FIELD_FEATURES: ["reviews"]}
        )
        assert result.ok
        return shown(self.slack.modals(self.person.id)[-1])

    async def push(self) -> str:
        """Let a push be delivered, and return its GUID."""
        repo = {"id": 1, "full_name": "octo/hello"}
        body = json.dumps({"ref": "refs/tags/v1", "before": "0", "after": "1", "repository": repo}).encode()
        headers = {
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": "guid-1",
            "Content-Type": "application/json",
        }
        headers["X-Hub-Signature-256"] = sign(body, SECRET)
        url = f"{self.address}/webhooks/github"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            assert answer.status == 202
        return "guid-1"

    async def interrupted(
        self,
        prepare: Callable[[], Awaitable[T]],
        act: Callable[[T], Coroutine[None, None, str]],
        *,
        mute: bool = True,
    ) -> str:
        """Act while the bot's acknowledgement is lost, and return what another bot answers.

        With `mute` what it says later is lost as well.
        """
        lost = asyncio.Event()

        def lose(name: str, _arguments: object, phase: str) -> bool:
            answered = phase == "after" and name in {"slash_commands", "interactive"}
            if answered:
                lost.set()
            return not answered and not (mute and name == "response_url")

        workspace = self.slack.workspace
        async with started(self.settings) as self.address:
            await self.slack.connected()
            given = await prepare()
            hear, workspace.on_call = workspace.on_call, lose
            acting = asyncio.create_task(act(given))
            await asyncio.wait_for(lost.wait(), 10)
        workspace.on_call = hear
        async with started(self.settings):
            answer = await acting
            assert not self.slack.hub.unacknowledged
            return answer


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    workspace = Workspace(
        rules=Rules(ack_timeout=30, reconnect_grace=30), scopes=manifest_scopes(), events=manifest_events()
    )
    person = workspace.add_user("ada", is_admin=True)
    channel = workspace.add_channel("payments", members=[person], bot=True)
    async with await SlackServer.start(workspace) as slack:
        yield Desk(slack, person, channel, Settings(_env_file=None, **run_settings(slack, database_url)))


@pytest.mark.parametrize(
    ("before", "typed", "said"),
    [
        ("help", _FOLLOW, "> follows"),
        (_FOLLOW, "unsubscribe octo/hello", "no longer follows"),
        ("help", "link ada", "Linked: you are"),
        ("link ada", "unlink", "Unlinked"),
        ("help", "settings self-approval on", "self-approval is on"),
    ],
)
async def test_a_command_is_answered_as_it_would_have_been(
    desk: Desk, before: str, typed: str, said: str
) -> None:
    async def act(_: Message) -> str:
        return shown(await desk.type(typed))

    assert said in await desk.interrupted(lambda: desk.type(before), act)


async def test_a_button_is_answered_as_it_would_have_been(desk: Desk) -> None:
    async def listed() -> Message:
        await desk.type(_FOLLOW)
        return await desk.type("list")

    async def remove(message: Message) -> str:
        return shown(await desk.press(message, ids.SUBSCRIPTION_REMOVE))

    assert "no longer follows" in await desk.interrupted(listed, remove)


async def test_a_form_is_answered_as_it_would_have_been(desk: Desk) -> None:
    assert "> follows" in await desk.interrupted(desk.open_form, desk.send)


async def test_a_replay_is_answered_though_its_end_was_not_seen(desk: Desk) -> None:
    async def act(guid: str) -> str:
        return shown(await desk.type(f"replay {guid}"))

    assert "processed once more" in await desk.interrupted(desk.push, act)


async def test_what_was_answered_over_another_way_is_not_said_again(desk: Desk) -> None:
    """Lose the acknowledgement of a button alone: its answer went before."""
    heard = desk.slack.workspace.calls

    async def listed() -> Message:
        await desk.type(_FOLLOW)
        return await desk.type("list")

    async def remove(message: Message) -> str:
        return shown(await desk.press(message, ids.SUBSCRIPTION_REMOVE))

    assert "no longer follows" in await desk.interrupted(listed, remove, mute=False)
    assert [call.method for call in heard].count("response_url") == 1
