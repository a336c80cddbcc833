"""App Home: what it shows to whom, and that it is published again only when it would show something else."""

from datetime import timedelta

from bot.health import Report
from handlers.home import health_line
from sandbox.slack import Result, User
from sandbox.slack.forms import elements
from tests.features.notes_kit import APPROVE, drafted, edit, merge, press
from tests.world import World, open_world, shown


def home(world: World, user: User) -> str:
    view = world.slack.home(user.id)
    return shown(view.blocks) if view else ""


async def opens(world: World, user: User, *words: str) -> str:
    """Let a person open Home and wait until it says the words."""
    await world.slack.open_home(user.id)
    return await says(world, user, *words)


async def says(world: World, user: User, *words: str, without: str = "\0") -> str:
    def look() -> str:
        text = home(world, user)
        return text if text and all(word in text for word in words) and without not in text else ""

    found: str = await world.slack.until(look)
    return found


async def press_at_home(world: World, user: User, action: str) -> Result:
    view = world.slack.home(user.id)
    assert view is not None
    result: Result = await world.slack.click(user.id, action_id=action, view_id=view.id)
    return result


def published(world: World, user: User) -> int:
    calls = world.slack.workspace.calls_of("views.publish")
    return sum(call.args["user_id"] == user.id for call in calls)


async def test_who_is_not_linked_sees_how_to_link_and_then_the_page_fills_up(world: World) -> None:
    guest = world.slack.workspace.add_user("guest")
    world.channel.members.append(guest.id)
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await world.card_says("Waiting for")
    said = await opens(world, guest, "`/patchforge link your-login`", "acme/payments-api", "Everything works")
    assert pull.title not in said
    before = published(world, guest)
    await world.command(guest, f"link {world.demo.second_reviewer}")
    said = await says(world, guest, "Waiting for you", pull.title)
    assert "I don't know yet" not in said
    assert f"Waiting for <@{guest.id}>" in said
    await world.command(guest, "unlink")
    await says(world, guest, "I don't know yet")
    assert published(world, guest) == before + 2


async def test_home_shows_what_waits_my_pulls_drafts_and_what_my_channels_follow(world: World) -> None:
    await merge(world, features="reviews,notes")
    mine = await world.github.open_pull(world.repo, world.demo.fix)
    await world.github.request_review(world.repo, mine.number, world.demo.reviewer, world.demo.co_author)
    await world.reply_says("Approve & send")
    said = await opens(world, world.reviewer, "Waiting for you", mine.title, "Added idempotency keys")
    assert "✉️ To Jonas Weber (acme.example)" in said
    assert "Skipped Tomás Okafor" in said
    assert "Approve & send" in said
    assert "You have none open in the repositories your channels follow." in said
    assert f"<#{world.channel.id}>" in said
    said = await opens(world, world.author, "Nothing waits for you. Well done.")
    assert "Added idempotency keys" not in said  # its author
    jonas = world.slack.workspace.add_user("jonas")
    room = world.slack.workspace.add_channel("reviewing", members=[jonas], bot=True)
    for text in (f"link {world.demo.co_author}", f"subscribe {world.repo} reviews"):
        await world.slack.command(jonas.id, room.id, "/patchforge", text)
    said = await opens(world, jonas, "Your open pull requests", mine.title)
    assert "Added idempotency keys" not in said  # no channel of his gets release notes


async def test_a_draft_is_approved_right_there_and_leaves_every_home(world: World) -> None:
    draft = await drafted(world)
    for user in (world.maintainer, world.reviewer):
        await opens(world, user, "Added idempotency keys")
    result = await press_at_home(world, world.maintainer, APPROVE)
    assert result.ok
    await world.reply_says(f"Approved by <@{world.maintainer.id}>", "✓ Jonas Weber")
    for user in (world.maintainer, world.reviewer):
        await says(world, user, "Nothing right now.", without="Added idempotency keys")
    assert "Approve & send" not in shown(draft)


async def test_a_click_on_a_home_that_is_behind_is_told_in_a_modal(world: World) -> None:
    draft = await drafted(world)
    await opens(world, world.maintainer, "Added idempotency keys")
    await edit(world, world.reviewer, draft, "Another text.")
    await press_at_home(world, world.maintainer, APPROVE)
    (notice,) = await world.slack.until(lambda: world.slack.modals(world.maintainer.id))
    assert "The text changed since you looked" in shown(notice.blocks)
    await says(world, world.maintainer, "Another text.")
    assert not world.mail.messages


async def test_the_author_by_address_is_refused_at_home_too_whatever_the_channel_allows(world: World) -> None:
    await drafted(world, world.demo.fix)
    jonas = world.slack.workspace.add_user("jonas", email="jonas.weber@acme.example")
    world.channel.members.append(jonas.id)
    await world.command(jonas, "link jonas-private")
    await world.command(world.maintainer, "settings self-approval on")
    await opens(world, jonas, "Approve & send")
    await press_at_home(world, jonas, APPROVE)
    (notice,) = await world.slack.until(lambda: world.slack.modals(jonas.id))
    assert "You wrote this change" in shown(notice.blocks)


async def test_a_draft_made_while_home_is_open_shows_up_and_a_discarded_one_goes(world: World) -> None:
    await world.subscribe("notes")
    await opens(world, world.reviewer, "Nothing right now.")
    world.llm.mode = "slow"
    await merge(world)
    world.llm.mode = "good"
    await says(world, world.reviewer, "Added idempotency keys")
    draft = await world.reply_says("Discard")
    await press(world, world.maintainer, draft, "pf.draft.discard")
    await says(world, world.reviewer, "Nothing right now.")


async def test_a_long_note_is_shown_whole_before_it_can_be_approved_at_home(world: World) -> None:
    draft = await drafted(world)
    text = "\n".join(f"Line {number} of what changes for everybody who uses refunds." for number in range(30))
    await edit(world, world.reviewer, draft, text.splitlines()[0])
    view_of = await opens(world, world.maintainer, "Line 0")
    assert "Approve & send" in view_of
    await press(world, world.reviewer, draft, "pf.draft.edit")
    view = world.slack.modals(world.reviewer.id)[-1]
    assert (await world.slack.submit(world.reviewer.id, view.id, {"text": text})).ok
    await says(world, world.maintainer, "Line 0", "Line 29 of what changes")


async def test_events_that_change_nothing_on_it_publish_nothing_and_a_burst_little(world: World) -> None:
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(pull.title)
    for user in (world.reviewer, world.author, world.maintainer):
        await opens(world, user, "Everything works")
    await says(world, world.author, pull.title)
    before = {user.id: published(world, user) for user in (world.reviewer, world.author)}
    for number in range(30):
        await world.github.comment(world.repo, pull.number, f"Comment {number}", world.demo.maintainer)
    await world.github.settled()
    # What happens last must show, and is looked at in the same round.
    await world.github.edit_title(world.repo, pull.number, "A last title", world.demo.author)
    await says(world, world.author, "A last title")
    assert published(world, world.reviewer) == before[world.reviewer.id]
    assert published(world, world.author) - before[world.author.id] <= 2


async def test_a_burst_of_changes_is_few_publishes(world: World) -> None:
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await opens(world, world.author, pull.title)
    before = published(world, world.author)
    for number in range(20):
        await world.github.edit_title(world.repo, pull.number, f"Title {number}", world.demo.author)
    await says(world, world.author, "Title 19")
    assert published(world, world.author) - before <= 4


async def test_opening_again_publishes_nothing_and_reads_the_channels_anew(world: World) -> None:
    await world.subscribe()
    guest = world.slack.workspace.add_user("guest")
    await opens(world, guest, "Nothing yet.")
    calls = len(world.slack.workspace.calls_of("users.conversations"))
    await world.slack.open_home(guest.id)
    await world.slack.until(lambda: len(world.slack.workspace.calls_of("users.conversations")) > calls)
    world.channel.members.append(guest.id)
    await opens(world, guest, "acme/payments-api")
    assert published(world, guest) == 2


async def test_subscribing_and_leaving_bring_home_up_to_date(world: World) -> None:
    await opens(world, world.reviewer, "Nothing yet.")
    await world.subscribe()
    await says(world, world.reviewer, "acme/payments-api")
    removed = await world.slack.command(
        world.maintainer.id, world.channel.id, "/patchforge", f"unsubscribe {world.repo}"
    )
    await says(world, world.reviewer, "Nothing yet.")
    message = removed.messages[-1]
    (undo,) = [element["action_id"] for _, element in elements(message.blocks)]
    await world.slack.click(world.maintainer.id, message.channel, message.ts, undo)
    await says(world, world.reviewer, "acme/payments-api")


async def test_a_home_that_slack_lost_is_published_again(world: World) -> None:
    await opens(world, world.reviewer, "Everything works")
    del world.slack.workspace.homes[world.reviewer.id]  # as after the app was installed anew
    await opens(world, world.reviewer, "Everything works")
    assert published(world, world.reviewer) == 2


def test_the_health_line_stays_the_same_while_work_waits_longer() -> None:
    late = [
        Report((f"work has been waiting for {seconds} seconds",), timedelta(seconds=seconds), 1, 0, 7, None)
        for seconds in (61, 62)
    ]
    assert {health_line(report) for report in late} == {"Running late; see /patchforge status"}


async def test_a_slack_that_is_busy_when_home_opens_is_asked_again(world: World) -> None:
    faults = world.slack.workspace.faults
    faults.add("users.conversations", "429", retry_after=1)
    faults.add("views.publish", "500")
    await opens(world, world.reviewer, "Everything works")


async def test_without_email_home_says_that_approving_sends_nothing(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_host=None) as world:
        await drafted(world)
        said = await opens(
            world, world.maintainer, "E-mail is off: approving keeps the note and sends nothing."
        )
        assert "Approve & send" not in said
