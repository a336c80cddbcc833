"""When a reminder comes next once its person has moved, and that replicas ask for each once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.reminders import planning
from bot.reminders.schedule import DAILY, Schedule, next_after_move
from handlers.reminders import sending
from storage import profiles, reminders
from storage.database import Database
from storage.tables import jobs

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "old", "new", "expected"),
    [
        # Reminded in Berlin at 8:30 UTC; in New York it would be 14:30 UTC on the same day.
        ("2026-11-20T12:00", "Europe/Berlin", "America/New_York", "2026-11-21T14:30"),
        # Not reminded yet today: today it is, by the new clock.
        ("2026-11-20T07:00", "Europe/Berlin", "America/New_York", "2026-11-20T14:30"),
        # Flown east before the day's reminder: it comes tomorrow morning, there.
        ("2026-11-20T10:00", "America/New_York", "Asia/Tokyo", "2026-11-21T00:30"),
        ("2026-11-20T12:00", "Europe/Berlin", "Europe/Vienna", "2026-11-21T08:30"),
    ],
)
def test_no_day_has_two_reminders_for_who_moved(now: str, old: str, new: str, expected: str) -> None:
    schedule = Schedule(DAILY, time(9, 30))
    found = next_after_move(schedule, datetime.fromisoformat(now).replace(tzinfo=UTC), old, new)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def _set(connection: Connection, place: str, zone: str = "Europe/Berlin") -> reminders.Reminder:
    wanted = planning.stored("weekdays 09:30")
    assert wanted
    moment = planning.first(connection, wanted, place, zone, after=NOW - timedelta(hours=12))
    return reminders.add(
        connection, place=place, schedule="weekdays 09:30", zone=zone, user="U1", now=NOW, next_at=moment
    )


def _asked(connection: Connection) -> list[str]:
    query = select(jobs.c.key).where(jobs.c.kind == "reminder.send").order_by(jobs.c.key)
    return list(connection.execute(query).scalars())


async def test_a_moment_is_asked_for_once_however_often_and_by_whomever_the_clock_ticks(
    database: Database,
) -> None:
    made = await database.write(lambda connection: _set(connection, "C1"))
    assert made.next_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    for _ in range(3):
        await database.write(lambda connection: sending.due(connection, NOW))
    assert await database.read(_asked) == [f"reminder:{made.id}:20261120T0830"]
    planned = await database.read(lambda connection: reminders.get(connection, made.id))
    assert planned is not None
    assert planned.next_at == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    # A replica that had read the row before asks again for the same, and plans the same.
    await database.write(lambda connection: reminders.plan(connection, made.id, made.next_at))
    await database.write(lambda connection: sending.due(connection, NOW))
    assert len(await database.read(_asked)) == 1


async def test_a_persons_reminder_follows_them_to_another_zone(database: Database) -> None:
    def live(connection: Connection, zone: str) -> None:
        profiles.heard(connection, "U7", zone=zone, away_until=None, deleted=False, now=NOW)

    await database.write(lambda connection: live(connection, "Europe/Berlin"))
    made = await database.write(lambda connection: _set(connection, "U7"))
    await database.write(lambda connection: sending.due(connection, NOW))
    await database.write(lambda connection: live(connection, "Asia/Tokyo"))
    await database.write(lambda connection: sending.due(connection, NOW))
    planned = await database.read(lambda connection: reminders.get(connection, made.id))
    assert planned is not None
    assert (planned.zone, planned.next_at) == ("Asia/Tokyo", datetime(2026, 11, 23, 0, 30, tzinfo=UTC))


async def test_holidays_of_the_person_and_of_the_words_are_silent(database: Database) -> None:
    def first(connection: Connection, words: str) -> datetime | None:
        wanted = planning.stored(words)
        assert wanted
        eve = datetime(2026, 12, 24, 12, tzinfo=UTC)
        return planning.first(connection, wanted, "U7", "Europe/Berlin", after=eve)

    plain, german = "weekdays 09:30", "weekdays 09:30 holidays:DE"
    assert (await database.read(lambda connection: first(connection, plain))) == datetime(
        2026, 12, 25, 8, 30, tzinfo=UTC
    )
    assert (await database.read(lambda connection: first(connection, german))) == datetime(
        2026, 12, 28, 8, 30, tzinfo=UTC
    )
    await database.write(lambda connection: profiles.choose(connection, "U7", country="DE"))
    assert (await database.read(lambda connection: first(connection, plain))) == datetime(
        2026, 12, 28, 8, 30, tzinfo=UTC
    )
