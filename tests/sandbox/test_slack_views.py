"""views.* in the Web API stand-in."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Rules
from tests.sandbox.slack_kit import DIVIDER, Stage, open_stage, refusal


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    async with open_stage(rules) as opened:
        yield opened


def modal(title: str = "Modal", **more: object) -> dict[str, object]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": DIVIDER, **more}


async def test_the_home_is_published_with_its_hash(stage: Stage) -> None:
    home = {"type": "home", "blocks": DIVIDER}
    first = await stage.client.views_publish(user_id=stage.ada.id, view=home)
    second = await stage.client.views_publish(user_id=stage.ada.id, view=home, hash=first["view"]["hash"])
    stale = stage.client.views_publish(user_id=stage.ada.id, view=home, hash=first["view"]["hash"])
    assert await refusal(stale) == "hash_conflict"
    shown = stage.slack.home(stage.ada.id)
    assert shown is not None
    assert (shown.id, shown.hash) == (first["view"]["id"], second["view"]["hash"])


@pytest.mark.parametrize("rules", [Rules(home_enabled=False)])
async def test_the_home_must_be_enabled(stage: Stage) -> None:
    home = {"type": "home", "blocks": DIVIDER}
    assert await refusal(stage.client.views_publish(user_id=stage.ada.id, view=home)) == "not_enabled"


async def test_a_trigger_opens_one_modal_within_three_seconds(stage: Stage) -> None:
    open_view, new_trigger = stage.client.views_open, stage.workspace.new_trigger
    trigger = new_trigger(stage.ada.id)
    await open_view(trigger_id=trigger, view=modal())
    assert await refusal(open_view(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    late = new_trigger(stage.ada.id)
    stage.clock.now += 4
    assert await refusal(open_view(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await refusal(open_view(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    assert len(stage.slack.modals(stage.ada.id)) == 1


async def test_a_modal_is_updated_by_id_and_hash(stage: Stage) -> None:
    trigger = stage.workspace.new_trigger(stage.ada.id)
    opened = (await stage.client.views_open(trigger_id=trigger, view=modal(external_id="x1")))["view"]
    update = stage.client.views_update
    changed = (await update(view_id=opened["id"], hash=opened["hash"], view=modal("Two")))["view"]
    assert changed["title"]["text"] == "Two"
    assert await refusal(update(view_id=opened["id"], hash=opened["hash"], view=modal())) == "hash_conflict"
    assert await refusal(update(view_id="V404", view=modal())) == "not_found"
    with pytest.raises(SlackApiError) as caught:
        await update(view_id=opened["id"], view=modal("x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in caught.value.response["response_metadata"]["messages"][0]


async def test_modals_stack_three_deep(stage: Stage) -> None:
    trigger = stage.workspace.new_trigger(stage.ada.id)
    view = (await stage.client.views_open(trigger_id=trigger, view=modal("1")))["view"]
    for title in ("2", "3"):
        inside = stage.workspace.new_trigger(stage.ada.id, view["id"])
        await stage.client.views_push(trigger_id=inside, view=modal(title))
    inside = stage.workspace.new_trigger(stage.ada.id, view["id"])
    assert await refusal(stage.client.views_push(trigger_id=inside, view=modal("4"))) == "push_limit_reached"
    titles = [shown["title"]["text"] for shown in stage.workspace.snapshot(stage.ada.id)["modals"]]
    assert titles == ["1", "2", "3"]


async def test_a_view_over_250_kb_is_too_large(stage: Stage) -> None:
    text = {"type": "mrkdwn", "text": "x" * 2900}
    home = {"type": "home", "blocks": [{"type": "section", "text": text}] * 90}
    assert await refusal(stage.client.views_publish(user_id=stage.ada.id, view=home)) == "view_too_large"
