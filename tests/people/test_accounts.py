"""Accounts that are renamed or deleted on GitHub are followed by their number, or unlinked and told."""

from datetime import timedelta

from sqlalchemy import Connection, update

from bot.app import started
from bot.models import SystemClock
from storage import people
from storage.database import Database
from storage.tables import jobs
from storage.tables import people as people_table
from tests.people.people_kit import guest, told
from tests.world import World


async def _next_day(world: World, github_id: int | None = None) -> None:
    """Stop the bot, and let the links be some days old and the daily look not yet done."""
    await world.bot.aclose()
    old = SystemClock().now() - timedelta(days=3)

    def age(connection: Connection) -> None:
        connection.execute(update(people_table).values(created_at=old))
        if github_id is not None:  # an earlier look had found it out
            theirs = update(people_table).where(people_table.c.login == "jweber")
            connection.execute(theirs.values(github_id=github_id))
        connection.execute(jobs.delete().where(jobs.c.kind == "people.sweep"))

    database = await Database(world.settings.database_url).open()
    await database.write(age)
    await database.aclose()


async def test_a_renamed_account_is_followed_by_its_number(world: World) -> None:
    somebody = guest(world)
    await world.command(somebody, "link jweber")
    number = world.github.state.accounts["jweber"].id
    await world.github.rename_account("jweber", "jonas-weber")
    await _next_day(world, number)
    async with started(world.settings):
        await told(world, somebody, "GitHub calls you `jonas-weber` now, no longer `jweber`")
        assert "You are `jonas-weber` on GitHub" in await world.command(somebody, "link")


async def test_one_whose_number_nobody_knew_is_unlinked_and_told(world: World) -> None:
    somebody = guest(world)
    await world.command(somebody, "link jweber")
    await world.github.rename_account("jweber", "jonas-weber")
    await _next_day(world)
    async with started(world.settings):
        await told(world, somebody, "GitHub knows no `jweber` any more", "I have unlinked you")
        assert "`jweber`" not in await world.command(world.maintainer, "people")


async def test_following_a_rename_takes_no_login_from_anybody(database: Database) -> None:
    now = SystemClock().now()

    def work(connection: Connection) -> bool:
        people.link(connection, "U1", "old", now=now, proof=people.GITHUB, github_id=7)
        people.link(connection, "U2", "new", now=now)
        return people.renamed(connection, "U1", "NEW")

    assert not await database.write(work)
    assert await database.read(lambda connection: people.login_of(connection, "U1")) == "old"
