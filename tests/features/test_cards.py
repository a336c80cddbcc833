"""One card per pull request and channel: what it shows, when it appears, and what becomes of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from tests.features.card_kit import bot, calm, cards, edits, hook, new_channel, rest, said, subscribe, thread
from tests.world import World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        yield opened


Act = Callable[[int], Awaitable[object]]


async def test_every_action_of_a_pull_request_keeps_one_card_and_shows_what_is_true(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    by, reviewer = demo.author, demo.reviewer
    acts: list[tuple[Act, str]] = [
        (lambda n: github.edit_pull(repo, n, by, title="Second title", body="b"), "Second title"),
        (lambda n: github.label(repo, n, "area/api", by), "`area/api`"),
        (lambda n: github.unlabel(repo, n, "area/api", by), "Second title"),
        (lambda n: github.assign(repo, n, by, by), "Second title"),
        (lambda n: github.unassign(repo, n, by, by), "Second title"),
        (lambda n: github.milestone(repo, n, "v2", by), "Second title"),
        (lambda n: github.demilestone(repo, n, by), "Second title"),
        (lambda n: github.request_review(repo, n, reviewer, by), f"Waiting for <@{world.reviewer.id}>"),
        (lambda n: github.remove_request(repo, n, reviewer, by), "Nobody is asked to review yet"),
        (lambda n: github.convert_to_draft(repo, n, by), "still a draft"),
        (lambda n: github.ready_for_review(repo, n, by), "Nobody is asked to review yet"),
        (lambda n: github.lock(repo, n, by, "resolved"), "Second title"),
        (lambda n: github.unlock(repo, n, by), "Second title"),
        (lambda n: github.enable_auto_merge(repo, n, by), "Second title"),
        (lambda n: github.disable_auto_merge(repo, n, by), "Second title"),
        (lambda n: github.enqueue(repo, n, by), "Second title"),
        (lambda n: github.dequeue(repo, n, by), "Second title"),
        (lambda _: github.push(repo, demo.feature.branch, demo.feature_follow_up, by=by), "files"),
        (lambda n: github.submit_review(repo, n, reviewer, "approved"), "ready to merge"),
        (lambda n: github.start_checks(repo, n, ["lint", "test"]), "⏳ 2 of 2 running"),
        (lambda n: github.finish_check(repo, n, "lint", "failure"), "lint failed"),
        (lambda n: github.finish_check(repo, n, "test", "success"), "❌ 1 of 2 failed"),
        (lambda n: github.status(repo, n, "deploy", "success", by=by), "❌ 1 of 3 failed"),
    ]
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, replace(demo.feature, labels=()))
    await world.card_says(pull.title, demo.author, f"{repo}#{pull.number}", "→ main", "Review", "Mute")
    for act, words in acts:
        await act(pull.number)
        await github.settled()
        await world.card_says(words)
    await rest(world)
    assert len(cards(world)) == 1


async def test_a_card_folds_when_closed_unfolds_when_reopened_and_folds_for_good_when_merged(
    world: World,
) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await world.card_says("Review", "Mute")
    await github.close(repo, pull.number, demo.author)
    await rest(world)
    folded = cards(world)[0]
    assert len(folded.blocks) == 1
    assert "closed" in shown(folded)
    assert "Mute" not in shown(folded)
    await github.reopen(repo, pull.number, demo.author)
    await rest(world)
    assert "Mute" in said(world)
    await github.merge(repo, pull.number, demo.maintainer)
    await rest(world)
    assert f"merged by {demo.maintainer}" in said(world)
    assert len(cards(world)[0].blocks) == 1
    assert len(thread(world)) == 3


async def test_a_burst_of_events_costs_few_edits(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await rest(world)
    before = len(edits(world))
    hook(world).hold()
    for number in range(10):
        await github.label(repo, pull.number, f"label-{number}", demo.author)
    hook(world).release()
    await rest(world)
    assert "label-0" in said(world)
    assert 1 <= len(edits(world)) - before <= 2
    before = len(edits(world))
    for delivery in github.deliveries[-10:]:
        await github.redeliver(delivery.guid)
    await rest(world)
    assert len(edits(world)) == before


async def test_a_draft_appears_in_a_channel_without_drafts_once_it_is_ready(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews draft:no")
    pull = await github.open_pull(repo, demo.feature, draft=True)
    await github.label(repo, pull.number, "early", demo.author)
    await rest(world)
    assert cards(world) == []
    await github.ready_for_review(repo, pull.number, demo.author)
    await world.card_says(pull.title)
    await github.convert_to_draft(repo, pull.number, demo.author)
    await world.card_says("still a draft")


async def test_channels_hear_of_what_their_own_features_and_filters_let_through(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    merges, labelled = new_channel(world, "merges"), new_channel(world, "labelled")
    based, people = new_channel(world, "based"), new_channel(world, "people")
    await world.subscribe("reviews,comments")
    await subscribe(world, merges, "merges")
    await subscribe(world, labelled, "reviews label:urgent -label:wip")
    await subscribe(world, based, "reviews base:release/*")
    await subscribe(world, people, "reviews bots:no")
    pull = await github.open_pull(repo, demo.feature)
    await github.open_pull(repo, demo.bump)
    await rest(world)
    places = (world.channel, merges, labelled, based, people)
    assert [len(cards(world, place)) for place in places] == [2, 0, 0, 0, 1]
    await github.label(repo, pull.number, "wip", demo.author)
    await github.label(repo, pull.number, "urgent", demo.author)
    await rest(world)
    assert cards(world, labelled) == []
    await github.unlabel(repo, pull.number, "wip", demo.author)
    await rest(world)
    assert len(cards(world, labelled)) == 1
    await github.merge(repo, pull.number, demo.maintainer)
    await rest(world)
    assert "merged by" in said(world, merges)
    assert ["merged this" in reply for reply in thread(world, merges)] == [True]
    assert cards(world, based) == []


async def test_a_renamed_and_moved_repository_keeps_its_channel_and_its_card(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await world.card_says(repo)
    name = repo.split("/")[1]
    await github.rename_repo(repo, f"{name}-next", demo.maintainer)
    renamed = f"{repo}-next"
    await world.card_says(f"{renamed}#{pull.number}", f"/{renamed}/pull/")
    await github.transfer_repo(renamed, "newhome", demo.maintainer)
    moved = f"newhome/{name}-next"
    await world.card_says(f"{moved}#{pull.number}", f"/{moved}/pull/")
    for delivery in list(github.deliveries):
        await github.redeliver(delivery.guid)
    await github.request_review(moved, pull.number, demo.reviewer, demo.author)
    await world.card_says(moved, "Waiting for")
    await rest(world)
    assert len(cards(world)) == 1
    assert moved in await world.command(world.maintainer, "list")


async def test_a_pull_request_older_than_the_webhook_gets_its_card_from_a_comment(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    hook(world).active = False
    pull = await github.open_pull(repo, demo.feature)
    await world.subscribe("reviews,comments")
    hook(world).active = True
    await github.comment(repo, pull.number, "What about this one?", demo.reviewer)
    card = await world.card_says(pull.title, f"+{pull.additions}")
    assert f"{pull.changed_files} files" in shown(card)
    await world.reply_says("What about this one?")


async def test_a_pull_request_older_than_the_webhook_gets_its_card_from_a_review(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    hook(world).active = False
    pull = await github.open_pull(repo, demo.feature)
    await world.subscribe("reviews")
    hook(world).active = True
    await github.submit_review(repo, pull.number, demo.reviewer, "approved")
    await world.card_says(pull.title, f"+{pull.additions}", f"✅ {demo.reviewer}")


async def test_ghosts_and_deleted_forks_are_shown_as_such(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, replace(demo.fix, fork=True))
    await world.card_says(pull.title, pull.author)
    await github.delete_fork(f"{pull.author}/{repo.split('/')[1]}")
    await github.comment(repo, pull.number, "I leave.", pull.author)
    await github.delete_account(pull.author)
    await github.label(repo, pull.number, "orphaned", demo.maintainer)
    await world.card_says("ghost", "`orphaned`")
    await github.close(repo, pull.number, demo.maintainer)
    await world.card_says("closed")


async def test_a_card_that_a_person_deleted_is_not_posted_again(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews,comments")
    pull = await github.open_pull(repo, demo.feature)
    await rest(world)
    (card,) = cards(world)
    await bot(world).chat_delete(channel=world.channel.id, ts=card.ts)
    await github.submit_review(repo, pull.number, demo.reviewer, "approved", "Fine.")
    await rest(world)
    await github.merge(repo, pull.number, demo.maintainer)
    await rest(world)
    assert cards(world) == []
    assert not world.slack.workspace.channels[world.channel.id].threads.get(card.ts)


async def test_after_unsubscribing_no_new_card_comes_and_the_old_one_still_ends(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    await world.subscribe("reviews")
    pull = await github.open_pull(repo, demo.feature)
    await world.card_says(pull.title)
    await world.command(world.maintainer, f"unsubscribe {repo}")
    await github.open_pull(repo, demo.fix)
    await github.merge(repo, pull.number, demo.maintainer)
    await rest(world)
    assert "merged by" in said(world)
    assert thread(world) == []
