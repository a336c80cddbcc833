"""What Slack tells of people is kept and followed: absences, time zones, and who has left."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from blocks import people as blocks
from bot.people.working import calendar_of
from bot.reminders.working import Away
from storage import people, profiles
from storage.database import Database
from storage.profiles import FOREVER
from tests.people.people_kit import answered, guest
from tests.world import World, shown

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_an_absence_keeps_its_beginning_and_gets_its_end(database: Database) -> None:
    async def heard(at: datetime, until: datetime | None) -> profiles.Profile:
        return await database.write(
            lambda connection: profiles.heard(
                connection, "U1", zone="Europe/Berlin", away_until=until, deleted=False, now=at
            )
        )

    assert (await heard(NOW, None)).away_since is None
    away = await heard(NOW + HOUR, FOREVER)
    assert (away.away_since, away.away_until) == (NOW + HOUR, FOREVER)
    assert away.is_away(NOW + 2 * HOUR)
    still = await heard(NOW + 3 * HOUR, NOW + 9 * HOUR)
    assert (still.away_since, still.away_until) == (NOW + HOUR, NOW + 9 * HOUR)
    back = await heard(NOW + 5 * HOUR, None)
    assert (back.away_since, back.away_until) == (NOW + HOUR, NOW + 5 * HOUR)
    assert not back.is_away(NOW + 5 * HOUR)
    calendar = await database.read(lambda connection: calendar_of(connection, "U1"))
    assert calendar.zone == "Europe/Berlin"
    assert calendar.away == Away(NOW + HOUR, NOW + 5 * HOUR)
    again = await heard(NOW + 8 * HOUR, FOREVER)
    assert again.away_since == NOW + 8 * HOUR


async def test_what_a_person_chose_outlives_what_slack_tells(database: Database) -> None:
    def work(connection: Connection) -> profiles.Profile:
        profiles.choose(connection, "U1", days=(0, 1), starts=480, ends=960, dms=False)
        return profiles.heard(
            connection,
            "U1",
            zone="Asia/Tokyo",
            away_until=None,
            deleted=False,
            now=NOW,
        )

    found = await database.write(work)
    assert (found.days, found.starts, found.ends, found.dms, found.zone) == (
        (0, 1), 480, 960, False, "Asia/Tokyo",
    )  # fmt: skip
    assert await database.write(lambda connection: profiles.forget(connection, "U1"))
    assert await database.read(lambda connection: profiles.get(connection, "U1")) == profiles.Profile("U1")


async def test_a_profile_is_read_once_in_some_hours(database: Database) -> None:
    def work(connection: Connection) -> None:
        profiles.heard(
            connection,
            "U1",
            zone=None,
            away_until=None,
            deleted=False,
            now=NOW,
        )

    await database.write(work)
    known = await database.read(lambda connection: profiles.get(connection, "U1"))
    assert not known.is_stale(NOW + 5 * HOUR)
    assert known.is_stale(NOW + 6 * HOUR)


async def test_me_shows_and_changes_when_somebody_works(world: World) -> None:
    somebody = guest(world, tz="Asia/Tokyo")
    said = await world.command(somebody, "me")
    for line in ("Working hours: *09:00-17:00*", "Working days: *mon-fri*", "Time zone: *Asia/Tokyo*",
                 "Public holidays: *none*", "Direct messages: *on*"):  # fmt: skip
        assert line in said
    assert "Working hours: *22:00-06:00*" in await world.command(somebody, "me hours 22-6")
    assert "Working days: *sun*" in await world.command(somebody, "me days sun")
    assert "Public holidays: *JP*" in await world.command(somebody, "me country jp")
    said = await world.command(somebody, "me dms off")
    for line in ("*22:00-06:00*", "*sun*", "*JP*", "Direct messages: *off*"):
        assert line in said
    assert "Working hours: *09:00-17:00*" in await world.command(somebody, "me hours none")


async def test_a_status_in_slack_is_followed_as_it_changes(world: World) -> None:
    await world.command(world.reviewer, "me")
    await world.slack.set_status(world.reviewer.id, "Vacationing", ":palm_tree:")
    await answered(world, world.reviewer, "me", "Away, by your status in Slack")
    until = int((datetime.now(UTC) + timedelta(days=2)).timestamp())
    await world.slack.set_status(world.reviewer.id, "Vacationing", ":palm_tree:", until=until)
    await answered(world, world.reviewer, "me", f"Away until <!date^{until}^")
    await world.slack.set_status(world.reviewer.id, "In a meeting", ":spiral_calendar_pad:")
    await answered(world, world.reviewer, "me", without="Away")


async def test_who_left_slack_is_shown_by_login_and_gives_the_login_up(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe()
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    await world.card_says(f"Waiting for <@{world.reviewer.id}>")
    await world.slack.leave_workspace(world.reviewer.id)
    await world.card_says(f"Waiting for {demo.reviewer}")
    listed = await world.command(world.maintainer, "people")
    assert f"<@{world.reviewer.id}> is `{demo.reviewer}` · by their own word · left this workspace" in listed
    successor = guest(world, "successor")
    assert "Linked" in await world.command(successor, f"link {demo.reviewer}")
    await world.card_says(f"Waiting for <@{successor.id}>")


async def test_one_person_in_several_workspaces_has_one_link(database: Database) -> None:
    def work(connection: Connection) -> list[people.Person]:
        people.link(connection, "W012AB3CD", "octocat", now=NOW)
        return people.every(connection)

    (found,) = await database.write(work)
    line = blocks.PersonLine(found.slack_user, found.login, found.proof)
    assert "<@W012AB3CD> is `octocat` · by their own word · in several workspaces" in shown(
        blocks.overview(blocks.Overview([line], [], 30))
    )
