"""The deadlines of repositories as they are kept, and the calendars by which their hours count."""

from datetime import time

from bot.reminders.sla import Ladder
from bot.reminders.working import Calendar
from storage.slas import Sla


def ladder_of(sla: Sla) -> Ladder:
    """Return after how many hours each step is due."""
    return Ladder(sla.ladder)


def calendar_of(sla: Sla | None, *, zone: str | None, country: str | None) -> Calendar:
    """Return when time counts: as the deadlines say, else by the channel's `zone` and `country`."""
    usual, said = Calendar(), (sla.calendar if sla else None) or {}
    return Calendar(
        zone=said.get("zone") or zone or usual.zone,
        days=tuple(said["days"]) if said.get("days") else usual.days,
        starts=_clock(said["starts"]) if said.get("starts") is not None else usual.starts,
        ends=_clock(said["ends"]) if said.get("ends") is not None else usual.ends,
        country=said.get("country") or country or usual.country,
    )


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
