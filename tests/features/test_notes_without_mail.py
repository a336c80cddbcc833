"""Approving where no mail server is set."""

from tests.features.notes_kit import APPROVE, drafted, press
from tests.world import open_world, shown


async def test_with_email_off_approving_keeps_the_note_and_says_that_nothing_is_sent(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_host=None) as world:
        draft = await drafted(world)
        said = shown(draft)
        assert "✉️ E-mail is off: approving keeps the note and sends nothing." in said
        assert "E-mail is off, so nothing is sent." in said
        assert "Approve & send" not in said
        await press(world, world.maintainer, draft, APPROVE)
        await world.reply_says("Approved by", "E-mail is off, so nothing was sent.")
        assert not world.mail.messages
