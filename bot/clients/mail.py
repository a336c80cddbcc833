"""SMTP: one message to one recipient, with each failure named by whether it may have gone out.

A few connections are kept open and used again. That a server has closed one meanwhile shows before the text,
so that the message goes over a fresh one.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal, Self

import aiosmtplib

from bot.clients.observe import Observe, nobody, observed
from bot.config import Settings
from bot.errors import Permanent, RateLimited, RetryLater

Security = Literal["starttls", "tls", "none"]

# The pace of every e-mail: it is the relay's, whoever it goes to.
LANE = "mail"
# How long the farewell may take; the message has been accepted by then.
_QUIT_SECONDS = 5.0
# Relays count the connections of each client, and close those that idle or have carried many messages.
CONNECTIONS, IDLE_SECONDS, MESSAGES = 4, 15.0, 100
# What a server answers when it closes the connection, whatever it was asked.
_CLOSING = 421
# Who finds so many waiting for a connection comes back in so many seconds: waiting keeps other jobs out.
_WAITING, _BUSY_SECONDS = 4, 1.0


@dataclass(slots=True, eq=False)
class _Line:
    """One connection, how many messages it has carried, and what closes it when it idles."""

    smtp: aiosmtplib.SMTP
    carried: int = 0
    closing: asyncio.TimerHandle | None = None


class _StaleError(RetryLater):
    """The server has closed the connection, or is about to, and took nothing."""


class Mailer:
    """Sends e-mail through one server; `timeout` is in seconds and counts for each command."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = "starttls",
        username: str | None = None,
        password: str | None = None,
        timeout: float = 60,
        tls: ssl.SSLContext | None = None,
        observe: Observe = nobody,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        self._timeout = timeout
        self._tls = tls
        self._observe = observe
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._waiting = 0
        self._idle: list[_Line] = []

    @classmethod
    def from_settings(cls, settings: Settings, observe: Observe = nobody) -> Self | None:
        """Return the server that the settings name; None when e-mail is off."""
        if not settings.smtp_host:
            return None
        password = settings.smtp_password
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            security=settings.smtp_security,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            observe=observe,
        )

    async def send(self, message: EmailMessage, before_data: Callable[[], Awaitable[None]]) -> str:
        """Send the message and return the server's answer.

        `before_data` is awaited once the server has taken the recipient and before it gets the text. Raises
        RetryLater, `ambiguous` when the connection broke after that, RateLimited when every connection is
        busy, or Permanent (`code` is the reply's).
        """
        content = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        async with self._place():
            with observed(self._observe, "smtp", "send"):
                line = await self._addressed(message)
                try:
                    await before_data()
                    answer = await self._data(line.smtp, content)
                except BaseException:
                    line.smtp.close()
                    raise
                await self._keep(line)
        return answer

    async def check(self, sender: str) -> None:
        """Connect, agree on TLS, log in and name the sender as for a message, but send none.

        Raises RetryLater, also where the server takes nothing from this address.
        """
        smtp = self._client()
        try:
            await self._connect(smtp)
            await smtp.mail(parseaddr(sender)[1])
            await smtp.rset()
            await smtp.quit(timeout=_QUIT_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise RetryLater(f"the mail server {self._host} broke off: {_words(error)}") from error
        finally:
            smtp.close()

    async def aclose(self) -> None:
        """Take leave of the server on every connection that is open."""
        while self._idle:
            await _quit(self._taken().smtp)

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """Wait for one of the few connections; raises RateLimited where too many do."""
        if self._places.locked() and self._waiting >= _WAITING:
            raise RateLimited("every connection to the mail server is busy", after=_BUSY_SECONDS)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    async def _addressed(self, message: EmailMessage) -> _Line:
        """Return a connection on which the server has taken the recipient."""
        while self._idle:
            line = self._taken()
            try:
                await self._envelope(line.smtp, message)
            except _StaleError:
                line.smtp.close()
            except BaseException:
                line.smtp.close()
                raise
            else:
                return line
        line = _Line(self._client())
        try:
            await self._connect(line.smtp)
            await self._envelope(line.smtp, message)
        except BaseException:
            line.smtp.close()
            raise
        return line

    def _taken(self) -> _Line:
        line = self._idle.pop()
        if line.closing:
            line.closing.cancel()
        return line

    async def _keep(self, line: _Line) -> None:
        line.carried += 1
        if line.carried >= MESSAGES or not line.smtp.is_connected:
            await _quit(line.smtp)
            return

        def close() -> None:
            self._idle.remove(line)
            line.smtp.close()

        line.closing = asyncio.get_running_loop().call_later(IDLE_SECONDS, close)
        self._idle.append(line)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            # Looking up the machine's own name can take seconds; an address literal is always valid.
            local_hostname="[127.0.0.1]",
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls if self._security != "none" else None,
        )

    async def _connect(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.connect()
            if not smtp.supports_esmtp:
                await smtp.ehlo()
        except aiosmtplib.SMTPAuthenticationError as error:
            # It says nothing of the message: whoever runs the bot can mend it, and then it goes out.
            raise RetryLater(f"the mail server refused the login: {_words(error)}") from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise RetryLater(f"the mail server {self._host} cannot be used: {_words(error)}") from error

    async def _envelope(self, smtp: aiosmtplib.SMTP, message: EmailMessage) -> None:
        sender, recipient = _address(message, "From"), _address(message, "To")
        try:
            await smtp.mail(sender)
            await smtp.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as error:
            if error.code == _CLOSING:
                raise _StaleError(f"the mail server answered {_words(error)}") from error
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _StaleError(f"the mail server broke off: {_words(error)}") from error
        except ValueError as error:
            raise Permanent(f"the address cannot be sent to: {error}", code="address") from error

    async def _data(self, smtp: aiosmtplib.SMTP, content: bytes) -> str:
        try:
            response = await smtp.data(content)
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise RetryLater(
                f"the mail server broke off while taking the text: {_words(error)}", ambiguous=True
            ) from error
        return " ".join(f"{response.code} {response.message}".split())


async def _quit(smtp: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await smtp.quit(timeout=_QUIT_SECONDS)
    smtp.close()


def _address(message: EmailMessage, header: str) -> str:
    addresses = message[header].addresses
    return str(addresses[0].addr_spec) if addresses else ""


def _refused(error: aiosmtplib.SMTPResponseException) -> Exception:
    """Name a reply: 5xx is final, 4xx is not, and neither took the message; anything else is no reply."""
    reason = f"the mail server answered {_words(error)}"
    if 500 <= error.code <= 599:
        return Permanent(reason, code=str(error.code))
    if 400 <= error.code <= 499:
        return RetryLater(reason)
    return RetryLater(reason, ambiguous=isinstance(error, aiosmtplib.SMTPDataError))


def _words(error: Exception) -> str:
    """Return the failure on one line, without control characters."""
    text = (
        f"{error.code} {error.message}"
        if isinstance(error, aiosmtplib.SMTPResponseException)
        else str(error) or type(error).__name__
    )
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()[:300]
