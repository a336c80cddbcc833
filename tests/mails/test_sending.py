"""Many e-mails leave at the relay's pace, over few connections, and keep nobody else waiting."""

from bot.clients.mail import CONNECTIONS
from tests.features.notes_kit import APPROVE, drafted, press
from tests.features.test_mails import second, with_trailers
from tests.ledger.ledger_kit import HandClock
from tests.world import World, open_world

PEOPLE = 40


async def many(world: World) -> None:
    """Approve a note of a change that many worked on."""
    named = (f"P {number} <p{number}@acme.example>" for number in range(PEOPLE - 1))
    await drafted(world, with_trailers(world.demo.fix, *named))
    draft = await world.reply_says(f"It goes to {PEOPLE} people")
    await press(world, world.maintainer, draft, APPROVE)


async def test_many_recipients_share_a_few_connections(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_per_second=1000) as world:
        await many(world)
        await world.mail.until(lambda mail: len(mail.accepted) == PEOPLE, 40)
        assert len({one.recipient for one in world.mail.accepted}) == PEOPLE
        assert world.mail.connections <= 2 * CONNECTIONS


async def test_a_relay_that_hangs_keeps_nobody_from_slack(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_per_second=1000) as world:
        world.mail.hang("rcpt")
        await many(world)
        await second(world)  # its card and its draft
        assert not world.mail.accepted
        assert world.mail.connections == CONNECTIONS
        world.mail.clear_faults()
        await world.mail.until(lambda mail: len(mail.accepted) == PEOPLE, 60)
        assert len({one.recipient for one in world.mail.accepted}) == PEOPLE


async def reach(world: World, number: int) -> None:
    """Wait for so many e-mails."""
    await world.mail.until(lambda mail: len(mail.accepted) >= number, 40)


async def test_the_pace_is_the_relay_s(sqlite_url: str) -> None:
    clock = HandClock()
    async with open_world(sqlite_url, clock=clock, smtp_per_second=3) as world:
        await many(world)
        for number in (3, 6, 9):
            await reach(world, number)
            assert "release notes by e-mail" in await world.command(world.reviewer, "help email")
            assert len(world.mail.accepted) == number
            clock.pass_by(1)
