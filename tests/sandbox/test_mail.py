"""The stand-in mail server, seen through a real SMTP client."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest

from sandbox.mail import MailServer


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = await MailServer.start()
    yield server
    await server.aclose()


def letter(*recipients: str, subject: str = "Released: grüße 🎉") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "PatchForge <notes@example.org>"
    message["To"] = ", ".join(recipients)
    message["Subject"] = subject
    message["Message-ID"] = "<one@example.org>"
    message["List-Unsubscribe"] = "<https://example.org/u>"
    message.set_content("Your change is out.\n")
    message.add_alternative("<p>Your change is <b>out</b>.</p>\n", subtype="html")
    return message


async def send(mail: MailServer, *recipients: str, **options: str | float) -> None:
    await aiosmtplib.send(
        letter(*recipients),
        hostname=mail.host,
        port=mail.port,
        username=options.get("username"),  # type: ignore[arg-type]  # the options are strings but for the timeout
        password=options.get("password"),  # type: ignore[arg-type]  # as above
        timeout=float(options.get("timeout", 10)),
    )


async def test_a_message_is_kept_with_its_text_html_and_headers(mail: MailServer) -> None:
    await send(mail, "ada@example.org", "bob@example.org")
    await mail.until(lambda server: len(server.messages) == 1)
    message = mail.messages[0]
    assert message.subject == "Released: grüße 🎉"
    assert message.text.strip() == "Your change is out."
    assert "<b>out</b>" in message.html
    assert message.header("list-unsubscribe") == "<https://example.org/u>"
    assert message.recipients == ("ada@example.org", "bob@example.org")
    assert [row.recipient for row in mail.accepted] == ["ada@example.org", "bob@example.org"]
    assert mail.snapshot()[0]["to"] == ["ada@example.org", "bob@example.org"]


async def test_waiting_for_mail_ends_when_it_arrives_or_time_is_up(mail: MailServer) -> None:
    with pytest.raises(TimeoutError):
        await mail.until(lambda server: bool(server.messages), timeout=0.01)
    waiting = asyncio.create_task(mail.until(lambda server: bool(server.messages)))
    await send(mail, "ada@example.org")
    await waiting


@pytest.mark.parametrize("reply", ["451 4.7.1 Try later", "550 5.1.1 No such user"])
async def test_one_recipient_can_be_refused_and_the_others_not(mail: MailServer, reply: str) -> None:
    mail.refuse("rcpt", reply, "bob@example.org")
    errors, _ = await aiosmtplib.send(
        letter("ada@example.org", "bob@example.org"), hostname=mail.host, port=mail.port
    )
    assert errors["bob@example.org"].code == int(reply[:3])
    assert [row.recipient for row in mail.accepted] == ["ada@example.org"]


async def test_a_refusal_can_pass_after_some_times(mail: MailServer) -> None:
    mail.refuse("data", "421 4.3.2 Busy", times=1)
    with pytest.raises(aiosmtplib.SMTPDataError):
        await send(mail, "ada@example.org")
    assert not mail.messages
    await send(mail, "ada@example.org")
    assert len(mail.messages) == 1


@pytest.mark.parametrize(("moment", "kept"), [("before_data", 0), ("inside_data", 0), ("after_data", 1)])
async def test_the_connection_can_be_cut_around_data(mail: MailServer, moment: str, kept: int) -> None:
    mail.disconnect(moment, "ada@example.org", times=1)  # type: ignore[arg-type]  # the table holds literals
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await send(mail, "ada@example.org")
    assert len(mail.accepted) == kept
    await send(mail, "ada@example.org")
    assert len(mail.accepted) == kept + 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_server_that_hangs_is_given_up_on(mail: MailServer, stage: str) -> None:
    mail.hang(stage)  # type: ignore[arg-type]  # the table holds literals
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await send(mail, "ada@example.org", timeout=0.2)
    mail.clear_faults()
    await send(mail, "ada@example.org")
    assert len(mail.accepted) == 1


async def test_a_password_is_insisted_on() -> None:
    server = await MailServer.start(username="patchforge", password="right")
    try:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await send(server, "ada@example.org", username="patchforge", password="wrong")
        with pytest.raises(aiosmtplib.SMTPSenderRefused):
            await send(server, "ada@example.org")
        await send(server, "ada@example.org", username="patchforge", password="right")
        assert len(server.messages) == 1
    finally:
        await server.aclose()


async def test_closing_cuts_a_client_that_is_still_connected() -> None:
    server = await MailServer.start()
    client = aiosmtplib.SMTP(hostname=server.host, port=server.port)
    await client.connect()
    await server.aclose()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await client.noop()
    client.close()
