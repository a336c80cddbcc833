"""When somebody works: by what they chose, and by what Slack tells of them."""

from datetime import time

from sqlalchemy import Connection

from bot.reminders.schedule import WEEKDAYS
from bot.reminders.working import Away, Calendar
from storage import profiles
from storage.profiles import FOREVER, Profile


def calendar_of(connection: Connection, slack_user: str) -> Calendar:
    """Return the working time of a Slack user; what nobody told is Monday to Friday, 9 to 17 o'clock, UTC."""
    return calendar(profiles.get(connection, slack_user))


def calendar(profile: Profile) -> Calendar:
    """Return the working time of the person whose profile this is."""
    usual = Calendar()
    return Calendar(
        zone=profile.zone or usual.zone,
        days=WEEKDAYS if profile.days is None else profile.days,
        starts=usual.starts if profile.starts is None else clock(profile.starts),
        ends=usual.ends if profile.ends is None else clock(profile.ends),
        country=profile.country or "",
        away=_away(profile),
    )


def clock(minutes: int) -> time:
    """Return the time of day that is so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)


def _away(profile: Profile) -> Away | None:
    if profile.away_since is None or profile.away_until is None:
        return None
    return Away(profile.away_since, None if profile.away_until >= FOREVER else profile.away_until)
