"""The weekly figures in App Home: counted from what was reviewed and merged, and said in words."""

from datetime import timedelta

from bot.reminders.figures import WEEKS
from tests.features.card_kit import rest
from tests.features.test_home import opens
from tests.reminders.reminder_kit import FRIDAY, Held, held, later, opened


async def test_home_shows_how_long_reviews_and_merges_took(sqlite_url: str) -> None:
    clock = Held(FRIDAY + timedelta(hours=2))
    async with held(sqlite_url, clock) as world:
        await world.subscribe("merges")
        pulls = [await opened(world, f"Change {number}", world.demo.reviewer) for number in range(5)]
        await rest(world)
        await later(world, clock, 2026, 11, 20, 11, 30)
        for pull in pulls:
            await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
        await later(world, clock, 2026, 11, 20, 12, 30)
        await world.github.merge(world.repo, pulls[0].number, world.demo.maintainer)
        await rest(world)
        await later(world, clock, 2026, 11, 20, 12, 45)
        said = await opens(world, world.author, "How long reviews and merges take", "Time to first review")
        assert "16 Nov 2.0 h (5)" in said
        assert "Not enough data yet: 1 merge in 8 weeks" in said
        assert WEEKS == 8
