"""Demand 21: working hours and holidays, and nothing about what a teammate handled already."""

from datetime import UTC, datetime

from sandbox.slack import User
from storage import attention, slas
from storage.database import Database
from storage.slas import Sla
from tests.features.card_kit import rest
from tests.reminders.reminder_kit import Held, held, later, opened
from tests.world import World, shown


def nudges(world: World) -> list[str]:
    return [shown(reply) for reply in world.replies() if "⏰" in shown(reply)]


async def test_hours_count_while_people_work_and_not_over_the_weekend(sqlite_url: str) -> None:
    clock = Held()
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        said = await world.command(world.maintainer, f"remind sla {world.repo} 8h")
        assert "due within 8 working hours" in said
        pull = await opened(world, "Wait for me", world.demo.reviewer)
        await world.card_says("Wait for me")
        await rest(world)
        # Friday, ten minutes before five in Amsterdam.
        await later(world, clock, 2026, 11, 20, 15, 50)
        assert not nudges(world)
        # Sunday: it is eight hours by then, and no more.
        await later(world, clock, 2026, 11, 22, 12, 0)
        told = await world.reply_says("⏰", f"<@{world.reviewer.id}>", "8 working hours")
        assert "review requested" in shown(told)
        assert len(nudges(world)) == 1

        # Monday: after sixteen hours it is the author who hears of it, once.
        await later(world, clock, 2026, 11, 23, 16, 30)
        await world.reply_says("16 working hours", f"<@{world.author.id}>: can you find somebody")
        await rest(world)
        assert len(nudges(world)) == 2

        # Tuesday: the channel, in a message of its own.
        await later(world, clock, 2026, 11, 24, 16, 30)
        await world.slack.until(lambda: len(world.slack.messages(world.channel.id)) == 2)
        (_, last) = world.slack.messages(world.channel.id)
        assert "Can somebody here take it?" in shown(last)
        assert f"#{pull.number}" in shown(last)

        # Somebody takes it: none of the three asks for anything any more.
        await world.github.submit_review(world.repo, pull.number, world.demo.second_reviewer, "approved")
        await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
        await world.slack.until(lambda: not nudges(world))
        await world.slack.until(
            lambda: "No longer needed" in shown(world.slack.messages(world.channel.id)[1])
        )


async def test_what_is_handled_in_time_nudges_nobody(sqlite_url: str) -> None:
    clock = Held()
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await world.command(world.maintainer, f"remind sla {world.repo} 4h")
        pull = await opened(world, "Quickly done", world.demo.reviewer)
        await world.card_says("Quickly done")
        await later(world, clock, 2026, 11, 20, 12, 0)
        await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
        await world.card_says("ready to merge")
        await rest(world)
        await later(world, clock, 2026, 11, 20, 13, 30)
        assert not nudges(world)


async def test_a_muted_card_and_a_draft_nudge_nobody(sqlite_url: str) -> None:
    clock = Held()
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await world.command(world.maintainer, f"remind sla {world.repo} 1h")
        await opened(world, "Be quiet", world.demo.reviewer)
        card = await world.card_says("Be quiet")
        await world.slack.click(world.maintainer.id, world.channel.id, card.ts, "pf.card.mute")
        await world.card_says("Unmute")
        await rest(world)
        await later(world, clock, 2026, 11, 24, 12, 0)
        assert not nudges(world)
        assert len(world.slack.messages(world.channel.id)) == 1


async def test_who_put_it_off_is_not_nudged_and_who_is_back_is(sqlite_url: str) -> None:
    clock = Held()
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await world.command(world.maintainer, f"remind sla {world.repo} 2h,40h,80h")
        await opened(world, "Not today", world.demo.reviewer)
        await world.card_says("Not today")
        await rest(world)
        await snooze(world, world.reviewer, until=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
        await later(world, clock, 2026, 11, 20, 14, 0)
        assert not nudges(world)
        await later(world, clock, 2026, 11, 23, 8, 30)
        await world.reply_says("⏰", f"<@{world.reviewer.id}>")


async def test_with_a_holiday_in_the_calendar_no_time_passes(sqlite_url: str) -> None:
    clock = Held(datetime(2026, 12, 24, 7, 30, tzinfo=UTC))
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        database = await Database(sqlite_url).open()
        german = {"zone": "Europe/Berlin", "country": "DE", "starts": 540, "ends": 1020}
        sla = Sla(world.repo, (9, 18, 27), clock.now(), calendar=german)
        await database.write(lambda connection: slas.put(connection, sla))
        await opened(world, "Over Christmas", world.demo.reviewer)
        await world.card_says("Over Christmas")
        await rest(world)
        # Friday is Christmas Day, and then comes the weekend: the ninth hour ends on Monday at ten.
        await later(world, clock, 2026, 12, 28, 8, 50)
        assert not nudges(world)
        await later(world, clock, 2026, 12, 28, 9, 10)
        await world.reply_says("⏰", f"<@{world.reviewer.id}>", "9 working hours")
        await database.aclose()


async def snooze(world: World, user: User, *, until: datetime) -> None:
    """Put the first pull request off, as its direct message's button does."""
    database = await Database(world.settings.database_url).open()
    (pull,) = world.github.repo(world.repo).pulls
    await database.write(
        lambda connection: attention.put(connection, user.id, pull.id, now=until, snoozed_until=until)
    )
    await database.aclose()
