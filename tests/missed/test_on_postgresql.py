"""The same on PostgreSQL, where what SQLite forgives is an error."""

from datetime import timedelta

from sandbox.github import GitHub
from tests.features.card_kit import cards
from tests.missed.missed_kit import QUICK, asked, quick, undelivered, until


async def test_an_outage_is_made_good_and_a_silent_repository_is_read(postgres_url: str) -> None:
    github = GitHub()
    async with quick(
        postgres_url,
        github=github,
        poll_every=QUICK,
        silence=timedelta(),
        settings={"poll_interval_seconds": 30},
    ) as world:
        (way,) = github.hooks.values()
        address, way.url = way.url, "http://127.0.0.1:9/webhooks/github"
        await world.subscribe("reviews,merges,ci")
        pull = await github.open_pull(world.repo, world.demo.feature)
        await github.settled()
        assert undelivered(world)
        way.url = address
        await until(lambda: not undelivered(world))
        await world.card_says(pull.title)
        github.hooks.clear()
        await github.start_checks(world.repo, pull.number, ["lint"])
        await github.finish_check(world.repo, pull.number, "lint", "failure")
        await world.reply_says("lint")
        await github.merge(world.repo, pull.number, world.demo.maintainer)
        await world.card_says("merged by")
        await world.reply_says("merged this")
        status = await world.command(world.maintainer, "status")
        assert "🟢" in status
        assert len(cards(world)) == 1
        assert asked(world, "/attempts", method="POST")
