"""How long it takes to queue an approved note's e-mails in one transaction, and to hand them to a relay."""

import asyncio
import time
from email.message import EmailMessage

from sqlalchemy import Connection

from bench.stored import AT, fill, opened, repo_name
from bot.clients.mail import CONNECTIONS, Mailer
from bot.mails.compose import compose, new_message_id
from bot.models import Category, DraftState, Note, Pull, Recipient
from handlers.notes.deciding import queue_mails
from sandbox.mail import MailServer
from storage import addresses, facts, notes

_SENDER, _TEXT = "PatchForge <notes@acme.example>", "Amounts are rounded `half to even`."
_DIGEST = "0" * 64


async def queueing_seconds(people: int = 1_000, rounds: int = 5) -> float:
    """Return how long the quickest of some approvals took that queue so many e-mails, commit included."""
    return min([await _queue(people) for _ in range(rounds)])


async def sending(people: int = 1_000) -> tuple[float, int]:
    """Return how long it takes to send so many e-mails as fast as a relay takes them, and the connections."""
    server = await MailServer.start()
    mailer = Mailer(server.host, server.port, security="none")
    numbers = iter(range(people))
    async with opened() as database:
        await database.write(lambda connection: fill(connection, 1))
        pull = await database.read(lambda connection: facts.pull(connection, 1))
    assert pull  # noqa: S101 - made just now

    async def nothing() -> None:
        return

    async def some() -> None:
        for number in numbers:
            await mailer.send(_mail(number, pull), nothing)

    try:
        begun = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
        return time.perf_counter() - begun, server.connections
    finally:
        await mailer.aclose()
        await server.aclose()


async def _queue(people: int) -> float:
    async with opened() as database:
        draft_id = await database.write(lambda connection: _fill(connection, people))

        def approve(connection: Connection) -> int:
            draft = notes.decide(connection, draft_id, _DIGEST, DraftState.APPROVED, user="U1", now=AT)
            assert draft  # noqa: S101 - made just now
            queue_mails(connection, draft, sender=_SENDER, now=AT)
            return len(notes.mails_of(connection, draft_id))

        begun = time.perf_counter()
        queued = await database.write(approve)
        took = time.perf_counter() - begun
        assert queued == people  # noqa: S101 - or the figure means nothing
        return took


def _fill(connection: Connection, people: int) -> int:
    """Let so many people have asked for a repository's notes, and one of them wait for approval."""
    fill(connection, 1)
    for number in range(people - 1):
        owner = f"U{number}"
        asked = addresses.register(connection, owner, f"p{number}@acme.example", by=owner, now=AT)
        assert asked  # noqa: S101 - nobody asked before
        addresses.verify(connection, owner, asked.asked_at, now=AT)
        addresses.choose(connection, owner, repo_name(0), wanted=True)
    draft = notes.create_draft(
        connection,
        pull_id=1,
        note=Note(Category.FIX, _TEXT, "offline"),
        recipients=(Recipient("Ada", "ada", "ada@home.example"),),
        digest=_DIGEST,
        now=AT,
    )
    return int(draft["id"])


def _mail(number: int, pull: Pull) -> EmailMessage:
    return compose(
        text=_TEXT,
        category=Category.FIX,
        pull=pull,
        recipient=Recipient(f"P {number}", None, f"p{number}@acme.example"),
        sender=_SENDER,
        unsubscribe_url="https://bot.example/mail/unsubscribe/x",
        message_id=new_message_id(_SENDER),
        web_url="https://github.com",
        now=AT,
    )
