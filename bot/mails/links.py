"""The links that confirm an address: signed, bound to one question, good for a day."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.config import Settings

LIFETIME, LIFETIME_WORDS = timedelta(hours=24), "24 hours"
MOST = 400

_DIGITS = 22
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """What a link names: whose address, and when the question about it was asked."""

    owner: str
    asked_at: datetime

    def is_old(self, now: datetime) -> bool:
        """Tell whether the link works no more."""
        return now > self.asked_at + LIFETIME


def sign(settings: Settings, question: Question) -> str:
    """Return the last part of the link's address."""
    moment = (question.asked_at - _EPOCH) // timedelta(microseconds=1)
    said = _plain(f"{moment} {question.owner}".encode())
    return f"{said}.{_mark(settings, said)}"


def read(settings: Settings, token: str) -> Question | None:
    """Return what a link names; None for one that we never made."""
    said, _, mark = token.partition(".")
    if len(token) > MOST or not token.isascii() or not hmac.compare_digest(mark, _mark(settings, said)):
        return None
    try:
        plain = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
        moment, _, owner = plain.partition(" ")
        return Question(owner, _EPOCH + timedelta(microseconds=int(moment)))
    except (binascii.Error, ValueError, OverflowError):
        return None


def _mark(settings: Settings, said: str) -> str:
    # A secret that every replica has, that nobody chose by heart, and that is for nothing else in this form.
    secret = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    key = hmac.digest(secret.encode(), b"patchforge: confirm an address", hashlib.sha256)
    return _plain(hmac.digest(key, said.encode(), hashlib.sha256))[:_DIGITS]


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
