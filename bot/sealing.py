"""Secrets at rest: sealed with the first of ENCRYPTION_KEY's keys, opened with any of them."""

from typing import TYPE_CHECKING

from bot.config import Settings
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


def seal(settings: Settings, secret: str) -> str:
    """Return the secret as it may be stored; raises ConfigurationError without a key."""
    return _keys(settings).encrypt(secret.encode()).decode()


def unseal(settings: Settings, sealed: str) -> str | None:
    """Return the secret; None if it was sealed with a key that is no longer there."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see below

    try:
        return _keys(settings).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _keys(settings: Settings) -> "MultiFernet":
    # Only who stores a secret needs it, and it takes a twentieth of a start to load.
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

    if not settings.encryption_key:
        raise ConfigurationError("ENCRYPTION_KEY is not set; see the README's configuration table")
    return MultiFernet([Fernet(key.get_secret_value()) for key in settings.encryption_key])
