"""A team's request goes to all of it, or to one member who stays asked until they are away or say no."""

from collections.abc import AsyncIterator

import pytest

from sandbox.slack import User
from tests.configuration.wiring_kit import answered, idle, push
from tests.direct.direct_kit import dm_says, dms, outsider, press, query, stored
from tests.features.card_kit import calm, rest
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        await opened.subscribe("reviews")
        yield opened


def routed(world: World, mode: str, last_given: str | None = None) -> None:
    """Let the seeded team be asked in this way."""
    query(
        world,
        "INSERT INTO groups (team, routing, last_given, set_at)"
        " VALUES (?, ?, ?, '2026-01-01 00:00:00.000000')",
        f"acme/{world.demo.team}",
        mode,
        last_given,
    )


async def asked(world: World) -> int:
    """Ask the seeded team for a review."""
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.team, world.demo.author)
    return pull.number


async def team(world: World) -> dict[str, User]:
    """Return the members of the seeded team, by login; one of them is not in the channel."""
    mate = await outsider(world, world.demo.co_author)
    return {
        world.demo.co_author: mate,
        world.demo.reviewer: world.reviewer,
        world.demo.maintainer: world.maintainer,
    }


async def test_one_of_the_team_is_asked_in_turn_and_stays_the_one(world: World) -> None:
    members = await team(world)
    routed(world, "round_robin", last_given="a")  # before all others in the alphabet
    number = await asked(world)
    mate = members[world.demo.co_author]
    await world.card_says(f"Waiting for <@{mate.id}> of {world.demo.team}")
    await dm_says(world, mate, f"Review requested of {world.demo.team}")
    await world.github.comment(world.repo, number, "By the way", by=world.demo.author)
    await rest(world)
    await world.card_says(f"Waiting for <@{mate.id}> of {world.demo.team}")
    assert not dms(world, world.reviewer)
    assert query(world, "SELECT last_given FROM groups") == [(world.demo.co_author,)]


async def test_who_says_not_me_hands_it_on_to_the_next(world: World) -> None:
    members = await team(world)
    routed(world, "round_robin", last_given="a")
    await asked(world)
    mate = members[world.demo.co_author]
    await dm_says(world, mate, "Review requested", "Not me")
    answer = await press(world, mate, "pf.direct.not_me")
    assert "Handed on" in shown(answer.messages[0])
    await world.card_says(f"Waiting for <@{world.maintainer.id}> of {world.demo.team}")
    await dm_says(world, mate, "Nothing is asked of you any more", without="Not me")


async def test_who_goes_away_is_replaced(world: World) -> None:
    members = await team(world)
    routed(world, "round_robin", last_given="a")
    await asked(world)
    mate = members[world.demo.co_author]
    await dm_says(world, mate, "Review requested")
    mate.status_emoji = ":palm_tree:"
    query(
        world,
        "UPDATE profiles SET away_since = '2026-01-01 00:00:00.000000', away_until ="
        " '9999-01-01 00:00:00.000000', read_at = '2999-01-01 00:00:00.000000' WHERE slack_user = ?",
        mate.id,
    )
    query(
        world,
        "INSERT INTO jobs (kind, key, ordering, payload, state, priority, run_at, created_at, wanted,"
        " attempts, suspect) VALUES ('direct.sweep', 'x', 'x', '{}', 'ready', 10,"
        " '2026-01-01 00:00:00.000000',"
        " '2026-01-01 00:00:00.000000', 1, 0, 0)",
    )
    await world.card_says(f"Waiting for <@{world.maintainer.id}> of {world.demo.team}")


async def test_whoever_has_the_fewest_open_reviews_is_asked(world: World) -> None:
    await team(world)
    other = await world.github.open_pull(world.repo, world.demo.bump)
    for login in (world.demo.co_author, world.demo.maintainer):
        await world.github.request_review(world.repo, other.number, login, world.demo.author)
    await rest(world)
    routed(world, "fewest")
    await asked(world)
    await stored(world, "SELECT 1 FROM attention WHERE asked_for IS NOT NULL")
    assert query(world, "SELECT last_given FROM groups") == [(world.demo.reviewer,)]


async def test_a_repositorys_file_says_how_its_requests_are_handed_on(world: World) -> None:
    members = await team(world)
    await push(world, f"version: 1\nteams:\n  acme/{world.demo.team}: {{routing: round_robin}}\n")
    await answered(world, f"config {world.repo}", "one is asked, in turn")
    await idle(world)
    await asked(world)
    mate = members[world.demo.co_author]
    await dm_says(world, mate, f"Review requested of {world.demo.team}", "Not me")
    await stored(world, "SELECT 1 FROM groups WHERE last_given = ?", world.demo.co_author)


async def test_what_was_set_in_slack_prevails_over_a_repositorys_file(world: World) -> None:
    members = await team(world)
    routed(world, "whole")
    await push(world, f"version: 1\nteams:\n  acme/{world.demo.team}: {{routing: round_robin}}\n")
    await idle(world)
    await asked(world)
    await dm_says(world, members[world.demo.co_author], "Review requested", without="Not me")
    await world.card_says(f"Waiting for {world.demo.team}")


async def test_without_a_setting_the_whole_team_is_asked(world: World) -> None:
    members = await team(world)
    await asked(world)
    await dm_says(world, members[world.demo.co_author], "Review requested", without="Not me")
    await stored(
        world, "SELECT 1 FROM messages WHERE kind = 'dm' AND key LIKE ?", f"dm:{world.reviewer.id}:%"
    )
    await world.card_says(f"Waiting for {world.demo.team}")
