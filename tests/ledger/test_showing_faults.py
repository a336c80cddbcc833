"""Whatever Slack does to a call, there is one message in the end, and the ledger knows it."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, func, select

from sandbox.github.hooks import Delivery
from sandbox.slack import Message
from storage.tables import jobs
from tests.doors.doors_kit import Scene, eventually, open_scene, real_deliveries
from tests.world import shown

_HANG = 0.4
_TIMEOUT = 0.25


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault, how often it strikes, and the seconds that must pass before the next try."""

    kind: str
    choices: dict[str, Any] = field(default_factory=dict)
    at_least: float = 0.0

    def __str__(self) -> str:
        """Name it."""
        return " ".join([self.kind, *(str(value) for value in self.choices.values())])


PASSING = (
    Trouble("429", {"retry_after": 2}, 2.0),
    Trouble("429", at_least=1.0),
    Trouble("429", {"retry_after": 1, "times": 2}, 1.0),
    Trouble("500"),
    Trouble("503"),
    Trouble("503", {"times": 2}),
    Trouble("reset_before"),
    Trouble("reset_after"),
    Trouble("hang", {"seconds": _HANG}),
    Trouble("hang_after", {"seconds": _HANG}),
    Trouble("cut_json"),
    Trouble("error", {"error": "internal_error"}),
    Trouble("error", {"error": "ratelimited"}, 1.0),
)


async def _job(scene: Scene) -> RowMapping | None:
    def look(connection: Connection) -> RowMapping | None:
        query = select(jobs).where(jobs.c.kind == "slack.show").order_by(jobs.c.id)
        return connection.execute(query).mappings().first()

    return await scene.database.read(look)


async def _job_is(scene: Scene, state: str, timeout: float = 30) -> RowMapping:
    async def look() -> RowMapping | None:
        row = await _job(scene)
        return row if row and row["state"] == state else None

    return await eventually(look, timeout)


def _opened(story: list[Delivery]) -> Delivery:
    return next(one for one in story if one.event == "pull_request" and one.action == "opened")


async def _follow(scene: Scene, story: list[Delivery]) -> None:
    repo = story[0].payload["repository"]["full_name"]
    await scene.slack.command(scene.person.id, scene.channel.id, "/patchforge", f"subscribe {repo} reviews")


async def _post(scene: Scene, delivery: Delivery, guid: str, title: str = "") -> None:
    payload = delivery.payload
    if title:
        payload["action"] = "edited"
        payload["pull_request"] |= {"title": title, "updated_at": "2099-01-01T00:00:00Z"}
    answer = await scene.send(json.dumps(payload).encode(), event="pull_request", guid=guid)
    assert answer.status == 202


async def _play(method: str, trouble: Trouble, database_url: str, starting: asyncio.Lock) -> None:
    """Let one fault strike the posting or the editing of a card, and check the ending."""
    story = await real_deliveries()
    async with contextlib.AsyncExitStack() as stack:
        async with starting:  # Alembic's context is one for the whole process
            scene = await stack.enter_async_context(open_scene(database_url, slack_timeout=_TIMEOUT))
        workspace = scene.slack.workspace
        await _follow(scene, story)
        if method == "chat.update":
            await _post(scene, _opened(story), "first")
            await _job_is(scene, "done")
        workspace.faults.add(method, trouble.kind, **trouble.choices)  # type: ignore[arg-type]
        await _post(scene, _opened(story), "second", "A title of its own")
        card: Callable[[], list[Message]] = lambda: [  # noqa: E731 - it is asked again and again
            message
            for message in scene.slack.messages(scene.channel.id)
            if "A title of its own" in shown(message)
        ]
        await scene.slack.until(card, 30)
        row = await _job_is(scene, "done")
        assert len(scene.slack.messages(scene.channel.id)) == 1, str(trouble)
        assert (row["suspect"], row["error"]) == (False, None), str(trouble)
        assert workspace.faults.pending == 0
        calls = workspace.calls_of(method)
        struck = next(call for call in calls if call.outcome not in {"ok", "pending"} or call is calls[0])
        later = [
            call
            for call in workspace.calls
            if call.at > struck.at and call.method.startswith(("chat", "conv"))
        ]
        assert not later or later[0].at - struck.at >= trouble.at_least, str(trouble)
        assert not workspace.violations


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_passing_fault_ends_with_one_message(method: str, tmp_path: Path) -> None:
    starting = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        for at, trouble in enumerate(PASSING):
            url = f"sqlite+aiosqlite:///{tmp_path}/{at}.db"
            group.create_task(_play(method, trouble, url, starting), name=str(trouble))


@pytest.mark.parametrize("code", ["invalid_blocks", "is_archived", "msg_too_long", "not_in_channel"])
async def test_a_refusal_parks_the_job_with_its_reason_and_is_not_repeated(scene: Scene, code: str) -> None:
    story = await real_deliveries()
    await _follow(scene, story)
    scene.slack.workspace.faults.add("chat.postMessage", "error", error=code)
    await _post(scene, _opened(story), "g1")
    row = await _job_is(scene, "parked")
    assert code in row["error"]
    assert not scene.slack.messages(scene.channel.id)
    posts = [
        call
        for call in scene.slack.workspace.calls_of("chat.postMessage")
        if call.args["channel"] == scene.channel.id
    ]
    assert len(posts) == 1
    await _post(scene, _opened(story), "g2", "It works again")
    await scene.slack.until(lambda: scene.slack.messages(scene.channel.id))
    await _job_is(scene, "done")


async def test_who_subscribed_is_told_once_of_a_channel_that_takes_nothing(scene: Scene) -> None:
    story, slack = await real_deliveries(), scene.slack
    await _follow(scene, story)
    slack.workspace.faults.add("chat.postMessage", "error", error="is_archived")
    slack.workspace.faults.add("chat.postMessage", "reset_after")
    await _post(scene, _opened(story), "g1")
    await _job_is(scene, "parked")

    async def all_settled() -> bool:
        def look(connection: Connection) -> int:
            return connection.execute(select(func.count()).where(jobs.c.finished_at.is_(None))).scalar_one()

        return slack.workspace.faults.pending == 0 and await scene.database.read(look) == 0

    await eventually(all_settled, 30)
    [told] = slack.direct_messages(scene.person.id)
    assert "the channel is archived" in shown(told)
