"""Whoever got a wrong note gets the right one as a reply to it, once."""

from email import message_from_bytes, policy

from sandbox.slack import Message, User
from tests.features.notes_kit import asked, form
from tests.mails.mail_kit import BOUNCES, JONAS, approved, page_of
from tests.mails.test_bounces import BEARER
from tests.world import World, open_world, shown

CORRECT = "pf.draft.correct"
RIGHT = "Refunds take a key now."


async def correct(world: World, user: User, draft: Message, text: str = RIGHT) -> None:
    """Send a correction."""
    view = await form(world, user, draft, CORRECT)
    assert "to the 1 person who got the note" in shown(view)
    done = await world.slack.submit(user.id, view.id, {"text": text, "category": "fix"})
    assert done.ok, done


async def arrived(world: World, number: int) -> None:
    """Wait until so many e-mails arrived, and the thread shows that they did."""
    await world.mail.until(lambda mail: len(mail.accepted) == number, 40)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")


async def test_a_correction_is_a_reply_that_mail_programs_keep_with_the_original(world: World) -> None:
    draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
    for number in (2, 3):
        await correct(world, world.maintainer, draft, f"{RIGHT} {number}")
        await arrived(world, number)
    first, second, third = (
        message_from_bytes(mail.raw, policy=policy.default) for mail in world.mail.messages
    )
    ids = [str(mail["Message-ID"]) for mail in (first, second, third)]
    assert len(set(ids)) == 3
    assert first["In-Reply-To"] is None
    assert (second["In-Reply-To"], second["References"]) == (ids[0], ids[0])
    assert (third["In-Reply-To"], third["References"]) == (ids[1], f"{ids[0]} {ids[1]}")
    assert second["Subject"] == third["Subject"] == f"Re: {first['Subject']}"
    text = world.mail.messages[1].text
    assert "Correction · Fixed: Refunds take a key now. 2" in text
    assert "was wrong" in text
    assert {row.recipient for row in world.mail.accepted} == {JONAS}
    shows = await world.reply_says("Refunds take a key now. 3")
    assert f"Approved by <@{world.maintainer.id}>" in shown(shows)


async def test_who_may_not_approve_may_not_correct(world: World) -> None:
    draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
    assert "You wrote this change" in await asked(world, world.author, draft, CORRECT)
    assert len(world.mail.accepted) == 1


async def test_what_is_not_changed_is_not_sent_again(world: World) -> None:
    draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
    view = await form(world, world.maintainer, draft, CORRECT)
    done = await world.slack.submit(world.maintainer.id, view.id, {})
    assert "Change something" in done.errors["text"]
    assert len(world.mail.accepted) == 1


async def test_of_two_who_correct_the_same_text_one_does(world: World) -> None:
    draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
    views = [await form(world, user, draft, CORRECT) for user in (world.maintainer, world.reviewer)]
    values = {"text": RIGHT, "category": "fix"}
    assert (await world.slack.submit(world.maintainer.id, views[0].id, values)).ok
    await arrived(world, 2)
    assert (await world.slack.submit(world.reviewer.id, views[1].id, {**values, "text": "Not this."})).ok
    notice = world.slack.modals(world.reviewer.id)[-1]
    assert "changed since you looked" in shown(notice.blocks)
    assert RIGHT in shown(draft)
    assert len(world.mail.accepted) == 2


async def test_a_correction_may_be_lost_like_any_e_mail_and_is_not_sent_again(world: World) -> None:
    draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
    world.mail.disconnect("after_data", times=1)
    await correct(world, world.maintainer, draft)
    await world.reply_says("? Jonas Weber (acme.example) may or may not have arrived")
    assert len(world.mail.accepted) == 2


async def test_the_original_may_still_come_back_after_a_correction(sqlite_url: str) -> None:
    async with open_world(sqlite_url, mail_bounce_secret=BOUNCES) as world:
        draft = await approved(world, "✓ Jonas Weber (acme.example) sent")
        original = world.mail.accepted[0].message_id
        await correct(world, world.maintainer, draft)
        await arrived(world, 2)
        async with page_of(world) as http:
            said = {"message_id": original, "address": JONAS, "status": "5.1.1"}
            assert (await http.post("/mail/bounces", json=said, headers=BEARER)).json()["taken"] == 1
        await world.reply_says("✗ Jonas Weber (acme.example) failed: it came back: 5.1.1")
