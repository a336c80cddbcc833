"""Demand 2: bots, dependabot and a label are left out."""

import pytest

from tests.demands.demand_kit import cards_in, follow
from tests.features.card_kit import rest
from tests.world import World


@pytest.mark.parametrize("text", ["bot:no", "-author:dependabot", "-author:depend*"])
async def test_what_is_left_out_has_no_card(calm_world: World, text: str) -> None:
    world = calm_world
    channel = await follow(world, "people", text)
    fix = await world.github.open_pull(world.repo, world.demo.fix)
    await world.github.open_pull(world.repo, world.demo.bump)
    await rest(world)
    assert cards_in(world, channel) == [fix.title]


async def test_a_label_that_is_put_on_or_taken_off_later_counts(calm_world: World) -> None:
    world, demo = calm_world, calm_world.demo
    channel = await follow(world, "urgent", "label:urgent")
    pull = await world.github.open_pull(world.repo, demo.feature)
    await rest(world)
    spared = await follow(world, "spared", "-label:urgent")
    assert cards_in(world, channel) == []
    await world.github.label(world.repo, pull.number, "urgent", demo.author)
    await rest(world)
    assert cards_in(world, channel) == [pull.title]
    assert cards_in(world, spared) == []
    await world.github.unlabel(world.repo, pull.number, "urgent", demo.author)
    await rest(world)
    assert cards_in(world, spared) == [pull.title]


async def test_a_card_that_stands_goes_on_when_a_label_would_leave_it_out(calm_world: World) -> None:
    world, demo = calm_world, calm_world.demo
    channel = await follow(world, "calm", "-label:urgent")
    pull = await world.github.open_pull(world.repo, demo.feature)
    await rest(world)
    assert cards_in(world, channel) == [pull.title]
    await world.github.label(world.repo, pull.number, "urgent", demo.author)
    await world.github.edit_title(world.repo, pull.number, "Told anew", demo.author)
    await rest(world)
    assert cards_in(world, channel) == ["Told anew"]
