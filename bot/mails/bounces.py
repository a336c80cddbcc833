"""What comes back of e-mails: delivery status notifications (RFC 3464), and what relays report of them.

Whoever can reach the mailbox can forge one, so it only ever names a text and an address; whether that text
went to that address is for the caller to look up.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

MOST_BYTES = 512 * 1024

_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,120}@[^<>\s@]{1,78}>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Of no use to the next e-mail: the mailbox was full, or this text was refused, not the address.
_NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[23]|[367]\.\d+)")
_PARTS = 20


@dataclass(frozen=True, slots=True)
class Bounce:
    """One failure: the Message-ID with its brackets, the address in lower case, and the status (`5.1.1`)."""

    message_id: str
    address: str
    status: str

    @property
    def is_final(self) -> bool:
        """Tell whether the text will not arrive."""
        return self.status.startswith("5.")

    @property
    def is_of_address(self) -> bool:
        """Tell whether no other text would arrive there either."""
        return self.is_final and not _NOT_THE_ADDRESS.fullmatch(self.status)


def read_notification(content: bytes) -> list[Bounce]:
    """Return the failures in a delivery status notification; none for any other e-mail."""
    try:
        message = message_from_bytes(content[:MOST_BYTES], policy=policy.compat32)
    except RecursionError:  # parts within parts: nothing that a mail server writes
        return []
    if message.get_content_type() != "multipart/report":
        return []
    parts = [part for part, _ in zip(message.walk(), range(_PARTS), strict=False)]
    named = _original(parts)
    if named is None:
        return []
    return [
        Bounce(named, address, status)
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for address, status in _failures(part)
    ]


def read_report(content: bytes) -> list[Bounce] | None:
    """Return the failures in a relay's report, in JSON; None where it is none that is understood.

    They are `{"message_id": …, "address": …, "status": …}`, alone or in a list, and those of SendGrid and
    Mailgun.
    """
    try:
        said = json.loads(content[:MOST_BYTES])
    except (ValueError, RecursionError):
        return None
    rows = said if isinstance(said, list) else [said]
    if not all(isinstance(row, Mapping) for row in rows):
        return None
    found = [_reported(row) for row in rows]
    return [one for one in found if one is not None]


def _reported(row: Mapping[str, Any]) -> Bounce | None:
    if isinstance(event := row.get("event-data"), Mapping):  # Mailgun
        headers = _inside(_inside(event, "message"), "headers")
        state = _inside(event, "delivery-status")
        lasting = "5.0.0" if event.get("severity") == "permanent" else "4.0.0"
        status = _status(state.get("enhanced-code")) or lasting
        failed = event.get("event") == "failed"
        return _bounce(headers.get("message-id"), event.get("recipient"), status) if failed else None
    if "event" in row:  # SendGrid
        status = _status(row.get("status")) or "5.0.0"
        failed = row["event"] == "bounce" and row.get("type", "bounce") == "bounce"
        return _bounce(row.get("smtp-id"), row.get("email"), status) if failed else None
    return _bounce(row.get("message_id"), row.get("address"), _status(row.get("status")))


def _bounce(message_id: object, address: object, status: str) -> Bounce | None:
    named = f"<{str(message_id).strip().strip('<>')}>"
    if not status or not isinstance(address, str) or not _MESSAGE_ID.fullmatch(named):
        return None
    return Bounce(named, address.strip().strip("<>").lower()[:320], status)


def _inside(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def _status(value: object) -> str:
    found = _STATUS.search(value[:200]) if isinstance(value, str) else None
    return found[0] if found else ""


def _original(parts: list[Message]) -> str | None:
    """Return the Message-ID of the text that came back: its headers stand in the last part."""
    for part in reversed(parts):
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
            found = re.search(r"^message-id:\s*(<[^<>\s]{1,200}>)", text, re.IGNORECASE | re.MULTILINE)
            return found[1] if found else None
        if kind == "message/rfc822" and part.is_multipart():
            return _named(part.get_payload(0))
    return None


def _named(original: Any) -> str | None:
    found = _MESSAGE_ID.search(str(original.get("Message-ID", ""))[:300])
    return found[0] if found else None


def _failures(part: Message) -> Iterator[tuple[str, str]]:
    """Find each recipient that is said to have failed, with the status."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action, status = str(block.get("Action", "")).strip().lower(), _status(str(block.get("Status", "")))
        if action != "failed" or not status:
            continue
        for header in ("Original-Recipient", "Final-Recipient"):
            kind, _, address = str(block.get(header, ""))[:400].partition(";")
            if kind.strip().lower() == "rfc822" and "@" in address:
                yield address.strip().strip("<>").lower(), status
