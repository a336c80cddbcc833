"""The panels beside the workspace, in a real browser: GitHub, mailbox, story, language model."""

from email.message import EmailMessage

import aiosmtplib
from playwright.async_api import Page as Tab
from playwright.async_api import expect

from tests.sandbox.page_kit import Stage, needs_chromium

pytestmark = needs_chromium()


async def test_the_github_panel_carries_a_pull_request_to_its_merge(stage: Stage, tab: Tab) -> None:
    await tab.get_by_test_id("gh-open").click()
    await tab.get_by_test_id("gh-open-0").click()
    pull = tab.locator(".pull", has_text=stage.demo.feature.title)
    await tab.get_by_test_id("gh-request_review").click()
    await tab.locator("#ask-field-reviewer").select_option(stage.demo.reviewer)
    await tab.get_by_test_id("ask-go").click()
    await expect(pull).to_contain_text(f"⏳ {stage.demo.reviewer}")
    await tab.get_by_test_id("gh-fail_ci").click()
    await expect(pull).to_contain_text("✕ test")
    await tab.get_by_test_id("gh-approve").click()
    await expect(pull).to_contain_text(f"✓ {stage.demo.reviewer}")
    await tab.get_by_test_id("gh-merge").click()
    await expect(pull.locator(".state")).to_have_text("merged")
    await expect(tab.get_by_test_id("gh-merge")).to_have_count(0)


async def test_the_github_panel_pushes_a_configuration_file(stage: Stage, tab: Tab) -> None:
    async def pushed(what: str) -> str | None:
        repo, before = stage.github.repo(stage.demo.repo), stage.github.version
        head = repo.branches["main"]
        await tab.get_by_test_id("gh-configure").click()
        await tab.get_by_test_id(f"gh-configure-{what}").click()
        while repo.branches["main"] == head:
            before = await stage.github.changes(before)
        return repo.commits[repo.branches["main"]].tree.get(".patchforge.yml")

    assert "hours: 4" in (await pushed("right") or "")
    assert "huors: 4" in (await pushed("wrong") or "")
    assert await pushed("gone") is None


async def test_a_pull_request_is_pasted_and_what_the_bot_shows_of_it_is_seen(stage: Stage, tab: Tab) -> None:
    pull = await stage.github.open_pull(stage.demo.repo, stage.demo.feature)
    await tab.get_by_test_id("gh-paste").click()
    message = await stage.slack.until(lambda: next(iter(stage.slack.messages(stage.room.id)), None))
    shown = tab.get_by_test_id(f"message-{message.ts}")
    await expect(shown).to_contain_text(f"/{stage.demo.repo}/pull/{pull.number}")
    for word, emoji in (("waiting", "eyes"), ("<img src=x> merged", "large_purple_circle")):
        blocks = [{"type": "context", "elements": [{"type": "mrkdwn", "text": word}]}]
        unfurls = {message.text: {"blocks": blocks}}
        await stage.client.chat_unfurl(channel=stage.room.id, ts=message.ts, unfurls=unfurls)
        await stage.client.reactions_add(channel=stage.room.id, timestamp=message.ts, name=emoji)
        await expect(shown.locator(".unfurl")).to_have_text(word)
    await expect(shown.locator(".reactions li")).to_have_text(["👀 1", "🟣 1"])


async def test_the_mailbox_shows_an_e_mail_as_html_and_as_text(stage: Stage, tab: Tab) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "bot@example.org", "jonas@example.org", "It is out"
    message.set_content("Plain words")
    message.add_alternative("<h1>Rich words</h1>", subtype="html")
    await aiosmtplib.send(message, hostname=stage.mail.host, port=stage.mail.port)
    await tab.get_by_test_id("panel-mail").click()
    await tab.get_by_test_id("mail-item").click()
    await expect(tab.get_by_test_id("mail-to")).to_have_text("jonas@example.org")
    await expect(tab.frame_locator("[data-testid=mail-frame]").locator("h1")).to_have_text("Rich words")
    await tab.get_by_test_id("mail-text").click()
    await expect(tab.get_by_test_id("mail-body")).to_contain_text("Plain words")
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_test_id("mail-reader")).to_have_count(0)


async def test_the_story_shows_how_far_it_is_and_leads_to_where_it_happens(stage: Stage, tab: Tab) -> None:
    await stage.post("Before the story")
    await tab.get_by_test_id("channel-leads").click()
    await tab.get_by_test_id("play-story").click()
    steps = tab.get_by_test_id("story-step")
    await expect(steps.first).to_have_attribute("data-status", "running")
    await expect(tab.get_by_test_id("play-story")).to_be_disabled()
    card = await stage.post("The story's card")
    await expect(tab.get_by_test_id(f"message-{card}")).to_be_visible()
    await stage.post("CI failed", thread_ts=card)
    await expect(tab.get_by_test_id("thread")).to_contain_text("CI failed")
    stage.story.go.set()
    await expect(steps.last).to_have_attribute("data-status", "failed")
    await expect(steps.last).to_contain_text("Nobody was there.")
    await expect(tab.get_by_test_id("story-progress")).to_have_text("failed at 2 of 2")
    await expect(tab.get_by_test_id("play-story")).to_be_enabled()


async def test_the_model_can_be_made_to_misbehave(stage: Stage, tab: Tab) -> None:
    await tab.get_by_test_id("llm-mode").select_option("rate_limited")
    await expect(tab.get_by_test_id("llm-mode")).to_have_value("rate_limited")
    await tab.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    assert stage.llm.mode == "rate_limited"
