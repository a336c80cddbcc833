"""A user group in Slack stands for a team on GitHub, as an admin says."""

import pytest

from bot.app import started
from tests.people.people_kit import told
from tests.world import World


async def test_teams_are_set_listed_and_forgotten(world: World) -> None:
    group = world.slack.workspace.add_group("backend", "Backend", [world.author, world.reviewer])
    admin = world.maintainer
    assert "No team has a user group yet" in await world.command(admin, "people teams")
    said = await world.command(admin, "people team Acme/Payments-Core @backend round-robin")
    assert said == (
        f"`acme/payments-core` is <!subteam^{group.id}> in Slack · one is asked, in turn. "
        "Wherever the team is waited for, the group is mentioned."
    )
    assert "one is asked, in turn" in await world.command(admin, "people teams")
    await world.command(admin, "people team acme/payments-core @backend")
    assert "the whole group is asked" in await world.command(admin, "people teams")
    assert "has no user group any more" in await world.command(admin, "people team acme/payments-core off")
    assert "had no user group" in await world.command(admin, "people team acme/payments-core off")
    assert "No team has a user group yet" in await world.command(admin, "people teams")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("people team acme/backend", "Name a team and its user group"),
        ("people team backend @backend", "`backend` is no team; write it as `owner/team`"),
        ("people team acme/backend @bakend", "did you mean `backend`?"),
        ("people team acme/backend @backend sometimes", "I don't know the routing `sometimes`"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(world: World, text: str, words: str) -> None:
    world.slack.workspace.add_group("backend", "Backend")
    assert words in await world.command(world.maintainer, text)


async def test_a_group_that_slack_no_longer_has_is_let_go_of(world: World) -> None:
    group = world.slack.workspace.add_group("backend", "Backend")
    await world.command(world.maintainer, "people team acme/backend @backend fewest")
    group.disabled = True
    listed = await world.command(world.maintainer, "people teams")
    assert "Slack no longer has this group" in listed
    await world.bot.aclose()
    async with started(world.settings):
        await told(world, world.maintainer, "Slack no longer has the user group of `acme/backend`")
        assert "is routed without a user group" in await world.command(world.maintainer, "people teams")
