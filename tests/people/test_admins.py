"""Admins see who is who, link others one by one or from a list, and everybody else is told whom to ask."""

import pytest

from blocks import ids
from sandbox.slack import SubmitResult
from tests.people.people_kit import guest, told
from tests.world import World, shown


async def test_only_admins_see_and_change_who_is_who(world: World) -> None:
    for text in ("people", "people link <@U1> octocat", "people import", "people team acme/x @x"):
        said = await world.command(world.author, text)
        assert "Only an admin of this workspace" in said
        assert "ask one of them" in said


async def test_an_admin_links_somebody_who_is_told_and_unlinks_them(world: World) -> None:
    somebody = guest(world)
    said = await world.command(world.maintainer, f"people link @{somebody.name} octocat")
    assert said == f"<@{somebody.id}> is `octocat` on GitHub from now on."
    await told(world, somebody, f"<@{world.maintainer.id}> told me that you are `octocat`")
    assert "as an admin set it up" in await world.command(somebody, "link")
    listed = await world.command(world.maintainer, "people")
    assert f"<@{somebody.id}> is `octocat` · by an admin <@{world.maintainer.id}>" in listed
    assert f"<@{world.author.id}> is `{world.demo.author}` · by their own word" in listed
    assert "linked no more" in await world.command(world.maintainer, f"people unlink @{somebody.name}")
    await told(world, somebody, "ended your link to GitHub")
    assert "was not linked" in await world.command(world.maintainer, f"people unlink @{somebody.name}")


async def test_an_admins_word_takes_a_login_from_who_only_said_so(world: World) -> None:
    claimant, owner = guest(world, "claimant"), guest(world, "owner")
    await world.command(claimant, "link octocat")
    said = await world.command(world.maintainer, f"people link @{owner.name} octocat")
    assert f"<@{claimant.id}> had said so of themselves" in said
    await told(world, claimant, f"<@{owner.id}> has proven to be `octocat`")


async def test_admins_see_the_logins_of_followed_repositories_that_nobody_claimed(world: World) -> None:
    await world.subscribe()
    assert "Everybody seen lately" in await world.command(world.maintainer, "people")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, "jweber", world.demo.author)
    await world.github.open_pull(world.repo, world.demo.bump)
    await world.card_says("jweber")
    listed = await world.command(world.maintainer, "people")
    unlinked = listed.partition("Not linked")[2]
    assert "`jweber` (1 pull request)" in unlinked
    assert world.demo.author not in unlinked
    assert "dependabot" not in unlinked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("people link octocat", "Name somebody in Slack and their login"),
        ("people link nobody octocat", "`nobody` is nobody in Slack"),
        ("people link <@U0NOBODY|x> octocat", "Slack does not know that person"),
        ("people link @bot octocat", "That is an app"),
        ("people frobnicate", "I don't know the word `frobnicate`"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(world: World, text: str, words: str) -> None:
    world.slack.workspace.add_user("bot", is_bot=True)
    assert words in await world.command(world.maintainer, text)


async def test_a_list_is_taken_in_whole_after_a_look_at_what_it_would_change(world: World) -> None:
    mona, hubert = guest(world, "mona", email="mona@acme.example"), guest(world, "hubert")
    await world.command(mona, "link old-mona")
    text = (
        f"login,slack\noctocat, Mona@acme.example\n\nhubot,{hubert.id}\n{world.demo.author};{world.author.id}"
    )
    said = await _checked(world, text)
    assert "Every line is right: 1 new, 1 changed, 1 as before" in said
    assert "you are `octocat`" not in (await world.command(mona, "link")).lower()
    done = await _submit(world, text)
    assert done.ok
    assert "Imported: 1 new, 1 changed, 1 as before" in shown(world.slack.modals(world.maintainer.id)[-1])
    await told(world, mona, "you are `octocat`")
    await told(world, hubert, "you are `hubot`")


async def test_a_wrong_line_is_named_by_its_number_and_nothing_is_changed(world: World) -> None:
    mona = guest(world, "mona", email="mona@acme.example")
    text = "octocat,mona@acme.example\nnot a login,x@acme.example\nhubot,nobody@acme.example\nalone"
    said = await _checked(world, text)
    assert "line 2: not a login is not a GitHub login" in said
    assert "line 3: nobody here has nobody@acme.example" in said
    assert "line 4: needs two things" in said
    done = await _submit(world, text)
    assert not done.ok
    assert "line 3: nobody here has nobody@acme.example" in done.errors[ids.FIELD_LIST]
    assert "You were not linked" in await world.command(mona, "unlink")


async def test_a_list_may_swap_two_logins(world: World) -> None:
    author, reviewer = world.author, world.reviewer
    text = f"{reviewer.name},{author.id}\n{author.name},{reviewer.id}"
    await world.command(world.maintainer, "people import")
    assert (await _submit(world, text)).ok
    assert f"you are `{reviewer.name}`".lower() in (await world.command(author, "link")).lower()
    assert f"you are `{author.name}`".lower() in (await world.command(reviewer, "link")).lower()


async def _checked(world: World, text: str) -> str:
    await world.command(world.maintainer, "people import")
    view = world.slack.modals(world.maintainer.id)[-1]
    await world.slack.select(
        world.maintainer.id, ids.FIELD_INPUT, text, view_id=view.id, block_id=ids.FIELD_LIST
    )
    await world.slack.click(world.maintainer.id, action_id=ids.PEOPLE_CHECK, view_id=view.id)
    return shown(world.slack.modals(world.maintainer.id)[-1])


async def _submit(world: World, text: str) -> SubmitResult:
    view = world.slack.modals(world.maintainer.id)[-1]
    return await world.slack.submit(world.maintainer.id, view.id, {ids.FIELD_LIST: text})
