"""What the tests of e-mail do again and again: register, confirm, merge, approve."""

import re

import httpx

from sandbox.mail import MailMessage
from sandbox.slack import Message, User
from tests.features.notes_kit import APPROVE, drafted, press
from tests.world import World, shown

ADA = "ada@home.example"
JONAS = "jonas.weber@acme.example"  # wrote a commit of the seeded pull requests
BOUNCES = "a-secret-for-bounces"


async def mail_to(world: World, address: str, *words: str) -> MailMessage:
    """Wait for an e-mail to the address whose subject or text says all of these."""

    def found() -> list[MailMessage]:
        return [
            mail
            for mail in world.mail.messages
            if address in mail.recipients and all(word in f"{mail.subject}\n{mail.text}" for word in words)
        ]

    await world.mail.until(lambda _mail: bool(found()), 40)
    return found()[-1]


def link_in(mail: MailMessage) -> str:
    """Return the path of the page that confirms an address."""
    found = re.search(r"http://[^/\s]+(/mail/verify/[\w.-]+)", mail.text)
    assert found, mail.text
    return found[1]


def page_of(world: World) -> httpx.AsyncClient:
    """Open a browser of sorts on the bot's pages."""
    return httpx.AsyncClient(base_url=world.address)


async def registered(world: World, user: User, address: str = ADA) -> str:
    """Register an address and return the path of its link."""
    said = await world.command(user, f"email {address}")
    assert f"I wrote to *{address}*" in said, said
    return link_in(await mail_to(world, address, "Is this your address?"))


async def confirmed(world: World, user: User, address: str = ADA) -> None:
    """Register an address and confirm it."""
    path = await registered(world, user, address)
    async with page_of(world) as http:
        assert (await http.post(path)).status_code == 200


async def approved(world: World, *words: str) -> Message:
    """Merge and approve, and return the draft once it says the words."""
    draft = await drafted(world)
    await press(world, world.maintainer, draft, APPROVE)
    return await world.reply_says(f"Approved by <@{world.maintainer.id}>", *words)


def recipients(world: World) -> list[str]:
    """Return who got release notes, questions left out."""
    return sorted(row.recipient for row in world.mail.accepted if row.subject != "Is this your address?")


__all__ = [
    "ADA",
    "BOUNCES",
    "JONAS",
    "approved",
    "confirmed",
    "link_in",
    "mail_to",
    "page_of",
    "recipients",
    "registered",
    "shown",
]
