"""Direct messages follow whose turn it is: one per person and pull request, edited in place."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.slack import User
from tests.direct.direct_kit import (
    choose,
    dm_says,
    dms,
    nudges,
    outsider,
    pass_time,
    press,
    query,
    says,
    stored,
)
from tests.features.card_kit import calm, cards, rest, thread
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        await opened.subscribe("reviews,ci,comments")
        yield opened


async def asked(world: World) -> tuple[int, User]:
    """Open a pull request for which somebody outside of the channel is asked."""
    reviewer = await outsider(world, world.demo.second_reviewer)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await dm_says(world, reviewer, "Review requested", pull.title)
    return pull.number, reviewer


async def test_who_is_asked_for_a_review_is_told_and_who_reviewed_is_left_alone(world: World) -> None:
    number, reviewer = await asked(world)
    await world.github.submit_review(world.repo, number, world.demo.second_reviewer, "approved")
    await dm_says(world, reviewer, "You approved it", without="On it")
    await dm_says(world, world.author, "Can be merged", "approved, ready to merge")
    await rest(world)
    assert not nudges(world, reviewer)
    await world.github.merge(world.repo, number, world.demo.maintainer)
    await dm_says(world, world.author, "Merged by", without="Mute")
    await dm_says(world, reviewer, "Merged by")


async def test_who_is_asked_again_is_told_in_the_thread_of_the_same_message(world: World) -> None:
    number, reviewer = await asked(world)
    await world.github.submit_review(world.repo, number, world.demo.second_reviewer, "changes_requested")
    await dm_says(world, reviewer, "You asked for changes")
    await dm_says(world, world.author, "Needs work", "asked for changes")
    await world.github.request_review(world.repo, number, world.demo.second_reviewer, world.demo.author)
    await dm_says(world, reviewer, "Review requested again")
    await world.slack.until(lambda: nudges(world, reviewer))
    assert "Review requested again" in nudges(world, reviewer)[0]
    await dm_says(world, world.author, without="Needs work")
    await rest(world)
    assert len(nudges(world, reviewer)) == 1
    assert not nudges(world, world.author), "what is asked no more rings no bell"


async def test_the_author_hears_of_a_failed_check_in_the_same_message_and_of_nothing_as_it_recovers(
    world: World,
) -> None:
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.start_checks(world.repo, pull.number, ["test"])
    await world.github.finish_check(world.repo, pull.number, "test", "failure")
    await dm_says(world, world.author, "CI failed", "test failed")
    await world.github.push(
        world.repo, world.demo.feature.branch, world.demo.feature_follow_up, by=world.demo.author
    )
    await dm_says(world, world.author, "Nothing is asked of you any more")
    await rest(world)
    assert not nudges(world, world.author)


async def test_who_was_mentioned_in_a_channel_they_are_in_is_told_ten_minutes_later_if_at_all(
    world: World,
) -> None:
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.reviewer, world.demo.author)
    await world.card_says(f"Waiting for <@{world.reviewer.id}>")
    waits = "SELECT (julianday(run_at) - julianday('now')) * 1440 FROM jobs j JOIN messages m"
    waits += " ON j.key = 'show:' || m.id WHERE m.kind = 'dm' AND j.finished_at IS NULL"
    ((minutes,),) = await stored(world, waits)
    assert 9 < minutes <= 10
    assert not dms(world, world.reviewer)
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await dm_says(world, world.author, "Can be merged")
    pass_time(world)
    await rest(world)
    assert not dms(world, world.reviewer), "they have reviewed meanwhile"


async def test_who_did_not_react_to_the_mention_is_told_then(world: World) -> None:
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.reviewer, world.demo.author)
    await stored(world, "SELECT 1 FROM messages WHERE kind = 'dm'")
    pass_time(world)
    await dm_says(world, world.reviewer, "Review requested")


async def test_what_a_teammate_did_is_withdrawn(world: World) -> None:
    mate = await outsider(world, world.demo.co_author)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.team, world.demo.author)
    await dm_says(world, mate, "Review requested")
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await dm_says(world, mate, f"Handled by <@{world.reviewer.id}>, who approved it", without="On it")
    await rest(world)
    assert not nudges(world, mate)


async def test_nobody_hears_of_a_draft_or_of_what_they_did_themselves(world: World) -> None:
    reviewer = await outsider(world, world.demo.second_reviewer)
    draft = await world.github.open_pull(world.repo, world.demo.fix, draft=True)
    await world.github.request_review(
        world.repo, draft.number, world.demo.second_reviewer, world.demo.co_author
    )
    own = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(
        world.repo, own.number, world.demo.second_reviewer, world.demo.second_reviewer
    )
    await world.slack.until(lambda: len(cards(world)) == 2)
    await rest(world)
    assert not dms(world, reviewer)
    await world.github.ready_for_review(world.repo, draft.number, world.demo.co_author)
    await dm_says(world, reviewer, draft.title, "Review requested")


async def test_who_wants_none_gets_none(world: World) -> None:
    reviewer = await outsider(world, world.demo.second_reviewer)
    await says(world, reviewer, "me dms off")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await world.card_says("Waiting for")
    await rest(world)
    assert not dms(world, reviewer)


async def test_who_is_away_or_off_work_is_told_when_they_are_back(world: World) -> None:
    reviewer = await outsider(world, world.demo.second_reviewer)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    query(
        world,
        "INSERT INTO profiles (slack_user, away_since, away_until, read_at, dms, deleted)"
        " VALUES (?, '2026-01-01 00:00:00.000000', '9999-01-01 00:00:00.000000',"
        " '2999-01-01 00:00:00.000000', 1, 0)",
        reviewer.id,
    )
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await stored(world, "SELECT 1 FROM messages WHERE kind = 'dm'")
    pass_time(world)
    waits = "SELECT 1 FROM jobs WHERE error LIKE '%may be written to%'"
    await stored(world, waits)
    assert not dms(world, reviewer)
    query(world, "UPDATE profiles SET away_until = NULL")
    pass_time(world)
    await dm_says(world, reviewer, "Review requested")


async def test_who_was_deactivated_is_parked_without_a_word(world: World) -> None:
    reviewer = await outsider(world, world.demo.second_reviewer)
    reviewer.deleted = True
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await stored(world, "SELECT 1 FROM profiles WHERE deleted AND slack_user = ?", reviewer.id)
    await rest(world)
    stopped = "SELECT kind FROM jobs WHERE state IN ('parked', 'failed')"
    assert not query(world, f"{stopped} AND kind LIKE 'direct%'")
    await world.card_says(f"Waiting for {world.demo.second_reviewer}")


async def test_on_it_tells_the_thread_once(world: World) -> None:
    _, reviewer = await asked(world)
    await asyncio.gather(*(press(world, reviewer, "pf.direct.on_it") for _ in range(2)))
    await world.reply_says(f"{world.demo.second_reviewer}* is on it")
    await dm_says(world, reviewer, "You are on it")
    await rest(world)
    assert sum("is on it" in reply for reply in thread(world)) == 1


async def test_mute_and_its_undoing(world: World) -> None:
    number, reviewer = await asked(world)
    await press(world, reviewer, "pf.direct.mute")
    await dm_says(world, reviewer, "Muted")
    await world.github.submit_review(world.repo, number, world.demo.second_reviewer, "commented", "Hm")
    await world.github.request_review(world.repo, number, world.demo.second_reviewer, world.demo.author)
    await dm_says(world, reviewer, "Review requested again")
    await rest(world)
    assert not nudges(world, reviewer)
    await press(world, reviewer, "pf.direct.unmute")
    await dm_says(world, reviewer, "Mute this PR", without="Muted")


async def test_why_me_names_the_rule_and_the_channel(world: World) -> None:
    _, reviewer = await asked(world)
    result = await press(world, reviewer, "pf.direct.why")
    says = "\n".join(shown(message) for message in result.messages)
    assert "when a review is missing, it is theirs" in says
    assert f"followed in <#{world.channel.id}>" in says


async def test_what_is_put_off_is_silent_until_then_and_rings_again(world: World) -> None:
    number, reviewer = await asked(world)
    result = await choose(world, reviewer, "pf.direct.snooze", "Monday")
    assert "Snoozed until" in shown(result.messages[0])
    await dm_says(world, reviewer, "💤 Snoozed until")
    await world.github.submit_review(world.repo, number, world.demo.second_reviewer, "commented", "Hm")
    await world.github.request_review(world.repo, number, world.demo.second_reviewer, world.demo.author)
    await dm_says(world, reviewer, "Review requested again")
    await stored(world, "SELECT 1 FROM jobs WHERE kind = 'direct.wake' AND finished_at IS NULL")
    assert not nudges(world, reviewer)
    query(world, "UPDATE attention SET snoozed_until = '2026-01-01 00:00:00.000000'")
    pass_time(world)
    await world.slack.until(lambda: nudges(world, reviewer))
    await dm_says(world, reviewer, "Review requested again", without="Snoozed")


async def test_a_date_can_be_picked(world: World) -> None:
    _, reviewer = await asked(world)
    await choose(world, reviewer, "pf.direct.snooze", "Pick a date…")
    view = (await world.slack.until(lambda: world.slack.modals(reviewer.id)))[-1]
    past = await world.slack.submit(reviewer.id, view.id, {"date": "2020-01-01"})
    assert "not in the future" in past.errors["date"]
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    assert (await world.slack.submit(reviewer.id, view.id, {"date": day})).ok
    await dm_says(world, reviewer, "💤 Snoozed until")


async def test_a_pull_request_that_no_channel_follows_concerns_nobody_here(world: World) -> None:
    reviewer = await outsider(world, world.demo.second_reviewer)
    await world.command(world.maintainer, f"unsubscribe {world.repo}")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.second_reviewer, world.demo.author)
    await stored(world, "SELECT 1 FROM jobs WHERE kind = 'direct.look' AND state = 'done'")
    await rest(world)
    assert not dms(world, reviewer)
