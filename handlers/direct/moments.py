"""When a person may be written to: not while away, snoozing, or outside of the hours that they told."""

from datetime import datetime, timedelta

from bot.people.working import calendar
from storage.attention import Attention
from storage.profiles import Profile

# How long to wait for the end of an absence that nobody knows; and how often to look whether it still lasts.
_SOMETIME, _LOOK_AGAIN = timedelta(hours=6), timedelta(hours=1)


def next_moment(profile: Profile, said: Attention, now: datetime) -> datetime:
    """Return the next moment at which to write to a person: `now` if nothing stands against it.

    Whoever told neither hours nor days is written to at any time.
    """
    start = said.snoozed_until if said.snoozed_until and said.is_snoozed(now) else now
    if profile.starts is not None or profile.days is not None:
        return calendar(profile).next_working(start) or now + _SOMETIME
    if not profile.is_away(start) or profile.away_until is None:
        return start
    return min(profile.away_until, start + _SOMETIME)


def look_at(moment: datetime, now: datetime) -> datetime:
    """Return when to look whether the moment has come: plans change."""
    return min(moment, now + _LOOK_AGAIN)
