"""SMTP: one message to one recipient, with each failure named by whether it may have gone out."""

import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Literal, Self

import aiosmtplib

from bot.clients.observe import Observe, nobody, observed
from bot.config import Settings
from bot.errors import Permanent, RetryLater

Security = Literal["starttls", "tls", "none"]

# How long the farewell may take; the message has been accepted by then.
_QUIT_SECONDS = 5.0


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
        RetryLater, `ambiguous` when the connection broke after that, or Permanent (`code` is the reply's).
        """
        with observed(self._observe, "smtp", "send"):
            return await self._send(message, before_data)

    async def check(self) -> None:
        """Connect, agree on TLS and log in as for a message, but send none; raises RetryLater."""
        smtp = self._client()
        try:
            await self._connect(smtp)
            await smtp.noop()
            await smtp.quit(timeout=_QUIT_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise RetryLater(f"the mail server {self._host} broke off: {_words(error)}") from error
        finally:
            smtp.close()

    async def _send(self, message: EmailMessage, before_data: Callable[[], Awaitable[None]]) -> str:
        smtp = self._client()
        content = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        try:
            await self._connect(smtp)
            await self._envelope(smtp, message)
            await before_data()
            answer = await self._data(smtp, content)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit(timeout=_QUIT_SECONDS)
        finally:
            smtp.close()
        return answer

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
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise RetryLater(f"the mail server broke off: {_words(error)}") from error
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
