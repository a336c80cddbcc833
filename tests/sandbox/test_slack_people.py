"""What people do and see, with a real slack-bolt app at the other end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import DEFAULT_SCOPES, NotVisibleError, Rules, SlackServer, Workspace
from sandbox.slack.models import Conversation, Message, User, View

Body = dict[str, Any]

EVENTS = frozenset(
    {"app_home_opened", "app_mention", "member_joined_channel", "message.channels", "reaction_added"}
)
SCOPES = DEFAULT_SCOPES | {"app_mentions:read"}
QUICK = Rules(
    scopes=SCOPES, events=EVENTS, ack_timeout=0.3, retry_delays=(0.0, 0.05, 0.1), reconnect_grace=5.0
)
PATIENT = replace(QUICK, ack_timeout=3.0)


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Body]:
    return [{"text": plain(value.title()), "value": value} for value in values]


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

CARD: list[Body] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "A card"}},
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": "v1"},
            {
                "type": "button",
                "action_id": "review",
                "text": plain("Review"),
                "url": "https://example.com/1",
            },
            {"type": "overflow", "action_id": "more", "options": options("mute", "hide")},
        ],
    },
]


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


@dataclass
class Stage:
    """A workspace with two people, and the app's parts."""

    slack: SlackServer
    client: AsyncWebClient
    ada: User
    bob: User
    room: Conversation

    @property
    def workspace(self) -> Workspace:
        """The workspace behind the server."""
        return self.slack.workspace

    async def card(self) -> Message:
        """Post the card and return it."""
        posted = await self.client.chat_postMessage(channel=self.room.id, text="card", blocks=CARD)
        return self.room.messages[posted["ts"]]


@pytest.fixture
def rules() -> Rules:
    return PATIENT


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    workspace = Workspace(rules=rules)
    ada, bob = workspace.add_user("ada"), workspace.add_user("bob")
    room = workspace.add_channel("general", members=[ada, bob], bot=True)
    async with await SlackServer.start(workspace) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Stage(slack, client, ada, bob, room)
        assert workspace.violations == []


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[EchoBot]:
    echo = EchoBot(AsyncApp(client=stage.client, raise_error_for_unhandled_request=False))
    listen(echo)
    handler = AsyncSocketModeHandler(echo.app, stage.slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated
    await stage.slack.connected()
    yield echo
    echo.gate.set()
    await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it unannotated


def listen(echo: EchoBot) -> None:
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
    @echo.app.event(name)
    async def event(body: Body) -> None:
        await take(name, body)


async def opened_form(stage: Stage) -> View:
    await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "form")
    views = await stage.slack.until(lambda: stage.slack.modals(stage.ada.id))
    return views[0]


async def test_a_command_is_answered_for_the_person_alone(stage: Stage, bot: EchoBot) -> None:
    result = await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "hi")
    assert result.ok
    assert [message.text for message in result.messages] == ["You said hi"]
    assert stage.slack.ephemerals(stage.bob.id) == []
    assert stage.slack.messages(stage.room.id) == []
    assert bot.got[0][1]["user_name"] == "ada"


async def test_a_command_can_be_answered_for_all(stage: Stage, bot: EchoBot) -> None:
    await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "public")
    assert [message.text for message in stage.slack.messages(stage.room.id)] == ["hello all"]
    assert bot.names()[0] == "command"


async def test_a_command_fails_for_the_person_while_the_app_is_away(stage: Stage) -> None:
    result = await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "hi")
    assert (result.ok, result.error) == (False, "dispatch_failed")
    assert (
        stage.workspace.toasts[stage.ada.id][0].text == '/patchforge failed with the error "dispatch_failed"'
    )


@pytest.mark.parametrize("rules", [QUICK])
async def test_a_command_that_is_not_acknowledged_times_out(stage: Stage, bot: EchoBot) -> None:
    bot.silent.set()
    result = await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "hi")
    assert result.error == "operation_timeout"
    assert "operation_timeout" in stage.workspace.toasts[stage.ada.id][0].text


@pytest.mark.parametrize("rules", [replace(PATIENT, commands=frozenset({"/patchforge"}))])
async def test_only_installed_commands_exist(stage: Stage, bot: EchoBot) -> None:
    result = await stage.slack.command(stage.ada.id, stage.room.id, "/deploy")
    assert result.error == "invalid_command"
    assert bot.got == []


async def test_a_person_types_only_where_they_are(stage: Stage) -> None:
    elsewhere = stage.workspace.add_channel("elsewhere", members=[stage.bob])
    with pytest.raises(NotVisibleError):
        await stage.slack.command(stage.ada.id, elsewhere.id, "/patchforge", "hi")


async def test_a_button_tells_the_app_what_was_pressed(stage: Stage, bot: EchoBot) -> None:
    card = await stage.card()
    assert (await stage.slack.click(stage.ada.id, stage.room.id, card.ts, "approve")).ok
    assert (await stage.slack.click(stage.bob.id, stage.room.id, card.ts, "review")).ok
    await stage.slack.select(stage.bob.id, "more", "hide", channel_id=stage.room.id, ts=card.ts)
    first, second, third = (body for name, body in bot.got if name in {"approve", "action"})
    assert first["actions"][0]["value"] == "v1"
    assert first["message"]["blocks"][1]["block_id"] == "buttons"
    assert first["container"]["message_ts"] == card.ts
    assert second["actions"][0]["url"] == "https://example.com/1"
    assert third["actions"][0]["selected_option"]["value"] == "hide"


async def test_what_is_not_on_the_screen_cannot_be_used(stage: Stage) -> None:
    card = await stage.card()
    stranger = stage.workspace.add_user("eve")
    private = stage.workspace.add_channel("private", members=[stage.ada], is_private=True, bot=True)
    posted = await stage.client.chat_postMessage(channel=private.id, text="card", blocks=CARD)
    click = stage.slack.click
    with pytest.raises(NotVisibleError, match="nothing with action id"):
        await click(stage.ada.id, stage.room.id, card.ts, "delete")
    with pytest.raises(NotVisibleError, match="private"):
        await click(stranger.id, private.id, posted["ts"], "approve")
    with pytest.raises(NotVisibleError, match="is not open"):
        await click(stage.ada.id, action_id="approve", view_id="V404")


async def test_a_response_url_answers_five_times(stage: Stage, bot: EchoBot) -> None:
    card = await stage.card()
    result = await stage.slack.click(stage.ada.id, stage.room.id, card.ts, "approve")
    webhook = AsyncWebhookClient(bot.got[0][1]["response_url"], retry_handlers=[])
    assert (await webhook.send(text="only you")).status_code == 200
    assert (await webhook.send(text="all", response_type="in_channel")).status_code == 200
    assert (await webhook.send(text="instead", replace_original=True)).status_code == 200
    assert [message.text for message in result.messages] == ["only you", "all"]
    assert (card.text, card.edits) == ("instead", 1)
    assert (await webhook.send(delete_original=True)).status_code == 200
    assert [message.text for message in stage.slack.messages(stage.room.id)] == ["all"]
    assert (await webhook.send(text="fifth")).status_code == 200
    refused = await webhook.send(text="sixth")
    assert (refused.status_code, "used_url" in refused.body) == (404, True)


async def test_a_form_is_checked_by_the_client_and_then_by_the_app(stage: Stage, bot: EchoBot) -> None:
    view = await opened_form(stage)
    submit, ada = stage.slack.submit, stage.ada.id
    assert (await submit(ada, view.id)).errors == {"repo": "Please complete this required field."}
    assert "at least 3" in (await submit(ada, view.id, {"repo": "ab"})).errors["repo"]
    assert "submitted" not in bot.names()
    assert (await submit(ada, view.id, {"repo": "bad"})).errors == {"repo": "no such repository"}
    assert stage.workspace.snapshot(ada)["modals"][0]["errors"] == {"repo": "no such repository"}
    done = await submit(ada, view.id, {"repo_text": "acme/api", "what": ["merges"]})
    assert done.ok
    assert stage.slack.modals(ada) == []
    body = bot.got[-1][1]
    values = body["view"]["state"]["values"]
    assert values["what"]["what_boxes"]["selected_options"][0]["value"] == "merges"
    assert values["where"]["where_menu"]["selected_conversation"] == stage.room.id
    webhook = AsyncWebhookClient(body["response_urls"][0]["response_url"], retry_handlers=[])
    await webhook.send(text="subscribed")
    assert [message.text for message in stage.slack.ephemerals(ada, stage.room.id)] == ["subscribed"]


@pytest.mark.parametrize(
    ("answer", "titles"), [("update", ["Other"]), ("push", ["Subscribe", "Other"]), ("clear", [])]
)
async def test_a_submission_can_change_the_stack(
    stage: Stage, bot: EchoBot, answer: str, titles: list[str]
) -> None:
    view = await opened_form(stage)
    assert (await stage.slack.submit(stage.ada.id, view.id, {"repo": answer})).ok
    assert [shown.body["title"]["text"] for shown in stage.slack.modals(stage.ada.id)] == titles
    assert bot.names()[-1] == "submitted"


async def test_suggestions_can_be_chosen(stage: Stage, bot: EchoBot) -> None:
    view = await opened_form(stage)
    found = await stage.slack.suggest(stage.ada.id, "branch_menu", "main", view_id=view.id)
    assert [option["value"] for option in found] == ["main-1", "main-2"]
    with pytest.raises(NotVisibleError):
        await stage.slack.submit(stage.ada.id, view.id, {"repo": "acme/api", "branch": "main-9"})
    assert (await stage.slack.submit(stage.ada.id, view.id, {"repo": "acme/api", "branch": "main-2"})).ok
    chosen = bot.got[-1][1]["view"]["state"]["values"]["branch"]["branch_menu"]["selected_option"]
    assert chosen["value"] == "main-2"


async def test_closing_a_form_is_told_when_asked_for(stage: Stage, bot: EchoBot) -> None:
    view = await opened_form(stage)
    await stage.slack.close_view(stage.ada.id, view.id)
    assert bot.got[-1][0] == "closed"
    assert stage.slack.modals(stage.ada.id) == []


@pytest.mark.parametrize("rules", [QUICK])
async def test_an_unanswered_submission_leaves_the_form_open(stage: Stage, bot: EchoBot) -> None:
    view = await opened_form(stage)
    bot.silent.set()
    result = await stage.slack.submit(stage.ada.id, view.id, {"repo": "acme/api"})
    assert result.error == "operation_timeout"
    assert stage.slack.modals(stage.ada.id) == [view]
    assert "trouble connecting" in stage.workspace.toasts[stage.ada.id][0].text


async def test_events_come_when_subscribed(stage: Stage, bot: EchoBot) -> None:
    slack, ada = stage.slack, stage.ada.id
    newcomer = stage.workspace.add_user("eve")
    await slack.open_home(ada)
    said = await slack.say(ada, stage.room.id, f"<@{stage.workspace.bot_user.id}> hello")
    await slack.react(ada, stage.room.id, said.ts, "eyes")
    await slack.invite(stage.room.id, newcomer.id)
    await slack.kick(stage.room.id, newcomer.id)
    expected = {"app_home_opened", "app_mention", "message", "reaction_added", "member_joined_channel"}
    await slack.until(lambda: slack.hub.unacknowledged == 0)
    assert set(bot.names()) == expected


async def test_the_app_hears_nothing_of_channels_it_is_not_in(stage: Stage, bot: EchoBot) -> None:
    elsewhere = stage.workspace.add_channel("elsewhere", members=[stage.ada])
    await stage.slack.say(stage.ada.id, elsewhere.id, "secret")
    await stage.slack.open_home(stage.ada.id)
    await stage.slack.until(lambda: "app_home_opened" in bot.names() and not stage.slack.hub.unacknowledged)
    assert bot.names() == ["app_home_opened"]


async def test_an_envelope_can_come_twice(stage: Stage, bot: EchoBot) -> None:
    stage.slack.hub.duplicate_next()
    await stage.slack.open_home(stage.ada.id)
    await stage.slack.open_home(stage.bob.id)
    await stage.slack.until(lambda: stage.slack.hub.unacknowledged == 0)
    await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "after")
    users = [body["event"]["user"] for name, body in bot.got if name == "app_home_opened"]
    assert sorted(users) == sorted([stage.ada.id, stage.ada.id, stage.bob.id])


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_the_app_comes_back_after_an_interruption(stage: Stage, bot: EchoBot, how: str) -> None:
    hub = stage.slack.hub
    if how == "refresh":
        await hub.disconnect()
    else:
        hub.drop()
        await stage.slack.until(lambda: not hub.connections)
    await stage.slack.until(lambda: hub.connected_count == 2 and len(hub.connections) == 1, timeout=20)
    assert (await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "back")).ok
    assert bot.names() == ["command"]


async def test_a_half_open_connection_is_noticed_by_the_client(stage: Stage, bot: EchoBot) -> None:
    stage.slack.hub.freeze()
    await stage.slack.until(lambda: stage.slack.hub.connected_count == 2, timeout=20)
    assert (await stage.slack.command(stage.ada.id, stage.room.id, "/patchforge", "back")).ok
    assert bot.names() == ["command"]


async def test_a_modal_cannot_be_opened_with_a_used_trigger(stage: Stage, bot: EchoBot) -> None:
    await opened_form(stage)
    trigger = bot.got[0][1]["trigger_id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await stage.client.views_open(trigger_id=trigger, view=FORM)


async def test_a_choice_in_a_message_is_told_and_kept(stage: Stage, bot: EchoBot) -> None:
    menu = {"type": "static_select", "action_id": "level", "options": options("low", "high")}
    blocks = [{"type": "section", "block_id": "buttons", "text": plain("Level"), "accessory": menu}]
    ts = (await stage.client.chat_postMessage(channel=stage.room.id, text="level", blocks=blocks))["ts"]
    await stage.slack.select(stage.ada.id, "level", "high", channel_id=stage.room.id, ts=ts)
    body = bot.got[-1][1]
    assert body["actions"][0]["selected_option"]["value"] == "high"
    assert body["state"]["values"]["buttons"]["level"]["selected_option"]["value"] == "high"
    with pytest.raises(NotVisibleError):
        await stage.slack.select(stage.ada.id, "level", "medium", channel_id=stage.room.id, ts=ts)


async def test_a_button_in_the_home_can_open_a_modal(stage: Stage, bot: EchoBot) -> None:
    home = {"type": "home", "blocks": CARD}
    view = (await stage.client.views_publish(user_id=stage.ada.id, view=home))["view"]
    await stage.slack.click(stage.ada.id, action_id="approve", view_id=view["id"])
    body = bot.got[-1][1]
    assert (body["view"]["id"], "response_url" in body) == (view["id"], False)
    await stage.client.views_open(trigger_id=body["trigger_id"], view=FORM)
    assert len(stage.slack.modals(stage.ada.id)) == 1
    with pytest.raises(NotVisibleError):
        await stage.slack.click(stage.bob.id, action_id="approve", view_id=view["id"])


async def test_an_ephemeral_button_is_pressed_by_the_one_who_sees_it(stage: Stage, bot: EchoBot) -> None:
    posted = await stage.client.chat_postEphemeral(
        channel=stage.room.id, user=stage.ada.id, text="card", blocks=CARD
    )
    with pytest.raises(NotVisibleError):
        await stage.slack.click(stage.bob.id, stage.room.id, posted["message_ts"], "approve")
    await stage.slack.click(stage.ada.id, stage.room.id, posted["message_ts"], "approve")
    body = bot.got[-1][1]
    assert body["container"]["is_ephemeral"]
    assert "message" not in body
    webhook = AsyncWebhookClient(body["response_url"], retry_handlers=[])
    await webhook.send(text="done", replace_original=True)
    assert [message.text for message in stage.slack.ephemerals(stage.ada.id)] == ["done"]


async def test_buttons_alike_are_told_apart_by_their_value(stage: Stage, bot: EchoBot) -> None:
    rows = [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": value}
            ],
        }
        for value in ("one", "two")
    ]
    ts = (await stage.client.chat_postMessage(channel=stage.room.id, text="rows", blocks=rows))["ts"]
    with pytest.raises(NotVisibleError, match="2 elements"):
        await stage.slack.click(stage.ada.id, stage.room.id, ts, "approve")
    await stage.slack.click(stage.ada.id, stage.room.id, ts, "approve", value="two")
    assert bot.got[-1][1]["actions"][0]["value"] == "two"
