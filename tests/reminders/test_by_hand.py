"""What a channel sets by hand prevails over a file, and it can say by whose clock it goes."""

import pytest

from bot.errors import UserError
from bot.reminders.request import parse_whereabouts
from tests.configuration.wiring_kit import answered, idle, push, rows
from tests.world import World

FILE = """\
version: 1
sla:
  hours: 4
  calendar: {zone: Europe/Rome, hours: "08:00-16:30"}
reminders:
  - channel: "#payments"
    schedule: mon 10:00 Europe/Paris
"""


async def in_force(world: World) -> None:
    """Let the repository's file be in force."""
    await world.subscribe()
    await push(world, FILE)
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)
    assert reminded(world) == [("mon 10:00 Europe/Paris", world.repo)]
    assert due(world) == [("[4,8,12]", world.repo)]


def reminded(world: World) -> list[tuple[object, ...]]:
    """Return schedule and source of every reminder."""
    return rows(world, "SELECT schedule, source FROM reminders")


def due(world: World) -> list[tuple[object, ...]]:
    """Return hours and source of every deadline."""
    return rows(world, "SELECT ladder, source FROM slas")


async def test_a_reminder_set_by_hand_replaces_the_files_until_it_is_ended(world: World) -> None:
    await in_force(world)
    said = await world.command(world.maintainer, "remind tue 08:00 Europe/Rome")
    assert f"It replaces what the file of {world.repo} asks for" in said
    await idle(world)
    assert reminded(world) == [("tue 08:00 Europe/Rome", None)]
    await world.command(world.maintainer, "remind off")
    await idle(world)
    assert reminded(world) == [("mon 10:00 Europe/Paris", world.repo)]


async def test_deadlines_set_by_hand_prevail_over_the_files_until_they_are_ended(world: World) -> None:
    await in_force(world)
    said = await world.command(world.maintainer, f"remind sla {world.repo} off")
    assert "set others here, which prevail" in said
    said = await world.command(world.maintainer, f"remind sla {world.repo} 6h")
    assert f"This prevails over the file of {world.repo}" in said
    await push(world, FILE.replace("hours: 4", "hours: 5"))
    await idle(world)
    assert due(world) == [("[6,12,18]", None)]
    await answered(world, f"config {world.repo}", "Europe/Rome", "08:00-16:30")
    await world.command(world.maintainer, f"remind sla {world.repo} off")
    await idle(world)
    assert due(world) == [("[5,10,15]", world.repo)]


async def test_a_channel_says_by_whose_clock_it_goes_and_its_reminders_follow(world: World) -> None:
    await world.command(world.maintainer, "remind weekdays 09:30")
    says = ("by the clock of *Asia/Tokyo*", "public holidays of *JP*")
    await answered(world, "remind zone Asia/Tokyo country JP", *says)
    assert rows(world, "SELECT zone FROM reminders") == [("Asia/Tokyo",)]
    await answered(world, "remind country DE", "*Asia/Tokyo*", "*DE*")
    assert rows(world, "SELECT zone, country FROM channels") == [("Asia/Tokyo", "DE")]


@pytest.mark.parametrize(
    "text",
    [
        "zone",
        "zone Nowhere/City",
        "country",
        "country DE-BE",
        "country XX",
        "zone UTC zone UTC",
        "zone UTC x",
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_whereabouts(text)
