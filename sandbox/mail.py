"""A mail server that keeps every message, and fails at the recipients and moments it is told to.

`MailServer.start()` listens for SMTP on a free port of 127.0.0.1; with a `username` it insists on AUTH.
`messages` holds what was accepted, `accepted` has one row per recipient: the ledger that shows whether
somebody was written to twice; `connections` counts all that were made. Faults: `refuse`, `disconnect`,
`hang`; `clear_faults` ends them.
`on_call(moment, recipients)` sees `rcpt`, `before_data`, `data` (the text is here, not yet accepted) and
`after_data` (accepted, not yet answered); where it says False the connection breaks there.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Stage = Literal["mail", "rcpt", "data"]
Moment = Literal["rcpt", "before_data", "inside_data", "after_data"]

_KEPT = 1000
_Action = Literal["refuse", "disconnect", "hang"]


@dataclass(frozen=True)
class MailMessage:
    """One accepted e-mail; `headers` keeps the order and repetitions of the original."""

    id: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    def header(self, name: str) -> str | None:
        """Return the first header of that name, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Accept:
    """One recipient for whom a message was accepted."""

    at: datetime
    recipient: str
    message_id: str
    subject: str


@dataclass
class _Fault:
    action: _Action
    where: str
    recipient: str | None
    times: int | None
    reply: str = ""


class MailServer:
    """A stateful SMTP server; create it with `start()` and close it with `aclose()`."""

    def __init__(self, username: str | None = None, password: str | None = None) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.messages: deque[MailMessage] = deque(maxlen=_KEPT)
        self.accepted: deque[Accept] = deque(maxlen=_KEPT)
        self.connections = 0
        self.username = username
        self.password = password
        self.on_call: Callable[[str, list[str]], bool] = lambda _moment, _recipients: True
        self._faults: list[_Fault] = []
        self._released = asyncio.Event()
        self._changed = asyncio.Event()
        self._next_id = 1
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    @classmethod
    async def start(cls, port: int = 0, *, username: str | None = None, password: str | None = None) -> Self:
        """Listen on 127.0.0.1 and return the running server."""
        mail = cls(username, password)
        loop = asyncio.get_running_loop()
        mail._server = await loop.create_server(lambda: _Connection(mail, mail._open), mail.host, port)
        mail.port = mail._server.sockets[0].getsockname()[1]
        return mail

    async def aclose(self) -> None:
        """Stop listening and cut every connection that is still open."""
        self._released.set()
        if self._server is None:
            return
        self._server.close()
        tasks = [task for connection in list(self._open) for task in connection.cut()]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    def refuse(
        self, stage: Stage, reply: str, recipient: str | None = None, times: int | None = None
    ) -> None:
        """Answer `reply` ("451 4.7.1 Try later") at `stage`, to one recipient or all, `times` or always."""
        self._faults.append(_Fault("refuse", stage, recipient, times, reply))

    def disconnect(self, moment: Moment, recipient: str | None = None, times: int | None = None) -> None:
        """Cut the connection at `moment`; `after_data` keeps the message and withholds the 250."""
        self._faults.append(_Fault("disconnect", moment, recipient, times))

    def hang(self, stage: Stage, recipient: str | None = None, times: int | None = None) -> None:
        """Never answer at `stage`, until `clear_faults` or `aclose`; then the connection is cut."""
        self._faults.append(_Fault("hang", stage, recipient, times))

    def clear_faults(self) -> None:
        """Work properly from now on and release connections that hang."""
        self._faults.clear()
        self._released.set()
        self._released = asyncio.Event()

    async def until(self, holds: Callable[[Self], bool], timeout: float = 10) -> None:
        """Wait until `holds(self)` is true; raise TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while not holds(self):
                await self.changed()

    async def changed(self) -> None:
        """Wait for the next accepted message."""
        await self._changed.wait()

    def snapshot(self) -> list[dict[str, Any]]:
        """Return the messages, newest first, as JSON-ready dicts; `at` is Unix seconds."""
        return [
            {
                "id": message.id,
                "at": message.at.timestamp(),
                "from": message.header("From") or message.sender,
                "to": list(message.recipients),
                "subject": message.subject,
                "text": message.text,
                "html": message.html,
            }
            for message in reversed(self.messages)
        ]

    # What follows is called by aiosmtpd, by these names.

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names its hooks after the SMTP verbs
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Insist on AUTH when there is a password, and take a sender unless a fault says otherwise."""
        if self.username is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if refusal := await self.fail(server, "mail", []):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - see handle_MAIL
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient unless a fault says otherwise."""
        if refusal := await self.fail(server, "rcpt", [address]):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - see handle_MAIL
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message unless a fault says otherwise."""
        if refusal := await self.fail(server, "data", envelope.rcpt_tos):
            return refusal
        self._keep(envelope)
        await self.fail(server, "after_data", envelope.rcpt_tos)
        return "250 2.0.0 OK: queued"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Compare the login with the one given to `start`."""
        good = (
            mechanism in {"LOGIN", "PLAIN"}
            and isinstance(data, LoginPassword)
            and data.login.decode() == self.username
            and data.password.decode() == self.password
        )
        return AuthResult(success=good, handled=False)

    def fault(self, where: str, recipients: list[str]) -> _Fault | None:
        """Return the first fault that applies there to one of the recipients."""
        applies = (
            fault
            for fault in self._faults
            if fault.where == where and (fault.recipient is None or fault.recipient in recipients)
        )
        return next(applies, None)

    async def fail(self, server: SMTP, where: str, recipients: list[str]) -> str | None:
        """Do what the first matching fault says; return the reply of a refusal, None to go on."""
        if where != "mail" and not self.on_call(where, recipients):
            return _dropped(server)
        fault = self.fault(where, recipients)
        if fault is None:
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
        if fault.action == "refuse":
            return fault.reply
        if fault.action == "hang":
            await self._released.wait()
        return _dropped(server)

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        parsed = message_from_bytes(raw, policy=policy.default)
        at = datetime.fromtimestamp(time.time(), UTC)
        message = MailMessage(
            id=self._next_id,
            at=at,
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            subject=str(parsed.get("Subject", "")),
            text=_body(parsed, "plain"),
            html=_body(parsed, "html"),
            headers=tuple((name, str(value)) for name, value in parsed.items()),
            raw=raw,
        )
        self._next_id += 1
        self.messages.append(message)
        mark = message.header("Message-ID") or ""
        self.accepted.extend(Accept(at, recipient, mark, message.subject) for recipient in message.recipients)
        self._changed.set()
        self._changed = asyncio.Event()


class _Connection(SMTP):
    """One client's connection: aiosmtpd's protocol with the faults that happen inside DATA."""

    def __init__(self, mail: MailServer, registry: "set[_Connection]") -> None:
        # aiosmtpd warns when AUTH is required without TLS, so `handle_MAIL` requires it instead.
        super().__init__(
            mail,
            hostname="mail.sandbox",
            ident="PatchForge sandbox",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=mail.authenticate,
            auth_exclude_mechanism=() if mail.username else ("LOGIN", "PLAIN"),
        )
        self._mail = mail
        self._registry = registry

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._mail.connections += 1
        self._registry.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._registry.discard(self)
        super().connection_lost(error)

    def cut(self) -> list[asyncio.Task[None]]:
        """Drop the connection and return the tasks that end with it."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        return [self._handler_coroutine] if self._handler_coroutine else []

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if await self._mail.fail(self, "before_data", recipients):
            return
        if self._mail.fault("inside_data", recipients):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            await self._mail.fail(self, "inside_data", recipients)
            return
        await super().smtp_DATA(arg)


def _dropped(server: SMTP) -> str:
    transport = server.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    return "421 4.3.0 closing"


def _body(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
