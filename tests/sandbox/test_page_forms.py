"""Forms on the page that are shown anew with every change, while a person goes on typing."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page as Tab
from playwright.async_api import expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.page_kit import Body, Stage, connected, needs_chromium, plain

Ack = Callable[..., Awaitable[None]]
TEXT = "every letter is told, and none is lost"

pytestmark = needs_chromium()


def field(element: Body) -> Body:
    name = element["action_id"]
    more = {"label": plain(name), "optional": True, "dispatch_action": True}
    return {"type": "input", "block_id": name, "element": element, **more}


EACH = {"trigger_actions_on": ["on_character_entered"]}
FIELDS = [
    field({"type": "multi_external_select", "action_id": "labels", "min_query_length": 0}),
    field({"type": "multi_users_select", "action_id": "people"}),
    field({"type": "plain_text_input", "action_id": "words", "dispatch_action_config": EACH}),
]
FORM: Body = {"type": "modal", "callback_id": "form", "title": plain("Subscribe"), "submit": plain("Save")}


def living(stage: Stage, submitted: list[object]) -> AsyncApp:
    """Return an app whose form tells below its fields what stands in them."""
    app = AsyncApp(client=stage.client)
    options = [{"text": plain(text), "value": text} for text in ("bug", "bulk", "wip")]

    def chosen(view: Body) -> tuple[list[str], list[str], str | None]:
        values = view["state"]["values"]
        labels = [one["value"] for one in values["labels"]["labels"]["selected_options"]]
        return labels, values["people"]["people"]["selected_users"], values["words"]["words"]["value"]

    @app.command("/patchforge")
    async def command(ack: Ack, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view={**FORM, "blocks": FIELDS})

    @app.options("labels")
    async def offer(ack: Ack, body: Body) -> None:
        await ack(options=[one for one in options if str(one["value"]).startswith(body["value"])])

    async def show(ack: Ack, body: Body, client: AsyncWebClient) -> None:
        await ack()
        labels, _, words = chosen(body["view"])
        said = {"type": "mrkdwn", "text": f"labels {', '.join(labels)} words {words}"}
        blocks = [*FIELDS, {"type": "section", "block_id": "said", "text": said}]
        await client.views_update(view_id=body["view"]["id"], view={**FORM, "blocks": blocks})

    for name in ("labels", "people", "words"):
        app.action(name)(show)

    @app.view("form")
    async def submit(ack: Ack, view: Body) -> None:
        await ack()
        submitted.append(chosen(view))

    return app


async def test_a_form_is_shown_anew_while_one_types_and_chooses(stage: Stage, tab: Tab) -> None:
    submitted: list[object] = []
    async with connected(living(stage, submitted), stage.slack):
        await stage.slack.command(stage.mara.id, stage.room.id, "/patchforge", "subscribe")
        labels, modal = tab.get_by_test_id("input-labels"), tab.get_by_test_id("modal")
        await labels.press_sequentially("bu")
        await expect(modal.get_by_role("option")).to_have_text(["bug", "bulk"])
        await labels.press("ArrowDown")
        await labels.press("Enter")
        await expect(modal).to_contain_text("labels bulk words")
        await labels.press_sequentially("wi")
        await modal.get_by_role("option", name="wip").click()
        await expect(modal).to_contain_text("labels bulk, wip words")
        await labels.press("Backspace")
        await expect(modal.locator(".token")).to_have_text(["bulk✕"])
        await tab.get_by_test_id("input-people").press_sequentially("pri")
        await tab.keyboard.press("Enter")
        await expect(modal.locator(".token")).to_have_text(["bulk✕", "Priya Raman✕"])
        await tab.get_by_test_id("input-words").press_sequentially(TEXT, delay=3)
        await expect(modal).to_contain_text(f"words {TEXT}")
        await expect(tab.get_by_test_id("input-words")).to_have_value(TEXT)
        await labels.click()
        await expect(modal.get_by_role("option")).to_have_text(["bug", "wip"])
        await tab.keyboard.press("Escape")
        await expect(modal.get_by_role("listbox")).to_have_count(0)
        await tab.get_by_test_id("modal-submit").click()
        await expect(modal).to_have_count(0)
    assert submitted == [(["bulk"], [stage.priya.id], TEXT)]
