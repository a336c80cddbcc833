"""Forms that help while a person fills them in: menus that ask for options, fields that tell of a change."""

from collections.abc import AsyncIterator, Sequence

import pytest

from blocks import kit
from bot.context import Context
from handlers import FEATURES
from handlers.feature import Click, Command, CommandCall, Feature, Lookup, Reply
from tests.doors.doors_kit import Scene, open_scene
from tests.world import shown

FRUIT = ("apple", "apricot", "pear")


async def _open(context: Context, call: CommandCall) -> Reply:
    await context.slack.open_view(call.trigger_id, _form("Nothing yet"))
    return None


def _form(says: str) -> kit.View:
    return kit.modal(
        "pf.fruit.save",
        "Fruit",
        [
            kit.input_block("fruit", "Fruit", kit.lookup("pf.fruit.find", at_least=1)),
            kit.input_block("many", "Words", kit.text_input("pf.fruit.words"), live=True, optional=True),
            kit.section(says),
        ],
        submit="Save",
        metadata="of one kind",
    )


async def _find(_context: Context, lookup: Lookup) -> Sequence[kit.Option]:
    if lookup.typed == "crash":
        raise ZeroDivisionError
    found = [name for name in FRUIT if name.startswith(lookup.typed)]
    return [kit.Option(name, name.title()) for name in found]


async def _changed(context: Context, click: Click) -> Reply:
    assert click.view
    says = f"{click.view.metadata}: {click.view.values['many']}"
    await context.slack.update_view(click.view.id, _form(says), shown=click.view.hash)
    return None


FRUITS = Feature(
    name="fruit",
    commands=(Command("fruit", "fruit", "Choose a fruit.", _open),),
    actions={"pf.fruit.words": _changed},
    lookups={"pf.fruit.find": _find},
)


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[Scene]:
    async with open_scene(sqlite_url, features=(*FEATURES, FRUITS)) as opened:
        await opened.slack.command(opened.person.id, opened.channel.id, "/patchforge", "fruit")
        yield opened


async def test_a_menu_offers_what_fits_the_typed(scene: Scene) -> None:
    view = scene.slack.modals(scene.person.id)[-1]
    offered = await scene.slack.suggest(scene.person.id, "pf.fruit.find", "ap", view_id=view.id)
    assert [option["value"] for option in offered] == ["apple", "apricot"]
    assert await scene.slack.suggest(scene.person.id, "pf.fruit.find", "crash", view_id=view.id) == []


async def test_a_live_field_shows_at_once_what_it_means(scene: Scene) -> None:
    view = scene.slack.modals(scene.person.id)[-1]
    await scene.slack.select(scene.person.id, "pf.fruit.words", "two words", view_id=view.id)
    assert "of one kind: two words" in shown(scene.slack.modals(scene.person.id)[-1])
