"""Demand 20: reminders beyond five repositories that honour "ignore approved"."""

from datetime import timedelta

from tests.features.card_kit import rest
from tests.reminders.reminder_kit import FRIDAY, Held, add_repository, digest, digests, held, later, opened
from tests.world import shown


async def test_a_reminder_tells_of_every_repository_and_leaves_out_what_is_approved(sqlite_url: str) -> None:
    clock = Held(FRIDAY + timedelta(hours=2))
    async with held(sqlite_url, clock) as world:
        repos = [add_repository(world, f"service-{number}") for number in range(1, 9)]
        for repo in repos:
            await world.command(world.maintainer, f"subscribe {repo} merges")
            await opened(world, f"Work on {repo}", world.demo.reviewer, repo=repo)
        done = await opened(world, "Approved already", world.demo.reviewer, repo=repos[0])
        await world.github.submit_review(repos[0], done.number, world.demo.reviewer, "approved")
        await rest(world)

        said = await world.command(world.maintainer, "remind weekdays 09:30 ignore-approved")
        assert "next: Mon 23 Nov 09:30 Europe/Amsterdam" in said.replace("*", "").replace("Next", "next")

        await later(world, clock, 2026, 11, 23, 8, 31)
        text = shown(await digest(world))
        assert "8 pull requests wait" in text
        for repo in repos:
            assert f"Work on {repo}" in text
        assert "Approved already" not in text
        assert f"👉 *<@{world.reviewer.id}>*" in text

        await later(world, clock, 2026, 11, 24, 8, 31)
        await digest(world, 2)
        assert len(digests(world)) == 2
