"""When a reminder comes next, by the clock and the holidays of its place."""

from datetime import datetime

from sqlalchemy import Connection

from bot.errors import UserError
from bot.reminders.holidays import Holidays
from bot.reminders.request import Order, Reminder, parse_remind
from bot.reminders.schedule import next_after_move, next_at
from storage import channels, profiles, reminders

USUAL = "UTC"


def stored(words: str) -> Reminder | None:
    """Read a reminder that was taken before; None for one that would be refused today."""
    try:
        found = parse_remind(words)
    except UserError:
        return None
    return None if isinstance(found, Order) else found


def zone_for(
    connection: Connection, wanted: Reminder, place: str, *, user: str, told: str | None = None
) -> str:
    """Return the zone to keep with a reminder: none where its words name one.

    A person's own, a channel's, else that of whoever sets it; `told` is what Slack says of that person now.
    """
    if wanted.schedule.zone:
        return ""
    own = None if reminders.is_person(place) else channels.where(connection, place)[0]
    return own or told or profiles.get(connection, user).zone or USUAL


def first(
    connection: Connection, wanted: Reminder, place: str, zone: str, *, after: datetime
) -> datetime | None:
    """Return when a reminder comes for the first time after a moment."""
    return next_at(wanted.schedule, after, zone or USUAL, _holidays(connection, wanted, place))


def following(connection: Connection, reminder: reminders.Reminder, *, after: datetime) -> datetime | None:
    """Return when a reminder comes next after a moment; None for one that comes no more."""
    wanted = stored(reminder.schedule)
    return first(connection, wanted, reminder.place, reminder.zone, after=after) if wanted else None


def moved(
    connection: Connection, reminder: reminders.Reminder, zone: str, *, after: datetime
) -> datetime | None:
    """Return when a person's reminder comes next now that they live by another zone."""
    wanted = stored(reminder.schedule)
    if wanted is None:
        return None
    holidays = _holidays(connection, wanted, reminder.place)
    return next_after_move(wanted.schedule, after, reminder.zone, zone, holidays)


def _holidays(connection: Connection, wanted: Reminder, place: str) -> Holidays:
    """Return the holidays on which a reminder is silent: as it says, else those of its place."""
    if reminders.is_person(place):
        country = profiles.get(connection, place).country
    else:
        country = channels.where(connection, place)[1]
    return Holidays(wanted.holidays or country or "")
