"""E-mail leaves once, and what may have happened when it did not is known exactly."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.clients.mail import CONNECTIONS, Mailer
from bot.config import Settings
from bot.errors import Permanent, RateLimited, RetryLater
from bot.models import SystemClock
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


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_is_spoken_with_whom_the_certificate_names_and_nobody_else(
    tmp_path: Path, security: Literal["starttls", "tls"]
) -> None:
    authority = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    taken: list[bytes] = []

    class Handler:
        async def handle_DATA(  # noqa: N802 - aiosmtpd's name
            self, _server: SMTP, _session: Session, envelope: Envelope
        ) -> str:
            taken.append(envelope.original_content or b"")
            return "250 OK"

    def serve() -> SMTP:
        if security == "tls":
            return SMTP(Handler())
        return SMTP(Handler(), tls_context=context, require_starttls=True)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=context if security == "tls" else None)
    port = server.sockets[0].getsockname()[1]
    try:
        trusting = Mailer("localhost", port, security=security, timeout=5, tls=authority)
        assert await trusting.send(message(), Steps().before_data) == "250 OK"
        with pytest.raises(RetryLater, match="certificate"):
            await Mailer("localhost", port, security=security, timeout=5).send(message(), Steps().before_data)
        assert len(taken) == 1
    finally:
        server.close()
        await server.wait_closed()


def certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for localhost and its key; return the context of somebody who trusts it."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return ssl.create_default_context(cadata=pem.decode())


async def test_many_mails_go_over_a_few_connections(server: MailServer) -> None:
    sending = mailer(server)
    people = iter(range(200))

    async def some() -> None:
        for number in people:
            await sending.send(message(f"p{number}@acme.example"), Steps().before_data)

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
    assert len({one.recipient for one in server.accepted}) == len(server.accepted) == 200
    assert server.connections <= 2 * CONNECTIONS
    await sending.aclose()


async def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(server: MailServer) -> None:
    sending = mailer(server)
    await sending.send(message(), Steps().before_data)
    server.disconnect("rcpt", times=1)
    await sending.send(message("ada@acme.example"), Steps().before_data)
    server.refuse("rcpt", "421 4.4.2 idle for too long", times=1)
    await sending.send(message("aiko@acme.example"), Steps().before_data)
    assert len(server.accepted) == 3
    assert server.connections == 3
    await sending.aclose()


async def test_who_finds_every_connection_busy_comes_back_and_keeps_no_place(server: MailServer) -> None:
    sending = mailer(server)
    server.hang("rcpt")
    waiting = [
        asyncio.create_task(sending.send(message(f"p{number}@acme.example"), Steps().before_data))
        for number in range(2 * CONNECTIONS)
    ]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited, match="busy") as caught:
        await sending.send(message(), Steps().before_data)
    assert not caught.value.ambiguous
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    server.clear_faults()
    await sending.send(message(), Steps().before_data)
    await sending.aclose()


async def test_without_a_host_mail_is_off() -> None:
    assert Mailer.from_settings(Settings(_env_file=None)) is None
    settings = Settings(_env_file=None, smtp_host="mail.example", mail_from="a@b.example")
    assert Mailer.from_settings(settings) is not None
