"""What people do in modals, with a real slack-bolt app at the other end."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import NotVisibleError, Rules
from tests.sandbox.slack_echo import FORM, PATIENT, QUICK, EchoBot, opened_form, running_bot
from tests.sandbox.slack_kit import CARD, Stage, open_stage


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


async def test_a_modal_cannot_be_opened_with_a_used_trigger(stage: Stage, bot: EchoBot) -> None:
    await opened_form(stage)
    trigger = bot.got[0][1]["trigger_id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await stage.client.views_open(trigger_id=trigger, view=FORM)


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
