"""The page in a real browser: what a person sees and does, with keys and clicks."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page as Tab
from playwright.async_api import expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.page import COMMANDS
from tests.sandbox.page_kit import Body, Stage, connected, needs_chromium, plain

Ack = Callable[..., Awaitable[None]]

pytestmark = needs_chromium()


def section(text: str) -> Body:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action: str, text: str, **more: object) -> Body:
    return {"type": "button", "action_id": action, "text": plain(text), "value": "1", **more}


FORM: Body = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Subscribe"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "repo",
            "label": plain("Repository"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "what",
            "label": plain("What"),
            "element": {
                "type": "checkboxes",
                "action_id": "boxes",
                "options": [
                    {"text": plain("Reviews"), "value": "reviews"},
                    {"text": plain("Merges"), "value": "merges"},
                ],
            },
        },
    ],
}


async def test_untrusted_text_stays_text(stage: Stage, tab: Tab) -> None:
    hostile = "<img src=x onerror=alert(1)> <javascript:alert(1)|click> <http://ok.example|*fine*> &lt;b&gt;"
    ts = await stage.post(
        hostile, [section(hostile), {"type": "header", "text": plain("<script>alert(1)</script>")}]
    )
    await stage.slack.say(stage.mara.id, stage.room.id, "<svg onload=alert(1)> `<b>` *bold*")
    message = tab.get_by_test_id(f"message-{ts}")
    await expect(message).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(message).to_contain_text("<script>alert(1)</script>")
    await expect(message).to_contain_text("<b>")
    await expect(message.locator("a")).to_have_attribute("href", "http://ok.example")
    await expect(tab.locator("#main img, #main script, #main svg[onload]")).to_have_count(0)
    await expect(tab.locator("#main strong", has_text="bold")).to_be_visible()


async def test_mrkdwn_looks_as_in_slack(stage: Stage, tab: Tab) -> None:
    names = f"<@{stage.priya.id}> <#{stage.room.id}>"
    text = f":rocket: *bold* _it_ ~gone~ `a*b*c` {names} 2*3*4 snake_case_name\n> quote"
    message = tab.get_by_test_id(f"message-{await stage.post(text)}")
    await expect(message.locator(".text")).to_have_text(
        "🚀 bold it gone a*b*c @Priya Raman #payments 2*3*4 snake_case_name quote", use_inner_text=True
    )
    for tag in ("strong", "em", "s", "code", "blockquote"):
        await expect(message.locator(f".text {tag}")).to_have_count(1)


async def test_a_command_is_typed_with_the_keyboard_and_answered(stage: Stage, tab: Tab) -> None:
    app = AsyncApp(client=stage.client)

    @app.command("/patchforge")
    async def command(ack: Ack, body: Body) -> None:
        await ack(f"You said {body['text']}")

    async with connected(app, stage.slack):
        box = tab.get_by_test_id("composer").locator("textarea")
        await box.focus()
        await tab.keyboard.type("/pa")
        await expect(tab.get_by_role("listbox").get_by_role("option")).to_have_count(len(COMMANDS))
        await tab.keyboard.press("ArrowUp")
        await tab.keyboard.press("Tab")
        await expect(box).to_have_value("/patchforge help ")
        await tab.keyboard.press("Enter")
        answer = tab.locator("article.ephemeral")
        await expect(answer).to_contain_text("Only visible to you")
        await expect(answer).to_contain_text("You said help")
        await expect(box).to_have_value("")
        await answer.get_by_role("button", name="Dismiss").click()
        await expect(answer).to_have_count(0)
        await box.fill("/patchforge")
        await tab.keyboard.press("Escape")
        await expect(tab.get_by_role("listbox")).to_have_count(0)
        await tab.keyboard.press("Enter")
        await expect(answer).to_contain_text("You said")


async def test_a_bot_that_does_not_answer_is_complained_about(tab: Tab) -> None:
    box = tab.get_by_test_id("composer").locator("textarea")
    await box.fill("/patchforge list")
    await box.press("Enter")
    await expect(tab.get_by_test_id("toast")).to_contain_text("/patchforge failed")


async def test_a_button_asks_for_confirmation_before_the_bot_hears_of_it(stage: Stage, tab: Tab) -> None:
    app, pressed = AsyncApp(client=stage.client), []

    @app.action("approve")
    async def approve(ack: Ack, body: Body, client: AsyncWebClient) -> None:
        await ack()
        pressed.append(body["user"]["id"])
        await client.chat_update(channel=stage.room.id, ts=body["message"]["ts"], text="Approved, thank you")

    confirm = {
        "title": plain("Sure?"),
        "text": plain("Two e-mails."),
        "confirm": plain("Send"),
        "deny": plain("No"),
    }
    ts = await stage.post(
        "Note", [{"type": "actions", "elements": [button("approve", "Approve", confirm=confirm)]}]
    )
    async with connected(app, stage.slack):
        await tab.get_by_test_id("button-approve").click()
        await tab.keyboard.press("Escape")
        await expect(tab.get_by_test_id("confirm")).to_have_count(0)
        await expect(tab.get_by_test_id("button-approve")).to_be_focused()
        await tab.keyboard.press("Enter")
        await tab.get_by_test_id("confirm-yes").click()
        await expect(tab.get_by_test_id(f"message-{ts}")).to_contain_text("Approved, thank you (edited)")
    assert pressed == [stage.mara.id]


async def test_a_modal_shows_what_is_wrong_and_keeps_what_was_typed(stage: Stage, tab: Tab) -> None:
    app, submitted = AsyncApp(client=stage.client), []

    @app.command("/patchforge")
    async def command(ack: Ack, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("form")
    async def submit(ack: Ack, view: Body) -> None:
        values = view["state"]["values"]
        if "/" not in values["repo"]["text"]["value"]:
            await ack(response_action="errors", errors={"repo": "Write it as owner/name."})
            return
        submitted.append([option["value"] for option in values["what"]["boxes"]["selected_options"]])
        await ack()

    async with connected(app, stage.slack):
        await stage.slack.command(stage.mara.id, stage.room.id, "/patchforge", "subscribe")
        modal = tab.get_by_test_id("modal")
        await expect(tab.get_by_test_id("input-text")).to_be_focused()
        await tab.keyboard.type("payments")
        await modal.get_by_label("Merges").check()
        await tab.get_by_test_id("modal-submit").click()
        await expect(tab.get_by_test_id("error-repo")).to_have_text("Write it as owner/name.")
        await expect(tab.get_by_test_id("input-text")).to_have_value("payments")
        await tab.get_by_test_id("input-text").fill("acme/payments")
        await tab.keyboard.press("Enter")
        await expect(modal).to_have_count(0)
        await stage.slack.command(stage.mara.id, stage.room.id, "/patchforge", "subscribe")
        await expect(modal).to_be_visible()
        await tab.keyboard.press("Escape")
        await expect(modal).to_have_count(0)
    assert submitted == [["merges"]]


async def test_menus_of_a_message_and_of_a_modal_tell_the_bot_what_was_chosen(stage: Stage, tab: Tab) -> None:
    app, chosen = AsyncApp(client=stage.client), []
    options = [{"text": plain(text), "value": text.lower()} for text in ("Main", "Any")]
    pick = {"type": "static_select", "action_id": "pick", "placeholder": plain("Base"), "options": options}
    branch = {"type": "external_select", "action_id": "branch", "min_query_length": 0}
    field = {"type": "input", "block_id": "branch", "label": plain("Branch"), "element": branch}

    @app.action("pick")
    async def picked(ack: Ack, action: Body, body: Body, client: AsyncWebClient) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])
        await client.views_open(trigger_id=body["trigger_id"], view={**FORM, "blocks": [field]})

    @app.options("branch")
    async def offer(ack: Ack) -> None:
        await ack(options=options)

    @app.view("form")
    async def submit(ack: Ack, view: Body) -> None:
        await ack()
        chosen.append(view["state"]["values"]["branch"]["branch"]["selected_option"]["value"])

    await stage.post("Choose", [{"type": "actions", "elements": [pick]}])
    async with connected(app, stage.slack):
        await tab.get_by_test_id("input-pick").select_option("any")
        await tab.get_by_test_id("input-branch").press_sequentially("Ma")
        await expect(tab.get_by_role("listbox").get_by_role("option")).to_have_count(2)
        await tab.get_by_test_id("modal").get_by_role("option", name="Main").click()
        await tab.get_by_test_id("modal-submit").click()
        await expect(tab.get_by_test_id("modal")).to_have_count(0)
    assert chosen == ["any", "main"]


async def test_a_thread_opens_beside_the_channel_and_takes_replies(stage: Stage, tab: Tab) -> None:
    ts = await stage.post("A card")
    await stage.post("CI failed", thread_ts=ts)
    await expect(tab.get_by_test_id(f"thread-open-{ts}")).to_contain_text("1 reply")
    await tab.get_by_test_id(f"thread-open-{ts}").click()
    thread = tab.get_by_test_id("thread")
    await expect(thread).to_contain_text("CI failed")
    await expect(tab.get_by_test_id("thread-composer").locator("textarea")).to_be_focused()
    await tab.keyboard.type("On it")
    await tab.keyboard.press("Enter")
    await expect(thread).to_contain_text("On it")
    await expect(tab.get_by_test_id(f"thread-open-{ts}")).to_contain_text("2 replies")
    await tab.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_one_can_be_another_member(stage: Stage, tab: Tab) -> None:
    await expect(tab.get_by_test_id("channel-leads")).to_be_visible()
    await tab.get_by_test_id("viewer-select").select_option(stage.priya.id)
    await expect(tab.get_by_test_id("channel-leads")).to_have_count(0)
    await tab.get_by_test_id("composer").locator("textarea").fill("Priya speaking")
    await tab.keyboard.press("Enter")
    await expect(tab.locator("article", has_text="Priya speaking")).to_contain_text("Priya Raman")


async def test_the_home_tab_is_published_and_its_menus_work(stage: Stage, tab: Tab) -> None:
    app, chosen = AsyncApp(client=stage.client), []
    options = [{"text": plain(text), "value": text.lower()} for text in ("Snooze", "Mute")]
    more = {"type": "overflow", "action_id": "more", "options": options}
    home = {"type": "home", "blocks": [{**section("*Waiting for you*"), "accessory": more}]}

    @app.event("app_home_opened")
    async def opened(event: Body, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home)

    @app.action("more")
    async def choose(ack: Ack, action: Body) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    async with connected(app, stage.slack):
        await tab.get_by_test_id("app-patchforge").click()
        await expect(tab.get_by_test_id("home")).to_contain_text("Waiting for you")
        await tab.get_by_test_id("menu-more").press("Enter")
        await expect(tab.get_by_role("menuitem")).to_have_text(["Snooze", "Mute"])
        await tab.keyboard.press("ArrowDown")
        await tab.keyboard.press("Enter")
        await expect(tab.get_by_role("menuitem")).to_have_count(0)
        await tab.get_by_test_id("messages-tab").click()
    assert chosen == ["mute"]


async def test_a_new_message_is_read_out_and_marks_its_channel(stage: Stage, tab: Tab) -> None:
    await stage.post("Something *new*")
    await expect(tab.get_by_role("status")).to_contain_text("PatchForge: Something")
    await tab.get_by_test_id("channel-leads").click()
    await stage.post("And more")
    await expect(tab.get_by_test_id("channel-payments")).to_contain_text("unread")
    await tab.get_by_test_id("channel-payments").click()
    await expect(tab.get_by_test_id("channel-payments")).not_to_contain_text("unread")
