"""When which channel or person is reminded of open pull requests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, delete, select, update

from storage.sql import insert
from storage.tables import profiles, reminders


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: `place` is a channel or a person, `schedule` stands as one would type it.

    `zone` counts where the schedule names none. Without `next_at` it is paused. `source` is the file that
    asked for it, None for a person's own word.
    """

    id: int
    place: str
    schedule: str
    zone: str
    created_by: str
    created_at: datetime
    next_at: datetime | None = None
    source: str | None = None

    @property
    def personal(self) -> bool:
        """Tell whether it is one person's own."""
        return is_person(self.place)


def is_person(place: str) -> bool:
    """Tell a person from a channel by Slack's id."""
    return place[:1] in {"U", "W"}


def add(
    connection: Connection,
    *,
    place: str,
    schedule: str,
    zone: str,
    user: str,
    now: datetime,
    next_at: datetime | None,
    source: str | None = None,
) -> Reminder:
    """Set a reminder; one that the place has already with the same words is set anew."""
    known = next((one for one in of_place(connection, place) if one.schedule == schedule), None)
    if known is not None:
        where = reminders.c.id == known.id
        connection.execute(update(reminders).where(where).values(zone=zone, next_at=next_at))
    else:
        connection.execute(
            insert(connection, reminders).values(
                place=place,
                schedule=schedule,
                zone=zone,
                created_by=user,
                created_at=now,
                next_at=next_at,
                source=source,
            )
        )
    return next(one for one in of_place(connection, place) if one.schedule == schedule)


def get(connection: Connection, reminder_id: int) -> Reminder | None:
    """Return a reminder; None if it was ended."""
    return next(iter(_all(connection, select(reminders).where(reminders.c.id == reminder_id))), None)


def of_place(connection: Connection, place: str) -> list[Reminder]:
    """Return the reminders of a channel or a person, the earliest set first."""
    return _all(connection, select(reminders).where(reminders.c.place == place).order_by(reminders.c.id))


def of_places(connection: Connection, places: Collection[str]) -> list[Reminder]:
    """Return the reminders of these channels or people, the earliest set first."""
    return _all(connection, select(reminders).where(reminders.c.place.in_(places)).order_by(reminders.c.id))


def of_source(connection: Connection, owner: str) -> list[Reminder]:
    """Return the reminders that the files of an owner ask for."""
    belongs = reminders.c.source.startswith(f"{owner.lower()}/", autoescape=True)
    return _all(connection, select(reminders).where(belongs).order_by(reminders.c.id))


def due(connection: Connection, now: datetime, *, limit: int = 500) -> list[Reminder]:
    """Return the reminders whose moment has come, the longest due first."""
    query = select(reminders).where(reminders.c.next_at <= now).order_by(reminders.c.next_at, reminders.c.id)
    return _all(connection, query.limit(limit))


def moved(connection: Connection) -> list[tuple[Reminder, str]]:
    """Return the reminders of people whose zone in Slack is another one now, with that zone."""
    query = (
        select(reminders, profiles.c.zone.label("present"))
        .join(profiles, profiles.c.slack_user == reminders.c.place)
        .where(reminders.c.zone != "", profiles.c.zone != reminders.c.zone)
        .order_by(reminders.c.id)
    )
    return [(_reminder(row), row["present"]) for row in connection.execute(query).mappings()]


def plan(
    connection: Connection, reminder_id: int, next_at: datetime | None, *, zone: str | None = None
) -> None:
    """Record when a reminder comes next, None pausing it, and by which zone if that is another one now."""
    values = {"next_at": next_at} | ({} if zone is None else {"zone": zone})
    connection.execute(update(reminders).where(reminders.c.id == reminder_id).values(**values))


def remove(connection: Connection, reminder_id: int) -> None:
    """End a reminder."""
    connection.execute(delete(reminders).where(reminders.c.id == reminder_id))


def end(connection: Connection, place: str) -> int:
    """End all reminders of a channel or a person, and return how many there were."""
    return connection.execute(delete(reminders).where(reminders.c.place == place)).rowcount


def _all(connection: Connection, query: Select[*tuple[object, ...]]) -> list[Reminder]:
    return [_reminder(row) for row in _rows(connection, query)]


def _rows(connection: Connection, query: Select[*tuple[object, ...]]) -> Sequence[RowMapping]:
    return connection.execute(query).mappings().all()


def _reminder(row: RowMapping) -> Reminder:
    return Reminder(
        id=row["id"],
        place=row["place"],
        schedule=row["schedule"],
        zone=row["zone"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        next_at=row["next_at"],
        source=row["source"],
    )
