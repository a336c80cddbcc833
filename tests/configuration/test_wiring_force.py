"""What files on the default branch put in force, for how long, and beside what people set themselves."""

import pytest

from bot.configuration.load import read_configuration
from sandbox.github import CommitSpec
from tests.configuration.hostile import HOSTILE
from tests.configuration.wiring_kit import (
    FOLLOW,
    HOME,
    PATH,
    answered,
    followed,
    idle,
    organise,
    push,
    restarted,
    rows,
    told,
)
from tests.world import World, shown

REPO = "acme/payments-api"
BAD = "version: 1\nsla:\n  huors: 4\n"
WHOLE = """\
version: 1
filters:
  not-wip: "-label:wip"
subscriptions:
  - channel: "#payments"
    repo: acme/*
    use: [not-wip]
    excluded: [acme/website]
  - channel: "#payments"
    repo: acme/billing
    features: [merges]
sla:
  hours: 8
  calendar: {zone: Europe/Berlin, hours: "08:00-16:30"}
reminders:
  - channel: "#payments"
    schedule: weekdays 09:30 Europe/Berlin
"""
OWN = """\
version: 1
subscriptions:
  - channel: "#payments"
    use: [not-wip]
    filter: "draft:no"
sla:
  hours: 4
reminders:
  - channel: "#payments"
    schedule: mon 10:00 Europe/Paris
"""


async def in_force(world: World, text: str = FOLLOW) -> None:
    """Let the repository's file be in force."""
    await push(world, text)
    await world.command(world.maintainer, f"config allow {world.repo}")
    await idle(world)


def reminded(world: World) -> list[tuple[str, str | None]]:
    """Return schedule and source of the channel's reminders."""
    found = rows(
        world, "SELECT schedule, source FROM reminders WHERE place = ? ORDER BY schedule", world.channel.id
    )
    return [(schedule, source) for schedule, source in found]


async def test_a_file_reaches_a_channel_once_that_allows_it(world: World) -> None:
    await push(world, FOLLOW)
    await idle(world)
    assert followed(world) == {}
    said = await world.command(world.maintainer, f"config allow {world.repo}")
    assert f"From now on the file of `{world.repo}` may speak for <#{world.channel.id}>." in said
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert f"<#{world.channel.id}> follows {world.repo}" in said
    assert f"{world.repo} line 3 at " in said
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(pull.title)


async def test_what_is_pushed_is_read_at_once_and_what_is_removed_ends(world: World) -> None:
    await in_force(world, OWN.replace("    use: [not-wip]\n", ""))
    assert followed(world) == {world.repo: ("draft:no", world.repo)}
    assert reminded(world) == [("mon 10:00 Europe/Paris", world.repo)]
    assert rows(world, "SELECT repo, hours, source FROM slas") == [(world.repo, 4.0, world.repo)]
    await push(world, FOLLOW)
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}
    assert (reminded(world), rows(world, "SELECT repo FROM slas")) == ([], [])
    await push(world, None)
    await idle(world)
    assert followed(world) == {}


async def test_a_change_beside_the_file_reads_nothing(world: World) -> None:
    await in_force(world)
    asked = len(world.github.calls)
    spec = CommitSpec("Write", {"docs/new.md": "new"})
    await world.github.push(world.repo, "main", spec, by=world.demo.maintainer)
    await idle(world)
    assert not [call for call in list(world.github.calls)[asked:] if PATH in call.path]


async def test_while_a_file_is_wrong_its_last_good_version_stays_in_force(world: World) -> None:
    await in_force(world)
    commit = await push(world, BAD)
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert f"at <{world.settings.github_web_url}" in said
    assert f"{commit[:7]}> has 1 problem. The version of" in said
    assert "line 3>: I don't know the key `huors`; did you mean `hours`?" in said
    await push(world, BAD.replace("huors", "hours"))
    await idle(world)
    assert followed(world) == {}
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert "has 1 problem" not in said
    assert "the reviewer 4, the author 8, the channel 12" in said


async def test_admins_hear_once_of_each_wrong_version(world: World) -> None:
    await push(world, FOLLOW)
    await world.command(world.author, f"config allow {world.repo}")
    await idle(world)
    await push(world, BAD)
    for user in (world.author, world.maintainer):
        message = await told(world, user, "has 1 problem", "line 3>: I don't know the key `huors`")
        assert "The version of" in shown(message)
    await world.github.push(
        world.repo, "main", CommitSpec("Write", {PATH: BAD, "a.md": "a"}), by=world.demo.maintainer
    )
    await world.command(world.author, f"config allow {world.repo}")
    await idle(world)
    assert len(world.slack.direct_messages(world.author.id)) == 1
    assert world.slack.direct_messages(world.reviewer.id) == []
    await push(world, BAD.replace("4", "5"))
    await told(world, world.author, "has 1 problem")
    await idle(world)
    assert len(world.slack.direct_messages(world.author.id)) == 2


async def test_only_the_channels_creator_or_an_admin_may_allow(world: World) -> None:
    said = await world.command(world.reviewer, f"config allow {world.repo}")
    assert "Only the person who made this channel or a workspace admin" in said
    said = await world.command(world.author, "config allow acme/* people")
    assert "Only an admin of this workspace" in said
    assert "may speak for" in await world.command(world.author, f"config allow {world.repo}")


async def test_disallowing_ends_at_once_what_the_file_asked_for(world: World) -> None:
    await in_force(world)
    said = await world.command(world.maintainer, f"config disallow {world.repo}")
    assert "no longer speaks for" in said
    assert followed(world) == {}
    assert "nothing changed" in await world.command(world.maintainer, f"config disallow {world.repo}")
    said = await answered(world, f"config {world.repo}", f"config allow {world.repo}")
    assert "Asked for by a file, and not in force" in said


async def test_what_a_channel_set_itself_is_never_touched(world: World) -> None:
    await world.subscribe("draft:no")
    await world.command(world.maintainer, "remind tue 08:00 Europe/Rome")
    await in_force(world, OWN.replace("    use: [not-wip]\n", "").replace("draft:no", "-label:wip"))
    assert followed(world) == {world.repo: ("draft:no", None)}
    assert [source for _, source in reminded(world)] == [None]
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert f"set in Slack by <@{world.maintainer.id}>" in said
    await push(world, None)
    await idle(world)
    assert followed(world) == {world.repo: ("draft:no", None)}


async def test_whoever_subscribes_takes_over_and_gives_back(world: World) -> None:
    await in_force(world)
    await world.subscribe("draft:no")
    await idle(world)
    assert followed(world) == {world.repo: ("draft:no", None)}
    await world.command(world.maintainer, f"unsubscribe {world.repo}")
    await idle(world)
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}


async def test_an_organisations_file_speaks_for_all_and_gives_way_to_a_repositorys(world: World) -> None:
    organise(world, WHOLE)
    world.github.add_repository("acme/billing")
    await world.command(world.maintainer, "config allow acme/*")
    await idle(world)
    assert followed(world) == {
        "acme/*": ("-label:wip", "acme/*"),
        "acme/billing": ("", "acme/*"),
    }
    assert rows(world, "SELECT excluded FROM subscriptions WHERE repo = 'acme/*'") == [('["acme/website"]',)]
    assert reminded(world) == [("weekdays 09:30 Europe/Berlin", "acme/*")]
    await in_force(world, OWN)
    assert followed(world)[world.repo] == ("-label:wip draft:no", world.repo)
    assert reminded(world) == [("mon 10:00 Europe/Paris", world.repo)]
    due = rows(world, "SELECT repo, hours, calendar, source FROM slas ORDER BY repo")
    assert [(repo, hours, source) for repo, hours, _, source in due if repo == world.repo] == [
        (world.repo, 4.0, world.repo)
    ]
    assert '"starts":480' in due[-1][2]
    assert '"ends":990' in due[-1][2]
    await push(world, None)
    await idle(world)
    assert reminded(world) == [("weekdays 09:30 Europe/Berlin", "acme/*")]
    assert world.repo not in followed(world)


async def test_a_filter_that_the_organisation_drops_ends_what_used_it_and_comes_back(world: World) -> None:
    organise(world, WHOLE)
    await world.command(world.maintainer, "config allow acme/*")
    await in_force(world, OWN)
    await push(world, "version: 1\n", repo=HOME)
    await idle(world)
    assert followed(world) == {}
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert "No file defines the filter `not-wip` any more" in said
    await push(world, WHOLE, repo=HOME)
    await idle(world)
    assert followed(world)[world.repo] == ("-label:wip draft:no", world.repo)


async def test_a_repositorys_file_is_read_again_once_the_filters_it_uses_are_there(world: World) -> None:
    organise(world)
    await world.command(world.maintainer, "config allow acme/*")
    await in_force(world, OWN)
    assert followed(world) == {}
    assert "I don't know the filter" in await world.command(world.maintainer, f"config {world.repo}")
    await push(world, WHOLE, repo=HOME)
    await idle(world)
    assert followed(world)[world.repo] == ("-label:wip draft:no", world.repo)


async def test_what_a_file_asks_for_is_not_removed_by_hand(world: World) -> None:
    await in_force(world)
    said = await world.command(world.maintainer, f"unsubscribe {world.repo}")
    assert f"`/patchforge config disallow {world.repo}` ends " in said
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}


async def test_a_restart_forgets_nothing(world: World) -> None:
    await in_force(world)
    for hook in world.github.hooks.values():
        hook.hold()
    await push(world, FOLLOW.replace("wip", "later"))
    await world.bot.aclose()
    async with restarted(world):
        for hook in world.github.hooks.values():
            hook.release()
        await idle(world)
        assert followed(world) == {world.repo: ("-label:later", world.repo)}


async def test_pushes_that_come_in_the_wrong_order_leave_the_newest_in_force(world: World) -> None:
    await in_force(world)
    (hook,) = world.github.hooks.values()
    hook.hold()
    for word in ("one", "two", "three"):
        await push(world, FOLLOW.replace("wip", word))
    hook.release(shuffle=3)
    await idle(world)
    assert followed(world) == {world.repo: ("-label:three", world.repo)}


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if read_configuration(HOSTILE[name], REPO).problems]
)
async def test_a_hostile_file_costs_a_message_with_a_line(world: World, name: str) -> None:
    await in_force(world)
    await push(world, HOSTILE[name].decode("utf-8", "surrogateescape"))
    await idle(world)
    assert rows(world, "SELECT kind, error FROM jobs WHERE state IN ('parked', 'failed')") == []
    assert followed(world) == {world.repo: ("-label:wip", world.repo)}
    said = await world.command(world.maintainer, f"config {world.repo}")
    assert "problem" in said
    assert "|line " in said
    assert "stays in force" in said


async def test_a_private_repositorys_values_are_for_those_who_hear_of_it(world: World) -> None:
    await in_force(world)
    world.slack.workspace.add_channel("elsewhere", members=[world.reviewer], bot=True)
    other = next(one for one in world.slack.workspace.channels.values() if one.name == "elsewhere")
    result = await world.slack.command(world.reviewer.id, other.id, "/patchforge", f"config {world.repo}")
    assert "neither follows" in "\n".join(shown(message) for message in result.messages)
