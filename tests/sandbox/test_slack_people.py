"""What people do and see, with a real slack-bolt app at the other end."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import NotVisibleError, Rules
from tests.sandbox.slack_echo import PATIENT, QUICK, EchoBot, running_bot
from tests.sandbox.slack_kit import CARD, Stage, open_stage, options, plain


@pytest.fixture
def rules() -> Rules:
    return PATIENT


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    async with open_stage(rules) as opened:
        yield opened
        assert opened.workspace.violations == []


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[EchoBot]:
    async with running_bot(stage) as running:
        yield running


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
