"""An e-mail address suggests who somebody is on GitHub; they confirm it themselves."""

from blocks import ids
from sandbox.github import CommitSpec
from tests.people.people_kit import ask, guest, press
from tests.world import World, shown


async def test_an_address_on_a_public_profile_suggests_a_login_that_the_person_confirms(world: World) -> None:
    jonas = guest(world, "jonas", email="Jonas.Weber@acme.example")
    question = await ask(world, jonas, "link")
    assert "belongs to <" in shown(question)
    assert "jweber" in shown(question)
    assert "`jweber` ·" not in await world.command(world.maintainer, "people")
    said = await press(world, jonas, question, ids.PERSON_CONFIRM)
    assert said.startswith("Linked: you are `jweber` on GitHub, as your e-mail address proves.")
    assert "as your e-mail address proves" in await world.command(jonas, "link")


async def test_commits_tell_where_no_profile_shows_the_address(world: World) -> None:
    account = world.github.state.accounts["jweber"]
    account.email = None
    await world.github.push(world.repo, "main", CommitSpec("Something", {"a.py": "1\n"}), by="jweber")
    jonas = guest(world, "jonas", email="jonas.weber@acme.example")
    assert "jweber" in shown(await ask(world, jonas, "link"))


async def test_no_is_taken_for_no(world: World) -> None:
    jonas = guest(world, "jonas", email="jonas.weber@acme.example")
    question = await ask(world, jonas, "link")
    assert "Write your GitHub login behind it" in await press(world, jonas, question, ids.PERSON_DECLINE)
    assert "You were not linked" in await world.command(jonas, "unlink")


async def test_an_address_that_only_begins_alike_suggests_nobody(world: World) -> None:
    stranger = guest(world, "stranger", email="jonas.weber@elsewhere.example")
    assert "Write your GitHub login behind it" in await world.command(stranger, "link")


async def test_typing_the_login_that_the_address_proves_needs_no_question(world: World) -> None:
    jonas = guest(world, "jonas", email="jonas.weber@acme.example")
    assert "as your e-mail address proves" in await world.command(jonas, "link @JWeber")
    assert "as you say" in await world.command(jonas, "link aikotanaka")


async def test_an_address_takes_a_login_from_who_only_said_so(world: World) -> None:
    claimant = guest(world, "claimant")
    await world.command(claimant, "link jweber")
    jonas = guest(world, "jonas", email="jonas.weber@acme.example")
    assert "Linked" in await world.command(jonas, "link jweber")
    assert "`jweber`" not in await world.command(claimant, "link")
    told = await world.command(claimant, "link jweber")
    assert f"`jweber` is linked to <@{jonas.id}>, by their e-mail address, which keeps it." in told


async def test_without_an_answer_from_github_the_word_of_the_person_counts(world: World) -> None:
    world.github.faults.add("/search", "secondary", 20)
    jonas = guest(world, "jonas", email="jonas.weber@acme.example")
    assert "Write your GitHub login behind it" in await world.command(jonas, "link")
    assert "as you say" in await world.command(jonas, "link jweber")
