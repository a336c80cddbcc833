"""The demo's clock: time goes on by itself, and a visitor may let more of it pass."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


class DemoClock:
    """The machine's clock plus what was skipped; with a `file` the bot's process skips the same."""

    def __init__(self, file: Path | None = None) -> None:
        self.skipped = 0.0
        self._file = file
        self.skip(0)

    def time(self) -> float:
        """Return the moment in seconds since 1970."""
        return time.time() + self.skipped

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def skip(self, seconds: float) -> None:
        """Let so much time pass at once; time only goes on."""
        if seconds < 0:
            raise ValueError("time only goes on")
        self.skipped += seconds
        if self._file is not None:
            # the bot reads it at any moment, and must never find half of it
            fresh = self._file.with_suffix(".new")
            fresh.write_text(f"{self.skipped}")
            fresh.replace(self._file)

    def until_morning(self, zone: str, weekday: int | None = None) -> float:
        """Return in how many seconds it is 9:30 in a zone on the next day, or on that day of the week."""
        here = self.now().astimezone(ZoneInfo(zone))
        days = (weekday - here.weekday() - 1) % 7 + 1 if weekday is not None else 1
        morning = (here + timedelta(days=days)).replace(hour=9, minute=30, second=0, microsecond=0)
        return morning.timestamp() - self.time()
