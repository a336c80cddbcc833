"""Which webhooks are ours, which of their deliveries never arrived, and when to ask for them again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.clients.github import Attempt
from bot.facts.payloads import EVENTS

DOOR = "/webhooks/github"
# For so long GitHub delivers an event again when asked.
KEPT = timedelta(days=3)
# Attempts are listed by when they began and dated by when they ended: so far apart two may stand.
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before each request to deliver an event again, after the one before."""

    gaps: Sequence[timedelta] = (
        timedelta(),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(hours=24),
    )

    def next(self, attempts: int, now: datetime) -> datetime | None:
        """Return when to ask for the next time after so many requests; None to give up."""
        return now + self.gaps[attempts] if attempts < len(self.gaps) else None


def is_ours(url: str, public_url: str) -> bool:
    """Tell whether a webhook leads here; without a public URL its path alone has to tell."""
    if public_url:
        return url.rstrip("/") == public_url.rstrip("/") + DOOR
    return urlsplit(url).path.rstrip("/").endswith(DOOR)


def unsuccessful(attempts: Sequence[Attempt], succeeded: Collection[str]) -> list[Attempt]:
    """Return the latest attempt of each event that we act on and that none succeeded for."""
    latest: dict[str, Attempt] = {}
    for attempt in attempts:
        if attempt.event in EVENTS and attempt.guid not in succeeded and len(attempt.guid) <= 64:
            latest.setdefault(attempt.guid, attempt)
    return list(latest.values())
