"""Demand 9: a pull request is one compact card that says whom it waits for, and one line once it is over."""

from sandbox.github.specs import CommitSpec
from tests.features.card_kit import cards, rest
from tests.world import World, shown


async def test_the_whole_story_is_one_card_of_a_few_lines(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    owners = CommitSpec("Say who owns what", {"CODEOWNERS": f"* @acme/{demo.team}\n"})
    await github.push(repo, "main", owners, by=demo.maintainer)
    await world.subscribe("reviews,ci")
    pull = await github.open_pull(repo, demo.feature)
    card = await world.card_says(f"Waiting for @acme/{demo.team} for `*`: a code owner must approve")
    assert len(card.blocks) <= 4
    assert not [block for block in card.blocks if block["type"] in {"image", "divider"}]
    assert len(shown(card)) < 600
    await github.start_checks(repo, pull.number, ["test"])
    await github.finish_check(repo, pull.number, "test", "failure")
    await world.card_says("Waiting for", "test failed")
    await github.finish_check(repo, pull.number, "test", "success")
    await github.submit_review(repo, pull.number, demo.reviewer, "approved")
    await world.card_says("Waiting for", "approved, ready to merge")
    await github.merge(repo, pull.number, demo.maintainer)
    folded = await world.card_says("merged by")
    assert len(folded.blocks) == 1
    await rest(world)
    assert len(cards(world)) == 1
