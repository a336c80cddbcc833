"""A pasted link to a pull request shows how it goes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, update

from sandbox.github.specs import CommitSpec, PullSpec
from sandbox.slack import Message
from storage.tables import pasted
from tests.features.card_kit import bot, calm, cards, new_channel, rest
from tests.pasted.pasted_kit import OPEN_SOURCE, SECRET, add_repository, below, link, opened, paste, reactions
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as started:
        yield started


def small(world: World, title: str = "Say hello twice") -> PullSpec:
    """Return a pull request for any repository."""
    commit = CommitSpec("Say hello twice", {"README.md": "Hello hello\n"})
    return PullSpec(title, None, "hello", world.demo.author, (commit,))


async def test_a_pasted_pull_request_is_shown_below_the_message_with_its_state_as_a_reaction(
    world: World,
) -> None:
    pull = await opened(world)
    message = await paste(world, f"please look at {link(world, pull.number)}, it is urgent")
    (text,) = below(message)
    assert pull.title in text
    assert f"{world.repo}#{pull.number}" in text
    assert "Mute" not in text
    assert reactions(message) == ["eyes"]


async def test_the_reaction_and_what_is_below_follow_the_pull_request_to_its_end(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    pull = await opened(world)
    number = pull.number
    message = await paste(world, link(world, number))
    acts: list[tuple[Callable[[], Awaitable[object]], str]] = [
        (
            lambda: github.submit_review(repo, number, demo.reviewer, "changes_requested", "Not yet."),
            "wrench",
        ),
        (lambda: github.submit_review(repo, number, demo.reviewer, "approved"), "white_check_mark"),
        (lambda: github.start_checks(repo, number, ["test"]), "hourglass_flowing_sand"),
        (lambda: github.finish_check(repo, number, "test", "failure"), "red_circle"),
        (lambda: github.convert_to_draft(repo, number, demo.author), "memo"),
        (lambda: github.close(repo, number, demo.author), "black_circle"),
        (lambda: github.reopen(repo, number, demo.author), "memo"),
        (lambda: github.ready_for_review(repo, number, demo.author), "red_circle"),
        (lambda: github.merge(repo, number, demo.maintainer), "large_purple_circle"),
    ]
    for act, name in acts:
        await act()
        await rest(world)
        assert reactions(message) == [name]
    (text,) = below(message)
    assert f"merged by {demo.maintainer}" in text


async def test_a_burst_of_events_changes_the_reaction_once(world: World) -> None:
    pull = await opened(world)
    await paste(world, link(world, pull.number))
    before = len(world.slack.workspace.calls_of("reactions.add"))
    for number in range(5):
        await world.github.label(world.repo, pull.number, f"label-{number}", world.demo.author)
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await rest(world)
    assert len(world.slack.workspace.calls_of("reactions.add")) == before + 1


async def test_two_pull_requests_of_one_message_share_a_reaction_as_long_as_both_need_it(
    world: World,
) -> None:
    first = await opened(world)
    second = await world.github.open_pull(world.repo, world.demo.fix)
    message = await paste(world, f"{link(world, first.number)} and {link(world, second.number)}/files")
    assert [first.title in text or second.title in text for text in below(message)] == [True, True]
    assert reactions(message) == ["eyes"]
    await world.github.merge(world.repo, first.number, world.demo.maintainer)
    await rest(world)
    assert sorted(reactions(message)) == ["eyes", "large_purple_circle"]
    await world.github.merge(world.repo, second.number, world.demo.maintainer)
    await rest(world)
    assert reactions(message) == ["large_purple_circle"]


async def test_of_three_links_in_one_message_none_is_shown(world: World) -> None:
    pull = await opened(world)
    other = await world.github.open_pull(world.repo, world.demo.fix)
    text = f"{link(world, pull.number)} {link(world, other.number)} {world.github.state.web}/{world.repo}"
    message = await paste(world, text)
    assert (below(message), reactions(message)) == ([], [])


async def test_within_half_an_hour_a_pull_request_is_shown_once_in_a_channel(world: World) -> None:
    pull = await opened(world)
    elsewhere = new_channel(world, "elsewhere")
    first = await paste(world, link(world, pull.number))
    second = await paste(world, f"again: {link(world, pull.number)}/files")
    there = await paste(world, link(world, pull.number), channel=elsewhere)
    assert [len(below(message)) for message in (first, second, there)] == [1, 0, 1]
    assert [reactions(message) for message in (first, second, there)] == [["eyes"]] * 3
    _half_an_hour_passes(world)
    assert len(below(await paste(world, link(world, pull.number)))) == 1
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await rest(world)
    assert reactions(second) == ["large_purple_circle"]
    assert below(second) == []


async def test_where_the_channel_has_the_card_one_line_leads_there(world: World) -> None:
    await world.subscribe("reviews")
    pull = await opened(world)
    card = await world.card_says(pull.title)
    message = await paste(world, link(world, pull.number))
    (text,) = below(message)
    assert f"/archives/{world.channel.id}/p{card.ts.replace('.', '')}|its card in this channel>" in text
    assert "\n" not in text
    assert reactions(message) == ["eyes"]


async def test_below_the_card_itself_nothing_is_shown(world: World) -> None:
    await world.subscribe("reviews")
    pull = await opened(world)
    card = await world.card_says(pull.title)
    message = await paste(world, link(world, pull.number), thread_ts=card.ts)
    assert (below(message), reactions(message)) == ([], [])
    elsewhere = await world.slack.say(world.author.id, world.channel.id, "something else")
    message = await paste(world, link(world, pull.number), thread_ts=elsewhere.ts)
    assert len(below(message)) == 1


async def test_an_unknown_pull_request_of_a_public_repository_is_fetched(world: World) -> None:
    add_repository(world, OPEN_SOURCE, private=False)
    pull = await world.github.open_pull(OPEN_SOURCE, small(world))
    message = await paste(world, link(world, pull.number, OPEN_SOURCE.upper()))
    (text,) = below(message)
    assert pull.title in text
    assert reactions(message) == ["eyes"]


async def test_without_webhooks_each_paste_looks_anew(world: World) -> None:
    add_repository(world, OPEN_SOURCE, private=False)
    pull = await world.github.open_pull(OPEN_SOURCE, small(world))
    message = await paste(world, link(world, pull.number, OPEN_SOURCE))
    await world.github.merge(OPEN_SOURCE, pull.number, world.demo.author)
    await paste(world, link(world, pull.number, OPEN_SOURCE))
    assert reactions(message) == ["large_purple_circle"]


async def test_a_private_repository_is_shown_only_where_it_is_followed(world: World) -> None:
    add_repository(world, SECRET, private=True)
    pull = await world.github.open_pull(SECRET, small(world, "Rotate the launch codes"))
    message = await paste(world, link(world, pull.number, SECRET))
    assert (below(message), reactions(message)) == ([], [])
    secrets = new_channel(world, "secrets")
    await world.slack.command(world.maintainer.id, secrets.id, "/patchforge", f"subscribe {SECRET}")
    there = await paste(world, link(world, pull.number, SECRET), channel=secrets)
    assert ["Rotate the launch codes" in text for text in below(there)] == [True]
    message = await paste(world, link(world, pull.number, SECRET))
    assert (below(message), reactions(message)) == ([], [])


async def test_what_became_private_is_told_no_further(world: World) -> None:
    pull = await opened(world)
    message = await paste(world, link(world, pull.number))
    world.github.repo(world.repo).private = True
    await world.github.edit_title(world.repo, pull.number, "A secret plan", world.demo.author)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await rest(world)
    assert "A secret plan" not in "".join(below(message))
    assert reactions(message) == ["eyes"]


async def test_what_github_does_not_know_is_no_trouble(world: World) -> None:
    message = await paste(world, f"{link(world, 4_711)} and {link(world, 1, 'nobody/nothing')}")
    assert (below(message), reactions(message)) == ([], [])
    assert "could not be done" not in await world.command(world.maintainer, "status")


async def test_only_people_in_channels_with_the_bot_are_answered(world: World) -> None:
    pull = await opened(world)
    address = link(world, pull.number)
    robot = world.slack.workspace.add_user("otherbot", is_bot=True)
    world.channel.members.append(robot.id)
    direct = world.slack.workspace.direct_message(world.author.id)
    silent = [
        await paste(world, address, user=robot),
        await paste(world, address, channel=new_channel(world, "without", bot=False)),
        await paste(world, address, channel=direct),
    ]
    await world.slack.write(world.author.id, world.channel.id, address)
    await paste(world, "nothing to see")
    assert [(below(message), reactions(message)) for message in silent] == [([], [])] * 3
    assert world.slack.workspace.calls_of("chat.unfurl", "reactions.add") == []


async def _delete(world: World, message: Message) -> None:
    del world.channel.messages[message.ts]


async def _edit_the_link_away(world: World, message: Message) -> None:
    del world
    message.text = "never mind"


async def _archive(world: World, message: Message) -> None:
    del message
    await world.slack.archive(world.channel.id)


async def _leave(world: World, message: Message) -> None:
    del message
    await world.slack.kick(world.channel.id)


@pytest.mark.parametrize("act", [_delete, _edit_the_link_away, _archive, _leave])
async def test_a_message_on_which_nothing_can_be_shown_any_more_is_forgotten_quietly(
    world: World, act: Callable[[World, Message], Awaitable[None]]
) -> None:
    pull = await opened(world)
    await act(world, await paste(world, link(world, pull.number)))
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await rest(world)
    calls = len(world.slack.workspace.calls_of("chat.unfurl", "reactions.add"))
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await rest(world)
    assert len(world.slack.workspace.calls_of("chat.unfurl", "reactions.add")) == calls
    assert _stopped(world) == 0


async def test_what_slack_fails_is_tried_again(world: World) -> None:
    pull = await opened(world)
    world.slack.workspace.faults.add("chat.unfurl", "500")
    world.slack.workspace.faults.add("reactions.add", "reset_after")
    message = await paste(world, link(world, pull.number))
    assert len(below(message)) == 1
    assert reactions(message) == ["eyes"]


async def test_a_missing_scope_is_told_in_the_status_and_nowhere_else(world: World) -> None:
    pull = await opened(world)
    workspace = world.slack.workspace
    # Whatever GitHub tells of the pull request meanwhile lets it be tried once more.
    workspace.rules = replace(workspace.rules, scopes=workspace.rules.scopes - {"links:write"})
    message = await paste(world, link(world, pull.number))
    assert (below(message), reactions(message), cards(world)) == ([], [], [message])
    status = await world.command(world.maintainer, "status")
    assert "✗ A pasted link: Slack refused chat.unfurl: missing_scope" in status


async def test_a_reaction_of_the_same_name_by_a_person_stays(world: World) -> None:
    pull = await opened(world)
    message = await paste(world, link(world, pull.number))
    await world.slack.react(world.reviewer.id, world.channel.id, message.ts, "eyes")
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await rest(world)
    assert message.reactions["eyes"] == [world.reviewer.id]
    assert (await bot(world).auth_test())["user_id"] in message.reactions["large_purple_circle"]


def _database(world: World) -> str:
    return world.settings.database_url.replace("+aiosqlite", "")


def _half_an_hour_passes(world: World) -> None:
    engine = create_engine(_database(world))
    with engine.begin() as connection:
        connection.execute(update(pasted).values(pasted_at=datetime.now(UTC) - timedelta(minutes=31)))
    engine.dispose()


def _stopped(world: World) -> int:
    engine = create_engine(_database(world))
    with engine.connect() as connection:
        found: int = connection.exec_driver_sql(
            "SELECT count(*) FROM jobs WHERE state IN ('parked', 'failed')"
        ).scalar_one()
    engine.dispose()
    return found
