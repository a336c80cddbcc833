"""Three channels that ask for different things live through the whole story, and get exactly that."""

from collections.abc import Sequence

from sandbox.slack import Conversation
from tests.demands.demand_kit import also_in_channel, cards_in, follow, told_in
from tests.features.card_kit import calm, rest
from tests.world import World

_FIX, _FEATURE = "Round currency conversions half to even", "Add idempotency keys to refunds"


async def _story(world: World) -> None:
    """Let a feature, a fix and a bot's update live from opened to merged or closed."""
    github, repo, demo = world.github, world.repo, world.demo
    feature = await github.open_pull(repo, demo.feature, draft=True)
    number = feature.number
    await github.ready_for_review(repo, number, demo.author)
    await github.request_review(repo, number, demo.reviewer, demo.author)
    fix = await github.open_pull(repo, demo.fix)
    bump = await github.open_pull(repo, demo.bump)
    await github.start_checks(repo, number)
    await github.finish_check(repo, number, "lint", "success")
    await github.finish_check(repo, number, "test", "failure")
    await github.comment(repo, number, "Coverage fell.", demo.bump.author)
    path = github.files_of(github.repo(repo), feature)[0].path
    lines = [(path, 1, "Why?"), (path, 2, "And this?")]
    await github.submit_review(repo, number, demo.reviewer, "changes_requested", "Not yet.", comments=lines)
    await github.push(repo, demo.feature.branch, demo.feature_follow_up, by=demo.author)
    await github.start_checks(repo, number)
    await github.finish_check(repo, number, "lint", "success")
    await github.finish_check(repo, number, "test", "success")
    await github.request_review(repo, number, demo.reviewer, demo.author)
    await github.submit_review(repo, number, demo.reviewer, "approved", "Fine.")
    await github.submit_review(repo, fix.number, demo.second_reviewer, "approved")
    await github.enqueue(repo, number, demo.maintainer)
    await github.dequeue(repo, number, demo.maintainer, reason="MERGE")
    await github.merge(repo, number, demo.maintainer)
    await github.merge(repo, fix.number, demo.maintainer)
    await github.close(repo, bump.number, demo.maintainer)
    await rest(world)


def _got(world: World, channel: Conversation) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return cards_in(world, channel), told_in(world, channel), also_in_channel(world, channel)


async def test_each_channel_gets_exactly_what_it_asked_for(sqlite_url: str) -> None:
    async with calm(sqlite_url) as world:
        everything = await follow(world, "everything", "reviews,merges,ci,comments bot:no")
        money = await follow(
            world, "money", "reviews path:payments/money.py event:opened,merged broadcast:merged"
        )
        leads = await follow(world, "leads", "draft:no -author:dependabot event:approved,queue_entered")
        await _story(world)
        demo = world.demo
        reviewer, second, maintainer = demo.reviewer, demo.second_reviewer, demo.maintainer
        cards, told, also = _got(world, everything)
        assert (cards, also) == ([_FEATURE, _FIX], [])
        assert sorted(told) == sorted(
            [
                f"{demo.author} marked this as ready for review",
                f"CI failed on {_first_head(world)}: test",
                f"{reviewer} asked for changes",
                f"2 comments from {reviewer}",
                f"<@{world.reviewer.id}>, {demo.author} asks you to look again",
                f"{reviewer} approved",
                f"{second} approved",
                f"{maintainer} put this into the merge queue",
                f"{maintainer} merged this into `main`",
                f"{maintainer} merged this into `main`",
            ]
        )
        merged = [f"{maintainer} merged this into `main`"]
        assert _got(world, money) == ([_FIX], merged, merged)
        cards, told, also = _got(world, leads)
        assert (sorted(cards), also) == (sorted([_FEATURE, _FIX]), [])
        notes = [one for one in told if "approved" not in one and "queue" not in one]
        assert sorted(one for one in told if one not in notes) == sorted(
            [f"{reviewer} approved", f"{second} approved", f"{maintainer} put this into the merge queue"]
        )
        assert len(notes) == 2  # the two release notes, which its features ask for


def _first_head(world: World) -> str:
    opened = next(
        one.payload for one in world.github.deliveries if (one.event, one.action) == ("check_run", "created")
    )
    return str(opened["check_run"]["head_sha"])[:7]
