"""The whole story by real clicks in a browser, with the real bot as a process; the screenshots are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import expect

from sandbox.demo import Stage, stage
from sandbox.page import Page
from tests.sandbox.page_kit import needs_chromium, open_tab

SHOTS = Path(__file__).parent.parent / "screenshots"

pytestmark = [needs_chromium(), pytest.mark.timeout(180)]

Shoot = Callable[[str], Awaitable[None]]


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    async with stage() as made:
        yield made


@pytest.fixture
async def tab(demo: Stage) -> AsyncIterator[Tab]:
    story = demo.story.demo
    prepared = (story.feature, story.fix, story.bump)
    page = await Page.start(
        demo.slack, demo.github, demo.llm, demo.mail, demo.story, prepared=prepared, clock=demo.clock
    )
    try:
        async with open_tab(page.url) as opened:
            yield opened
    finally:
        await page.aclose()


@pytest.fixture
def shoot(tab: Tab) -> Shoot:
    SHOTS.mkdir(exist_ok=True)

    async def take(name: str) -> None:
        await tab.screenshot(path=SHOTS / f"{name}.png")

    return take


async def become(tab: Tab, person: str) -> None:
    await tab.get_by_test_id("viewer-select").select_option(label=person)


async def look_into_thread(tab: Tab, demo: Stage, person: str) -> None:
    """Become somebody, and open the thread of the one card as they see it."""
    await become(tab, person)
    card = demo.slack.messages(demo.story.channel.id)[0]
    await tab.get_by_test_id(f"thread-open-{card.ts}").click()


async def type_command(tab: Tab, text: str) -> None:
    box = tab.get_by_test_id("composer").locator("textarea")
    await box.fill(f"/patchforge {text}")
    await box.press("Enter")


async def act(tab: Tab, name: str) -> None:
    """Press a button of the GitHub panel, and answer its small question if it asks one."""
    await tab.get_by_test_id(f"gh-{name}").click()
    if name in {"request_review", "request_changes", "comment"}:
        await tab.get_by_test_id("ask-go").click()


async def test_a_visitor_plays_the_story_by_hand(demo: Stage, tab: Tab, shoot: Shoot) -> None:
    story = demo.story.demo
    people = {login: user.real_name for login, user in demo.story.people.items()}
    thread = tab.get_by_test_id("thread")

    # Everybody says who they are, and Mara subscribes the channel.
    for login in (story.author, story.reviewer, story.maintainer):
        await become(tab, people[login])
        await type_command(tab, f"link {login}")
        await tab.get_by_test_id("gh-authorize").click()
        await expect(tab.get_by_test_id("gh-activation")).to_have_count(0)
        await expect(tab.get_by_test_id("app-patchforge")).to_contain_text("unread", timeout=30_000)
    await type_command(tab, f"subscribe {story.repo}")
    await expect(tab.get_by_text("What I post there").last).to_be_visible()
    await shoot("1-subscribed")

    # A pull request is opened, breaks, is mended and approved: one card tells it all.
    await tab.get_by_test_id("gh-open").click()
    await tab.get_by_test_id("gh-open-0").click()
    posted = await demo.slack.until(lambda: demo.slack.messages(demo.story.channel.id))
    card = tab.get_by_test_id(f"message-{posted[0].ts}").first
    await expect(card).to_contain_text(story.feature.title)
    await act(tab, "request_review")
    await expect(card).to_contain_text("review requested")
    await act(tab, "fail_ci")
    await expect(card).to_contain_text("failed")
    await shoot("2-broken")
    await act(tab, "fix_ci")
    await act(tab, "approve")
    await expect(card).to_contain_text("ready to merge")
    await shoot("3-approved")

    # The merge folds the card, and the draft stands in its thread.
    await act(tab, "merge")
    await expect(card).to_contain_text("merged by")
    await tab.get_by_test_id(f"thread-open-{posted[0].ts}").click()
    await expect(thread.get_by_test_id("button-pf.draft.approve")).to_be_visible(timeout=30_000)
    await shoot("4-drafted")

    await _decide(demo, tab, shoot)
    await _read(demo, tab, shoot)
    assert len(demo.slack.messages(demo.story.channel.id)) == 1
    assert len(demo.mail.messages) == 1


async def _decide(demo: Stage, tab: Tab, shoot: Shoot) -> None:
    """Let the author be refused; then Mara edits, approves and sends."""
    story, thread = demo.story.demo, tab.get_by_test_id("thread")
    people = {login: user.real_name for login, user in demo.story.people.items()}
    await look_into_thread(tab, demo, people[story.author])
    await thread.get_by_test_id("button-pf.draft.approve").click()
    await tab.get_by_test_id("confirm-yes").click()
    await expect(tab.get_by_text("You wrote this change").last).to_be_visible()
    await look_into_thread(tab, demo, people[story.maintainer])
    await thread.get_by_test_id("button-pf.draft.edit").click()
    await tab.get_by_test_id("modal").locator("textarea").fill("Refunds can be retried without paying twice.")
    await shoot("5-edited")
    await tab.get_by_test_id("modal-submit").click()
    await expect(thread).to_contain_text("Refunds can be retried without paying twice.")
    await thread.get_by_test_id("button-pf.draft.approve").click()
    await shoot("6-confirm")
    await tab.get_by_test_id("confirm-yes").click()
    await expect(thread).to_contain_text("Approved by")
    await expect(thread).to_contain_text("sent")
    await shoot("7-sent")


async def _read(demo: Stage, tab: Tab, shoot: Shoot) -> None:
    """Find the note in the mailbox, and what the channel follows in Home."""
    await tab.get_by_test_id("panel-mail").click()
    await tab.get_by_test_id("mail-item").first.click()
    frame = tab.frame_locator('[data-testid="mail-frame"]')
    await expect(frame.get_by_text("Refunds can be retried without paying twice.")).to_be_visible()
    await shoot("8-mail")
    await tab.keyboard.press("Escape")
    await tab.get_by_test_id("app-patchforge").click()
    await expect(tab.get_by_test_id("home")).to_contain_text(demo.story.demo.repo)
    await shoot("9-home")


async def test_the_story_plays_at_the_press_of_a_button(demo: Stage, tab: Tab, shoot: Shoot) -> None:
    # A member who only watches sees none of the private answers.
    await become(tab, demo.story.people[demo.story.demo.reviewer].real_name)
    await tab.get_by_test_id("play-story").click()
    await expect(tab.get_by_test_id("story-progress")).to_contain_text("14 of 14", timeout=60_000)
    steps = await tab.get_by_test_id("story-step").all()
    assert [await step.get_attribute("data-status") for step in steps] == ["done"] * 14
    await expect(tab.get_by_test_id("thread")).to_contain_text("sent")
    await tab.get_by_text("Dismiss", exact=True).click()
    await shoot("demo")
