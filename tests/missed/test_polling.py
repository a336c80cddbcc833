"""Repositories that send no webhooks are read instead: the same cards and threads, and nothing twice."""

import contextlib
import re
import sqlite3
from datetime import timedelta

from sandbox.github import GitHub
from tests.features.card_kit import Rolling, cards, edits, hook, said, thread
from tests.missed.missed_kit import QUICK, asked, quick, until
from tests.world import World, shown

# Moments and commits differ from one world to the next.
_OWN = re.compile(r"<!date[^>]*>|\b[0-9a-f]{7,40}\b")
_OFTEN = {"poll_every": QUICK, "settings": {"poll_interval_seconds": 30}}


def polled(database_url: str, **choices: object) -> contextlib.AbstractAsyncContextManager[World]:
    """Open a world whose bot reads silent repositories all the time."""
    return quick(database_url, **{**_OFTEN, **choices})


def busy(world: World) -> int:
    """Count what is to be done apart from looking around."""
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    query = (
        "SELECT (SELECT count(*) FROM deliveries WHERE state = 'new') + (SELECT count(*) FROM jobs"
        " WHERE finished_at IS NULL AND (kind NOT LIKE 'missed.%' OR kind = 'missed.read'))"
    )
    with contextlib.closing(sqlite3.connect(path)) as database:
        count: int = database.execute(query).fetchone()[0]
        return count


async def read_through(world: World) -> None:
    """Wait until GitHub was asked several times in vain and nothing is left to do."""
    await world.github.settled()

    def lists() -> list[int]:
        return [call.status for call in asked(world, "/pulls") if call.query.get("state") == "all"]

    before = len(lists())
    await until(lambda: len(lists()) > before + 2 and lists()[-1] == 304 and not busy(world))


async def story(world: World) -> None:
    """Let a pull request be opened, reviewed, discussed, checked, closed, reopened and merged."""
    github, demo, repo = world.github, world.demo, world.repo
    number = (await github.open_pull(repo, demo.feature)).number
    await read_or_sent(world)
    await github.request_review(repo, number, demo.reviewer, demo.author)
    await github.start_checks(repo, number, ["lint", "test"])
    await github.finish_check(repo, number, "lint", "failure")
    await github.finish_check(repo, number, "test", "success")
    await read_or_sent(world)
    await github.comment(repo, number, "What about retries?", demo.author)
    wrong = await github.comment(repo, number, "Never mind.", demo.author)
    await github.comment(repo, number, "Fisrt things first.", demo.author)
    remarks = [("payments/idempotency.py", 1, "Why this one?")]
    await github.submit_review(repo, number, demo.reviewer, "changes_requested", "Not yet.", comments=remarks)
    await github.status(repo, number, "deploy", "success", by=demo.author)
    await read_or_sent(world)
    said = github.pull(repo, number)
    (last,) = (one.id for one in said.comments if one.body.startswith("Fisrt"))
    await github.edit_comment(repo, number, last, "First things first.", demo.author)
    await github.delete_comment(repo, number, wrong.id, demo.author)
    await github.request_review(repo, number, demo.reviewer, demo.author)
    await read_or_sent(world)
    await github.close(repo, number, demo.maintainer)
    await github.reopen(repo, number, demo.author)
    await read_or_sent(world)
    await github.submit_review(repo, number, demo.reviewer, "approved", "Now it is fine.")
    await github.label(repo, number, "bug", demo.author)
    await read_or_sent(world)
    await github.merge(repo, number, demo.maintainer)
    await read_or_sent(world)


async def read_or_sent(world: World) -> None:
    """Wait until the bot knows what happened, by whichever way."""
    if world.github.hooks:
        await world.github.settled()
        await until(lambda: not busy(world))
    else:
        await read_through(world)


async def test_a_repository_without_a_webhook_makes_the_same_card_and_thread(
    sqlite_url: str,
) -> None:
    told: list[tuple[str, list[str]]] = []
    for way, url in (("sent", sqlite_url), ("read", sqlite_url.replace("test.db", "other.db"))):
        async with polled(url) as world:
            if way == "read":
                world.github.hooks.clear()
            await world.subscribe("reviews,merges,notes,ci,comments")
            await story(world)
            await world.card_says("merged by")
            await world.reply_says("Release note")
            await world.reply_says("What about retries?", "First things first.")
            for words in ("asked", "closed", "reopened"):
                await world.reply_says(words)
            assert "Never mind." not in "".join(thread(world))
            assert len(cards(world)) == 1
            told.append((_OWN.sub("…", said(world)), [_OWN.sub("…", one) for one in thread(world)]))
    assert told[0] == told[1]


async def test_what_both_a_webhook_and_the_reading_tell_is_told_once(sqlite_url: str) -> None:
    async with polled(sqlite_url, silence=timedelta()) as world:
        github = world.github
        github.repo(world.repo).collaborators["patchforge-bot"] = "read"
        await world.subscribe("reviews,merges,notes,ci,comments")
        await until(lambda: asked(world, "/hooks"))
        hook(world).hold()
        pull = await github.open_pull(world.repo, world.demo.feature)
        await world.card_says(pull.title)
        await github.comment(world.repo, pull.number, "What about retries?", world.demo.author)
        await github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved", "Fine.")
        await github.start_checks(world.repo, pull.number, ["lint"])
        await github.finish_check(world.repo, pull.number, "lint", "failure")
        await world.reply_says("Fine.")
        await world.reply_says("What about retries?")
        await world.reply_says("lint")
        await github.merge(world.repo, pull.number, world.demo.maintainer)
        await world.reply_says("Release note")
        await read_through(world)
        before = thread(world)
        hook(world).release(shuffle=7)
        await github.settled()
        for delivery in list(github.deliveries):
            await github.redeliver(delivery.guid)
        await read_through(world)
        assert len(cards(world)) == 1
        assert thread(world) == before


async def test_asking_in_vain_costs_nothing_and_edits_nothing(sqlite_url: str) -> None:
    async with polled(sqlite_url) as world:
        world.github.hooks.clear()
        await world.subscribe("reviews,ci")
        pull = await world.github.open_pull(world.repo, world.demo.feature)
        await world.card_says(pull.title)
        await read_through(world)
        token, shows = next(iter(world.github.tokens.values())), len(edits(world))
        used, calls = token.used, len(world.github.calls)
        await until(lambda: len(world.github.calls) > calls + 20)
        recent = list(world.github.calls)[calls + 1 :]
        assert {call.status for call in recent} == {304}
        assert token.used <= used + 1  # the one whose answer is under way
        assert len(edits(world)) == shows


async def test_a_repository_with_a_webhook_is_not_read(sqlite_url: str) -> None:
    async with polled(sqlite_url) as world:
        await world.subscribe("reviews")
        await until(lambda: [call for call in asked(world, "/hooks") if call.status == 304])
        pull = await world.github.open_pull(world.repo, world.demo.feature)
        await world.card_says(pull.title)
        before = len(asked(world, "/hooks"))
        reads = len([call for call in asked(world, "/pulls") if call.query.get("state") == "all"])
        await until(lambda: len(asked(world, "/hooks")) > before + 4)
        assert len([c for c in asked(world, "/pulls") if c.query.get("state") == "all"]) <= reads + 1


async def test_nothing_is_read_unless_it_was_asked_for(sqlite_url: str) -> None:
    async with quick(sqlite_url) as world:
        world.github.hooks.clear()
        await world.subscribe("reviews")
        await world.github.open_pull(world.repo, world.demo.feature)
        await until(lambda: len(asked(world, "/pulls")) > 4)
        assert cards(world) == []
        assert not [call for call in asked(world, "/pulls") if call.query.get("state") == "all"]


async def test_what_was_said_before_the_channel_followed_is_no_news_but_reviews_count(
    sqlite_url: str,
) -> None:
    async with polled(sqlite_url, github=GitHub(now=Rolling().now)) as world:
        # This GitHub's clock is behind: all of this happens before anybody follows the repository.
        github, demo = world.github, world.demo
        github.hooks.clear()
        pull = await github.open_pull(world.repo, demo.feature)
        await github.comment(world.repo, pull.number, "An old remark.", demo.author)
        await github.submit_review(world.repo, pull.number, demo.reviewer, "approved", "An old word.")
        await world.subscribe("reviews,comments")
        await until(lambda: len([c for c in asked(world, "/pulls") if c.status == 304]) > 3)
        assert cards(world) == []


async def test_a_rate_limit_only_delays_the_reading(sqlite_url: str) -> None:
    async with polled(sqlite_url) as world:
        world.github.hooks.clear()
        await world.subscribe("reviews")
        world.github.faults.add(r"/reviews$", "429", times=1, retry_after=1)
        world.github.faults.add(r"/pulls$", "secondary", times=1, retry_after=1)
        world.github.faults.add(r"/check-runs$", "500", times=1)
        pull = await world.github.open_pull(world.repo, world.demo.feature)
        card = await world.card_says(pull.title)
        assert demo_size(world, shown(card))
        assert "🟢" in await world.command(world.maintainer, "status")


def demo_size(world: World, text: str) -> bool:
    """Tell whether the card knows how large the change is."""
    (pull,) = world.github.repo(world.repo).pulls
    return f"+{pull.additions}" in text
