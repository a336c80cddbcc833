"""A person gets everything that is kept about them, and has it forgotten; what is shared keeps no name."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from blocks import ids
from blocks import people as blocks
from bot.subscriptions import listening
from sandbox.slack import User
from storage import addresses, groups, people, privacy, profiles
from storage.database import Database
from storage.tables import jobs, metadata, reminders, subscriptions
from tests.features.card_kit import rest
from tests.features.notes_kit import APPROVE, drafted, press
from tests.people.people_kit import ask, guest, told
from tests.people.people_kit import press as press_answer
from tests.world import World, shown

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ME, OTHER = "U0ME", "U0OTHER"


def _know(connection: Connection) -> None:
    """Let there be something of one person in every place, and something of another beside it."""
    people.link(connection, ME, "octocat", now=NOW)
    people.link(connection, OTHER, "hubot", now=NOW, proof=people.ADMIN, by=ME)
    profiles.choose(connection, ME, days=(0, 1))
    groups.put(connection, "acme/web", usergroup="S01", routing="whole", user=ME, now=NOW)
    for owner in (ME, "acme/web"):
        addresses.register(connection, owner, "me@home.example", by=ME, now=NOW)
    addresses.choose(connection, ME, "acme/web", wanted=True)
    connection.execute(
        insert(reminders),
        [
            {"place": place, "schedule": "daily 9:00", "zone": "UTC", "created_by": ME, "created_at": NOW}
            for place in (ME, "C01")
        ],
    )
    connection.execute(
        insert(subscriptions).values(
            channel="C01", repo="acme/web", features=[], filter="", created_by=ME, created_at=NOW
        )
    )


async def test_what_is_a_persons_own_goes_and_what_is_shared_keeps_no_name(database: Database) -> None:
    await database.write(_know)
    kept = await database.read(lambda connection: privacy.export(connection, ME))
    assert kept["people"][0]["login"] == "octocat"
    assert kept["profiles"][0]["days"] == [0, 1]
    assert len(kept["reminders"]) == 1
    assert kept["addresses"][0]["address"] == "me@home.example"
    assert kept["mail_choices"][0]["repo"] == "acme/web"
    assert set(kept["named_in"]) >= {"people.linked_by", "groups.set_by", "subscriptions.created_by"}
    json.dumps(kept)
    found = await database.write(lambda connection: privacy.forget(connection, ME, now=NOW))
    assert found[:2] == ["your link to GitHub", "your profile"]
    assert found[-1] == "your name elsewhere"
    assert await database.write(lambda connection: privacy.forget(connection, ME, now=NOW)) == []
    left = await database.read(_everything)
    assert ME not in left
    assert OTHER in left
    assert "acme/web" in left


async def test_who_hears_of_a_repository_is_no_longer_known_by_the_name(database: Database) -> None:
    await database.write(_know)

    def makers(connection: Connection) -> list[str]:
        return [one.created_by for one in listening.routes(connection, "acme/web").candidates("acme/web")]

    assert await database.write(makers) == [ME]
    await database.write(lambda connection: privacy.forget(connection, ME, now=NOW))
    assert ME not in await database.write(makers)


async def test_somebody_whose_id_begins_alike_is_left_alone(database: Database) -> None:
    await database.write(_know)
    await database.write(lambda connection: people.link(connection, f"{ME}2", "ada", now=NOW))
    await database.write(lambda connection: privacy.forget(connection, ME, now=NOW))
    assert await database.read(lambda connection: people.login_of(connection, f"{ME}2")) == "ada"


async def test_the_export_comes_as_json_in_direct_messages(world: World) -> None:
    said = await world.command(world.reviewer, "privacy export")
    assert "I am sending you everything I keep about you" in said
    await told(world, world.reviewer, "Everything that PatchForge keeps about you")
    assert json.loads(_fixed(world, world.reviewer))["people"][0]["login"] == world.demo.reviewer


async def test_a_long_export_takes_several_messages_and_lacks_nothing() -> None:
    kept = {"list": [{"number": at, "text": "<&>" * (at % 90)} for at in range(400)]}
    text = json.dumps(kept, indent=2)
    pages = blocks.pages(text)
    assert len(pages) > 3
    assert json.loads("".join(_unfixed(page.blocks) for page in pages)) == kept


async def test_forgetting_is_asked_for_done_and_told(world: World) -> None:
    await world.subscribe()
    somebody = guest(world)
    await world.command(somebody, "link octocat")
    await world.command(somebody, "me hours 8-16")
    await world.slack.open_home(somebody.id)
    await world.slack.until(lambda: world.slack.home(somebody.id))
    question = await ask(world, somebody, "privacy forget")
    assert "What stays:" in shown(question)
    said = await press_answer(world, somebody, question, ids.PRIVACY_FORGET)
    assert "your link to GitHub" in said
    assert "your App Home" in said
    await world.slack.until(lambda: "I know nothing about you" in _home(world, somebody))
    assert "nothing left to forget" in await press_answer(world, somebody, question, ids.PRIVACY_FORGET)
    assert "You were not linked" in await world.command(somebody, "unlink")


async def test_an_approval_stays_without_the_name(world: World) -> None:
    await world.subscribe()
    await press(world, world.reviewer, await drafted(world), APPROVE)
    await world.reply_says(f"Approved by <@{world.reviewer.id}>")
    question = await ask(world, world.reviewer, "privacy forget")
    await press_answer(world, world.reviewer, question, ids.PRIVACY_FORGET)
    await rest(world)
    approved = [shown(one) for one in world.replies() if "Approved" in shown(one)]
    assert approved
    assert all(world.reviewer.id not in text for text in approved)


async def test_only_the_person_themselves_may_press_the_button(world: World) -> None:
    question = await ask(world, world.reviewer, "privacy forget")
    value = next(
        element["value"]
        for block in question.blocks
        for element in block.get("elements", ())
        if "value" in element
    )
    assert ids.decode(ids.UserRef, value).user == world.reviewer.id
    assert "Type `/patchforge privacy export`" in await world.command(world.author, "privacy")


def _everything(connection: Connection) -> str:
    tables = [table for table in metadata.sorted_tables if table is not jobs]
    rows = [tuple(row) for table in tables for row in connection.execute(select(table))]
    return repr(rows)


def _home(world: World, user: User) -> str:
    view = world.slack.home(user.id)
    return shown(view.blocks) if view else ""


def _fixed(world: World, user: User) -> str:
    return "".join(_unfixed(message.blocks) for message in world.slack.direct_messages(user.id))


def _unfixed(message: list[dict[str, Any]]) -> str:
    texts = [block["text"]["text"] for block in message if block["type"] == "section"]
    parts = [text.strip("`").strip("\n") for text in texts if text.startswith("```")]
    text = "\n".join(parts)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
