"""Somebody tries to approve what they may not, or to have others approve what they have not read."""

from dataclasses import replace

from sandbox.slack import Conversation, Message, User
from tests.features.notes_kit import (
    APPROVE,
    DISCARD,
    EDIT,
    RESTORE,
    asked,
    asked_as_seen,
    drafted,
    press,
    snapshot,
)
from tests.world import World, shown

NOT_YOUR_OWN = "You wrote this change, so somebody else has to approve its note."
GONE = "This draft is no longer there; look for a newer message."


def room(world: World, owner: User, *others: User) -> Conversation:
    """Make a channel of one's own, with the bot in it."""
    return world.slack.workspace.add_channel("den", members=[owner, *others], bot=True)


async def type_in(world: World, user: User, place: Conversation, text: str) -> str:
    result = await world.slack.command(user.id, place.id, "/patchforge", text)
    return "\n".join(shown(message) for message in result.messages)


async def draft_in(world: World, place: Conversation) -> Message:
    """Wait for the draft in the thread of a channel's only card."""

    def look() -> Message | None:
        replies = [
            reply
            for card in world.slack.messages(place.id)
            for reply in world.slack.thread(place.id, card.ts)
            if "Approve & send" in shown(reply)
        ]
        return replies[0] if replies else None

    found: Message = await world.slack.until(look)
    return found


async def test_a_channel_of_ones_own_lets_no_author_approve_what_others_decide_about(world: World) -> None:
    den = room(world, world.author)
    assert "self-approval is on" in await type_in(world, world.author, den, "settings self-approval on")
    await type_in(world, world.author, den, f"subscribe {world.repo} notes")
    await drafted(world)
    mine = await draft_in(world, den)
    assert NOT_YOUR_OWN in await asked(world, world.author, mine, APPROVE)
    assert not world.mail.messages
    await world.command(world.maintainer, "settings self-approval on")
    await press(world, world.author, mine, APPROVE)
    await world.reply_says(f"Approved by <@{world.author.id}>")


async def test_an_author_stays_one_whoever_they_link_to_afterwards(world: World) -> None:
    draft = await drafted(world)
    await world.command(world.author, "unlink")
    assert "Linked" in await world.command(world.author, "link somebody-new")
    assert NOT_YOUR_OWN in await asked(world, world.author, draft, APPROVE)
    assert not world.mail.messages


async def test_who_only_reads_a_public_channel_decides_nothing_in_it(world: World) -> None:
    passer_by = world.slack.workspace.add_user("passer-by")
    elsewhere = room(world, passer_by)
    await type_in(world, passer_by, elsewhere, "link passer-by")
    draft = await drafted(world)
    told = await asked(world, passer_by, draft, APPROVE)
    assert told == "Only members of the channel decide about its release notes; join it first."
    assert not world.mail.messages


async def test_a_button_carried_into_another_channel_does_nothing(world: World) -> None:
    guest = world.slack.workspace.add_user("guest")
    den = room(world, guest)
    await type_in(world, guest, den, "link guest")
    assert "self-approval is on" in await type_in(world, guest, den, "settings self-approval on")
    draft = await drafted(world)
    carried = replace(snapshot(draft), channel=den.id)
    for action in (APPROVE, DISCARD, EDIT):
        assert await asked_as_seen(world, guest, carried, action) == GONE
    await press(world, world.reviewer, draft, DISCARD)
    gone = await world.reply_says("Release note discarded by")
    carried = replace(snapshot(gone), channel=den.id)
    assert await asked_as_seen(world, guest, carried, RESTORE) == GONE
    assert "Release note discarded by" in shown(gone)


async def test_a_title_changed_after_the_draft_was_read_is_not_what_goes_out(world: World) -> None:
    draft = await drafted(world)
    (pull,) = world.github.repo(world.repo).pulls
    before = pull.title
    await world.github.edit_pull(world.repo, pull.number, title="Your password expired", by=pull.author)
    await world.card_says("Your password expired")
    await press(world, world.maintainer, draft, APPROVE)
    await world.mail.until(lambda mail: len(mail.messages) == 1)
    sent = world.mail.messages[-1]
    assert before[:40] in sent.subject
    assert b"password expired" not in sent.raw
