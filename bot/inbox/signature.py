"""GitHub's webhook signature: SHA-256 only, compared in constant time, before anything is parsed."""

import hmac
from collections.abc import Sequence

_PREFIX = b"sha256="


def is_signed(body: bytes, header: str | None, secrets: Sequence[bytes]) -> bool:
    """Tell whether `X-Hub-Signature-256` fits the body under any of the secrets in force."""
    # Bytes, because compare_digest raises on text that is not ASCII.
    given = (header or "").encode("utf-8", "surrogateescape")
    fits = False
    for secret in secrets:
        wanted = _PREFIX + hmac.digest(secret, body, "sha256").hex().encode()
        fits |= hmac.compare_digest(wanted, given)
    return fits
