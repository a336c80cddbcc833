"""Whatever the order and repetition of deliveries, the end is the one that the right order leads to."""

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

from sandbox.github import GitHub
from tests.features.card_kit import Rolling, Ticking, hook, rest, said, thread
from tests.world import World, open_world

# How often each delivery comes, and in which order: shuffled by a seed, backwards, or the last one first.
_ORDERS: tuple[tuple[int, int | str], ...] = (
    (1, 1),
    (2, 2),
    (3, 3),
    (4, 4),
    (1, "backwards"),
    (2, "last first"),
)
_FEATURES = "reviews,merges,ci,comments"


async def _life(world: World, clock: Ticking, *, step: bool) -> None:  # noqa: PLR0915 - it is a long one
    """Let a pull request live through everything, from draft to a word of thanks after the merge."""
    github, repo, demo = world.github, world.repo, world.demo
    author, reviewer, other = demo.author, demo.reviewer, demo.second_reviewer

    def on() -> None:
        clock.at += timedelta(minutes=step)

    on()
    pull = await github.open_pull(repo, demo.feature, draft=True)
    number = pull.number
    on()
    await github.ready_for_review(repo, number, author)
    on()
    await github.request_review(repo, number, reviewer, author)
    on()
    await github.comment(repo, number, "Is this still needed?", other)
    on()
    said_twice = await github.comment(repo, number, "Yes, it si.", author)
    on()
    await github.edit_comment(repo, number, said_twice.id, "Yes, it is.", author)
    on()
    path = github.files_of(github.repo(repo), pull)[0].path
    await github.submit_review(
        repo, number, reviewer, "changes_requested", "Almost.", comments=[(path, 1, "Why?"), (path, 2, "Hm.")]
    )
    on()
    await github.push(repo, demo.feature.branch, demo.feature_follow_up, by=author)
    on()
    await github.request_review(repo, number, reviewer, author)
    on()
    await github.start_checks(repo, number)
    await github.finish_check(repo, number, "lint", "success")
    on()
    await github.finish_check(repo, number, "test", "failure")
    on()
    await github.status(repo, number, "deploy/preview", "pending", by=author)
    await github.status(repo, number, "deploy/preview", "success", by=author)
    on()
    await github.close(repo, number, author)
    on()
    await github.reopen(repo, number, author)
    on()
    await github.label(repo, number, "urgent", author)
    await github.edit_title(repo, number, "A better title", author)
    on()
    await github.submit_review(repo, number, reviewer, "approved")
    on()
    objection = await github.submit_review(repo, number, other, "changes_requested", "No.")
    on()
    await github.dismiss_review(repo, number, objection.id, demo.maintainer)
    on()
    if not step:
        return  # nothing leads back from a merge, so there would be no doubt left
    await github.merge(repo, number, demo.maintainer)
    clock.at += timedelta(minutes=5 * step)
    await github.comment(repo, number, "Thank you!", reviewer)
    on()
    await github.submit_review(repo, number, other, "commented", "I should have seen this.")


async def lived(
    starting: asyncio.Lock, path: Path, copies: int, order: int | str, *, step: bool
) -> tuple[str, list[str]]:
    """Return what card and thread show after a life delivered in this order."""
    clock = Ticking()
    async with contextlib.AsyncExitStack() as stack:
        async with starting:  # the migration tool holds its state in globals
            opening = open_world(f"sqlite+aiosqlite:///{path}.db", github=GitHub(now=clock.now))
            world = await stack.enter_async_context(opening)
        # Comments are gathered for seconds; where only the card is compared they need not be told.
        await world.subscribe(_FEATURES if step else "reviews,merges,ci")
        hook(world).copies = copies
        if order != "as it was":
            hook(world).hold()
        await _life(world, clock, step=step)
        if order == "backwards":
            hook(world).waiting.reverse()
        elif order == "last first":
            hook(world).waiting.rotate(1)
        hook(world).release(shuffle=order if isinstance(order, int) else None)
        await rest(world)
        return said(world), thread(world)


async def test_deliveries_in_any_order_and_number_lead_to_the_same_card_and_thread(tmp_path: Path) -> None:
    starting = asyncio.Lock()
    in_order, *shuffled = await asyncio.gather(
        lived(starting, tmp_path / "in-order", 1, "as it was", step=True),
        *(lived(starting, tmp_path / f"{order}", copies, order, step=True) for copies, order in _ORDERS),
    )
    assert "merged by" in in_order[0]
    assert len(in_order[1]) == 14
    for end in shuffled:
        assert end == in_order


async def test_when_all_happens_within_one_second_github_is_asked_what_came_last(tmp_path: Path) -> None:
    starting = asyncio.Lock()
    in_order, *shuffled = await asyncio.gather(
        lived(starting, tmp_path / "in-order", 1, "as it was", step=False),
        *(lived(starting, tmp_path / f"{order}", copies, order, step=False) for copies, order in _ORDERS),
    )
    assert "A better title" in in_order[0]
    for end in shuffled:
        assert end[0] == in_order[0]


async def test_without_a_github_token_a_comment_waits_for_the_event_that_explains_it(tmp_path: Path) -> None:
    url, github = f"sqlite+aiosqlite:///{tmp_path}/test.db", GitHub(now=Rolling().now)
    async with open_world(url, github=github, github_token=None) as world:
        await world.subscribe("reviews,comments")
        hook(world).hold()
        pull = await github.open_pull(world.repo, world.demo.feature)
        await github.comment(world.repo, pull.number, "First!", world.demo.reviewer)
        hook(world).waiting.reverse()
        hook(world).release()
        await rest(world)
        assert pull.title in said(world)
        assert ["First!" in reply for reply in thread(world)] == [True]
        assert not github.calls
