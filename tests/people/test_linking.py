"""Linking Slack members to GitHub logins."""

import pytest

from bot.errors import UserError
from bot.people.logins import parse_login
from tests.world import World


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("octocat", "octocat"),
        ("  @octo-cat ", "octo-cat"),
        ("`octocat`", "octocat"),
        ("OctoCat_acme", "OctoCat_acme"),
        ("https://github.com/octocat", "octocat"),
        ("<https://github.com/octocat>", "octocat"),
        ("<https://github.com/octocat/|github.com/octocat>", "octocat"),
        ("github.com/octocat", "octocat"),
        ("<https://git.acme.example/octocat|octocat>", "octocat"),
        ("a" * 39, "a" * 39),
    ],
)
def test_a_login_is_read_in_every_form_that_people_paste(typed: str, login: str) -> None:
    assert parse_login(typed) == login


@pytest.mark.parametrize(
    "typed",
    [
        "-octocat", "octo--cat", "octocat-", "two words", "a" * 40, "<@U123>", "<@U123|octocat>",
        "<!channel>", "octo/cat", "ö", "https://github.com/octocat/hello", "",
    ],
)  # fmt: skip
def test_what_is_no_login_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match=r"`/patchforge link octocat`\.$") as caught:
        parse_login(typed)
    assert caught.value.sentence[:1] in {"`", "W"}


async def test_people_link_change_and_unlink_themselves(world: World) -> None:
    guest = world.slack.workspace.add_user("guest")
    world.channel.members.append(guest.id)
    assert await world.command(guest, "link") == (
        "Write your GitHub login behind it, like `/patchforge link octocat`."
    )
    assert await world.command(guest, "link https://github.com/octocat") == (
        "Linked: you are `octocat` on GitHub, as you say. App Home shows what waits for you."
    )
    assert await world.command(guest, "link") == (
        "You are `octocat` on GitHub, as you say. To change that, type `/patchforge link other-login`."
    )
    assert "you are `hubot` on GitHub" in await world.command(guest, "link @hubot")
    assert await world.command(guest, "unlink") == (
        "Unlinked: I no longer know your GitHub login. `/patchforge link your-login` links you again."
    )
    assert await world.command(guest, "unlink") == "You were not linked, so nothing changed."


async def test_a_login_belongs_to_one_person_whatever_its_case(world: World) -> None:
    guest = world.slack.workspace.add_user("guest")
    world.channel.members.append(guest.id)
    told = await world.command(guest, f"link {world.reviewer.name.upper()}")
    assert told == (
        f"`{world.reviewer.name.upper()}` is linked to <@{world.reviewer.id}> already; check the spelling, "
        "or ask them to type `/patchforge unlink`."
    )
    await world.command(world.reviewer, "unlink")
    assert "Linked" in await world.command(guest, f"link {world.reviewer.name}")


async def test_what_is_no_login_is_shown_harmlessly(world: World) -> None:
    told = await world.command(world.reviewer, "link <!channel> <https://evil.example|x> `a`")
    assert "is not a GitHub login; write it like `/patchforge link octocat`." in told
    assert "<!channel>" not in told
    assert "<https" not in told
