"""Demand 13: checks are heard of when they fail, and nothing is said of those that pass."""

from tests.demands.demand_kit import cards_in, follow, told_in
from tests.features.card_kit import rest
from tests.world import World


async def test_only_a_failure_is_told_and_a_recovery_where_that_is_asked_for(calm_world: World) -> None:
    world, github, demo = calm_world, calm_world.github, calm_world.demo
    usual = await follow(world, "usual")
    failures = await follow(world, "failures", "ci event:ci_failed")
    recoveries = await follow(world, "recoveries", "reviews,ci event:opened,ci_recovered")
    pull = await github.open_pull(world.repo, demo.feature)
    other = await github.open_pull(world.repo, demo.fix)
    for number, conclusion in ((other.number, "success"), (pull.number, "failure")):
        await github.start_checks(world.repo, number, ["test"])
        await github.finish_check(world.repo, number, "test", conclusion)
    await rest(world)
    sha = pull.head_sha[:7]
    assert cards_in(world, failures) == [pull.title]
    assert told_in(world, usual) == told_in(world, failures) == [f"CI failed on {sha}: test"]
    assert told_in(world, recoveries) == []
    await github.start_checks(world.repo, pull.number, ["test"])
    await github.finish_check(world.repo, pull.number, "test", "success")
    await rest(world)
    for channel in (usual, failures, recoveries):  # the first two by an edit, which nobody is notified of
        assert told_in(world, channel) == [f"CI recovered on {sha}"]
