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
from handlers.feature import Feature, Schedule

# What looks at the clock every few minutes looks soon: whoever let time pass is watching.
_OFTEN, _SOON = timedelta(minutes=10), timedelta(seconds=1)


class MovedClock:
    """The machine's clock and as many seconds more as a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return SystemClock().now() + timedelta(seconds=float(self._file.read_text()))


def quick(feature: Feature) -> Feature:
    """Return a feature whose frequent schedules are more frequent."""
    return replace(feature, schedules=tuple(_sooner(schedule) for schedule in feature.schedules))


def _sooner(schedule: Schedule) -> Schedule:
    often = isinstance(schedule.every, timedelta) and schedule.every <= _OFTEN
    return replace(schedule, every=_SOON) if often else schedule


def main() -> None:
    """Run the bot until it is stopped; the only argument names the clock's file."""
    settings = load_settings()
    logs.configure(settings)
    features = tuple(quick(feature) for feature in FEATURES)
    asyncio.run(app.run(settings, features, clock=MovedClock(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
