"""How PatchForge says that it is doing, and who may change a channel's settings."""

from tests.world import World, open_world, shown


async def test_status_says_what_works_and_what_it_rests_on(world: World) -> None:
    said = await world.command(world.reviewer, "status")
    assert said.splitlines()[0] == "*🟢 Everything works*"
    assert f"<#{world.channel.id}> follows 0 repositories" in said
    assert "Notes are drafted by `groq:llama-3.3-70b-versatile`" in said
    assert "Could not be done" not in said
    await world.subscribe()
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says("Add idempotency keys")
    said = await world.command(world.reviewer, "status")
    assert "follows 1 repository" in said
    assert "Last delivery from GitHub: <!date^" in said


async def test_status_says_what_is_not_set_up(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_host=None, github_token=None, llm_model="offline") as world:
        said = await world.command(world.reviewer, "status")
        assert "Notes are drafted by the built-in rules" in said
        assert "without GitHub's diffs, as no token is set" in said
        assert "E-mail is off" in said


async def test_status_and_home_show_what_slack_refused_and_why(world: World) -> None:
    await world.subscribe("notes")
    await world.slack.archive(world.channel.id)
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    other = world.slack.workspace.add_channel("other", members=[world.maintainer], bot=True)

    async def status() -> str:
        result = await world.slack.command(world.maintainer.id, other.id, "/patchforge", "status")
        return shown(result.messages[0])

    await world.slack.until(lambda: world.slack.workspace.calls_of("chat.postMessage"))
    said = await status()
    while "*Could not be done (2 in all):*" not in said:  # the card, and the reply that waits for it
        said = await status()
    assert f"✗ A message in <#{world.channel.id}>: Slack refused chat.postMessage: is_archived" in said
    await world.slack.open_home(world.maintainer.id)
    view = await world.slack.until(lambda: world.slack.home(world.maintainer.id))
    assert view
    assert "Running, but 2 things could not be done; see /patchforge status" in shown(view.blocks)


async def test_only_who_made_the_channel_or_an_admin_changes_its_settings(world: World) -> None:
    slack, owner = world.slack, world.reviewer
    room = slack.workspace.add_channel("room", members=[owner, world.author, world.maintainer], bot=True)

    async def settings(user: str, text: str) -> str:
        result = await slack.command(user, room.id, "/patchforge", f"settings {text}")
        return shown(result.messages[0])

    off = (
        f"<#{room.id}>: *self-approval is off*\nSo authors cannot approve the release notes of their own "
        "changes. Change it with `/patchforge settings self-approval on`."
    )
    assert await settings(world.author.id, "") == off
    assert await settings(world.author.id, "self-approval on") == (
        "Only the person who made this channel or a workspace admin can change this; ask one of them."
    )
    assert await settings(world.author.id, "") == off
    assert "*self-approval is on*" in await settings(owner.id, "Self-Approval ON")
    assert "So authors may approve" in await settings(world.author.id, "")
    assert "*self-approval is off*" in await settings(world.maintainer.id, "self-approval off")
    for mistake in ("self-approval", "self-approval maybe", "colour blue", "self-approval on on"):
        told = await settings(owner.id, mistake)
        assert (
            told == "There is one setting: type `/patchforge settings self-approval on`, or `off` at the end."
        )


async def test_where_the_bot_is_not_a_member_it_asks_to_be_invited(world: World) -> None:
    workspace = world.slack.workspace
    room = workspace.add_channel("hidden", members=[world.reviewer], is_private=True)
    result = await world.slack.command(world.reviewer.id, room.id, "/patchforge", "settings self-approval on")
    told = shown(result.messages[0])
    assert told == "I cannot see this channel; invite me first, with `/invite @PatchForge`."
