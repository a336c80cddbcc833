"""What an approval is bound to."""

import hashlib
import json
from collections.abc import Iterable

from bot.models import Category, Recipient


def digest(category: Category, text: str, recipients: Iterable[Recipient]) -> str:
    """Return the SHA-256 (64 hex digits) of exactly what would be sent, and to whom."""
    to = sorted((person.address.lower(), person.name) for person in recipients if person.skipped is None)
    content = json.dumps([Category(category).value, text, to], ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()
