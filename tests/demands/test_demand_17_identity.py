"""Demand 17: who is who, proven without an app that may act on anybody's behalf."""

from tests.people.people_kit import code_in, guest, provable, told
from tests.world import shown


async def test_a_proven_reviewer_is_mentioned_and_nothing_may_act_for_them(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        github, repo, demo = world.github, world.repo, world.demo
        await world.subscribe("reviews")
        pull = await github.open_pull(repo, demo.feature)
        await github.request_review(repo, pull.number, "jweber", demo.author)
        card = await world.card_says("Waiting for jweber: review requested")
        assert "<@" not in shown(card).partition("Waiting for")[2]
        jonas = guest(world, "jonas")
        code = code_in(await world.command(jonas, "link"))
        await github.authorize_device(code, "jweber")
        await told(world, jonas, "Linked: you are `jweber` on GitHub, as GitHub proves.")
        await world.card_says(f"Waiting for <@{jonas.id}>: review requested")
        asked = [(call.method, call.path) for call in github.calls if call.login == "jweber"]
        assert asked == [("GET", "/user")]


async def test_a_name_that_looks_alike_pings_nobody(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        namesake = guest(world, "jweber", real_name="Jonas Weber")
        await world.subscribe("reviews")
        pull = await world.github.open_pull(world.repo, world.demo.feature)
        await world.github.request_review(world.repo, pull.number, "jweber", world.demo.author)
        card = await world.card_says("Waiting for jweber: review requested")
        assert f"<@{namesake.id}>" not in shown(card)
