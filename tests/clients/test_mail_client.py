"""E-mail leaves once, and what may have happened when it did not is known exactly."""

from collections.abc import AsyncIterator, Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest

from bot.clients.mail import Mailer
from bot.config import Settings
from bot.errors import Permanent, RetryLater
from sandbox.mail import MailServer


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    running = await MailServer.start()
    yield running
    await running.aclose()


class Steps:
    """Counts how often a text was about to be sent."""

    def __init__(self, server: MailServer | None = None) -> None:
        self.taken = 0
        self._server = server

    async def before_data(self) -> None:
        """Note the moment; nothing has arrived by then."""
        assert self._server is None or not self._server.accepted
        self.taken += 1


def message(to: str = "jonas@acme.example") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "PatchForge <notes@acme.example>"
    made["To"] = Address("Jonas, the one", addr_spec=to)
    made["Subject"] = "Schöne Grüße"
    made["Message-ID"] = "<1@acme.example>"
    made.set_content(".\nRefunds take a key — ünïcode.\n")
    return made


def mailer(server: MailServer, **more: Any) -> Mailer:
    return Mailer(server.host, server.port, **{"security": "none", "timeout": 5, **more})


async def test_a_mail_is_recorded_then_sent_and_the_answer_returned(server: MailServer) -> None:
    steps = Steps(server)
    answer = await mailer(server).send(message(), steps.before_data)
    assert answer == "250 2.0.0 OK: queued"
    assert steps.taken == 1
    (arrived,) = server.messages
    assert arrived.sender == "notes@acme.example"
    assert arrived.recipients == ("jonas@acme.example",)
    assert arrived.subject == "Schöne Grüße"
    assert arrived.text.splitlines() == [".", "Refunds take a key — ünïcode."]
    assert arrived.header("Message-ID") == "<1@acme.example>"


async def test_a_server_that_wants_a_login_gets_it() -> None:
    server = await MailServer.start(username="ada", password="secret")
    try:
        await mailer(server, username="ada", password="secret").send(message(), Steps().before_data)
        steps = Steps()
        with pytest.raises(RetryLater, match="refused the login") as caught:
            await mailer(server, username="ada", password="wrong").send(message(), steps.before_data)
        assert "wrong" not in str(caught.value)
        assert (caught.value.ambiguous, steps.taken, len(server.accepted)) == (False, 0, 1)
    finally:
        await server.aclose()


@pytest.mark.parametrize(
    ("plan", "taken", "ambiguous", "accepted"),
    [
        (lambda mail: mail.refuse("rcpt", "451 4.7.1 Try later"), 0, False, 0),
        (lambda mail: mail.hang("rcpt"), 0, False, 0),
        (lambda mail: mail.refuse("data", "452 4.3.1 Full"), 1, False, 0),
        (lambda mail: mail.disconnect("before_data"), 1, True, 0),
        (lambda mail: mail.disconnect("inside_data"), 1, True, 0),
        (lambda mail: mail.disconnect("after_data"), 1, True, 1),
        (lambda mail: mail.hang("data"), 1, True, 0),
    ],
)
async def test_a_failure_says_whether_the_mail_may_have_gone_out(
    server: MailServer, plan: Callable[[MailServer], None], taken: int, ambiguous: bool, accepted: int
) -> None:
    plan(server)
    steps = Steps()
    with pytest.raises(RetryLater) as caught:
        await mailer(server, timeout=0.5).send(message(), steps.before_data)
    assert (steps.taken, caught.value.ambiguous, len(server.accepted)) == (taken, ambiguous, accepted)


@pytest.mark.parametrize(("stage", "taken"), [("rcpt", 0), ("data", 1)])
async def test_a_final_refusal_is_final(server: MailServer, stage: Any, taken: int) -> None:
    server.refuse(stage, "550 5.1.1 No such user")
    steps = Steps()
    with pytest.raises(Permanent, match=r"550 5\.1\.1 No such user") as caught:
        await mailer(server).send(message(), steps.before_data)
    assert (caught.value.code, steps.taken) == ("550", taken)


async def test_nothing_is_sent_when_the_record_cannot_be_made(server: MailServer) -> None:
    async def fail() -> None:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="the database is away"):
        await mailer(server).send(message(), fail)
    assert not server.accepted


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    server = await MailServer.start()
    await server.aclose()
    with pytest.raises(RetryLater) as caught:
        await mailer(server).send(message(), Steps().before_data)
    assert not caught.value.ambiguous


async def test_nothing_is_said_in_the_clear_where_tls_is_wanted(server: MailServer) -> None:
    steps = Steps()
    for security in ("starttls", "tls"):
        with pytest.raises(RetryLater) as caught:
            await mailer(server, security=security, timeout=1).send(message(), steps.before_data)
        assert not caught.value.ambiguous
    assert steps.taken == 0
    assert not server.accepted


async def test_without_a_host_mail_is_off() -> None:
    assert Mailer.from_settings(Settings(_env_file=None)) is None
    settings = Settings(_env_file=None, smtp_host="mail.example", mail_from="a@b.example")
    assert Mailer.from_settings(settings) is not None
