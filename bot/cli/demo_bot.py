"""The bot that stands in the demo: the real one, by a clock that a visitor may move on."""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import app, logs
from bot.config import load_settings
from bot.models import SystemClock
from handlers import FEATURES
from handlers.feature import Feature

# What looks at the clock looks soon, for whoever let time pass is watching; what asks GitHub keeps its pace.
_BY_THE_CLOCK, _SOON = frozenset({"reminders", "direct", "home"}), timedelta(seconds=1)


class MovedClock:
    """The machine's clock and as many seconds more as a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return SystemClock().now() + timedelta(seconds=float(self._file.read_text()))


def quick(feature: Feature) -> Feature:
    """Return a feature that looks at the clock more often, if that is all that its schedules do."""
    if feature.name not in _BY_THE_CLOCK:
        return feature
    return replace(feature, schedules=tuple(replace(one, every=_SOON) for one in feature.schedules))


def main() -> None:
    """Run the bot until it is stopped; the only argument names the clock's file."""
    settings = load_settings()
    logs.configure(settings)
    features = tuple(quick(feature) for feature in FEATURES)
    asyncio.run(app.run(settings, features, clock=MovedClock(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
