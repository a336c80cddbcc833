"""A slack-bolt app that answers as its tests want and remembers what it got."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import DEFAULT_SCOPES, Rules, View
from tests.sandbox.slack_kit import Body, Stage, options, plain

EVENTS = frozenset(
    {"app_home_opened", "app_mention", "member_joined_channel", "message.channels", "reaction_added"}
)
SCOPES = DEFAULT_SCOPES | {"app_mentions:read"}
QUICK = Rules(
    scopes=SCOPES, events=EVENTS, ack_timeout=0.3, retry_delays=(0.0, 0.05, 0.1), reconnect_grace=5.0
)
PATIENT = replace(QUICK, ack_timeout=3.0)

FORM: Body = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Subscribe"),
    "submit": plain("Save"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "repo",
            "label": plain("Repository"),
            "element": {"type": "plain_text_input", "action_id": "repo_text", "min_length": 3},
        },
        {
            "type": "input",
            "block_id": "what",
            "optional": True,
            "label": plain("What"),
            "element": {
                "type": "checkboxes",
                "action_id": "what_boxes",
                "options": options("reviews", "merges"),
            },
        },
        {
            "type": "input",
            "block_id": "branch",
            "optional": True,
            "label": plain("Branch"),
            "element": {"type": "external_select", "action_id": "branch_menu", "min_query_length": 0},
        },
        {
            "type": "input",
            "block_id": "where",
            "label": plain("Channel"),
            "element": {
                "type": "conversations_select",
                "action_id": "where_menu",
                "default_to_current_conversation": True,
                "response_url_enabled": True,
            },
        },
    ],
}


@dataclass
class EchoBot:
    """A bolt app that remembers what it got; `silent` makes it miss acknowledgements."""

    app: AsyncApp
    got: list[tuple[str, Body]] = field(default_factory=list)
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def names(self) -> list[str]:
        """Return what kinds of things it got."""
        return [name for name, _ in self.got]


@asynccontextmanager
async def running_bot(stage: Stage) -> AsyncIterator[EchoBot]:
    """Connect the app to a workspace."""
    echo = EchoBot(AsyncApp(client=stage.client, raise_error_for_unhandled_request=False))
    listen(echo)
    handler = AsyncSocketModeHandler(echo.app, stage.slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated
    await stage.slack.connected()
    try:
        yield echo
    finally:
        echo.gate.set()
        await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated


def listen(echo: EchoBot) -> None:
    """Register what the app answers."""
    app = echo.app

    async def take(name: str, body: Body) -> None:
        echo.got.append((name, body))
        if echo.silent.is_set():
            await echo.gate.wait()

    @app.command("/patchforge")
    async def command(ack: Callable[..., Awaitable[None]], body: Body, client: AsyncWebClient) -> None:
        await take("command", body)
        if body["text"] == "form":
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        elif body["text"] == "public":
            await ack(text="hello all", response_type="in_channel")
        else:
            await ack(f"You said {body['text']}")

    @app.action({"action_id": "approve"})
    async def approve(ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await take("approve", body)
        await ack()

    @app.action({"block_id": "buttons"})
    async def other(ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await take("action", body)
        await ack()

    @app.options("branch_menu")
    async def branches(ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await take("suggestion", body)
        await ack(options=options(f"{body['value']}-1", f"{body['value']}-2"))

    @app.view("form")
    async def submitted(ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await take("submitted", body)
        text = body["view"]["state"]["values"]["repo"]["repo_text"]["value"]
        other = {**FORM, "title": plain("Other"), "callback_id": "other"}
        answers: dict[str, Body] = {
            "bad": {"response_action": "errors", "errors": {"repo": "no such repository"}},
            "update": {"response_action": "update", "view": other},
            "push": {"response_action": "push", "view": other},
            "clear": {"response_action": "clear"},
        }
        await ack(**answers.get(text, {}))

    @app.view_closed("form")
    async def closed(ack: Callable[..., Awaitable[None]], body: Body) -> None:
        await take("closed", body)
        await ack()

    for name in ("app_home_opened", "app_mention", "member_joined_channel", "message", "reaction_added"):
        listen_event(echo, name, take)


def listen_event(echo: EchoBot, name: str, take: Callable[[str, Body], Awaitable[None]]) -> None:
    """Remember the events of one kind."""

    @echo.app.event(name)
    async def event(body: Body) -> None:
        await take(name, body)


async def opened_form(stage: Stage) -> View:
    """Return the form after Ada asked for it."""
    await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "form")
    views = await stage.slack.until(lambda: stage.slack.modals(stage.ada.id))
    return views[0]
