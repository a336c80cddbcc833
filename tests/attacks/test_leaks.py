"""What must not be read by just anybody: passwords, private names, channels that one has left."""

import asyncio

import pytest

from bot.config import Settings
from bot.doctor import examine
from sandbox.slack import User
from tests.world import World, shown


async def test_the_doctor_shows_no_part_of_any_secret(capsys: pytest.CaptureFixture[str]) -> None:
    canaries = {
        "slack_bot_token": "xoxb-canary",
        "slack_api_url": "http://someone:canary@127.0.0.1:9/api/",
        "database_url": "postgresql+asyncpg://bot:canary%40home@127.0.0.1:9/none",
        "github_token": "canary",
        "smtp_host": "127.0.0.1",
        "smtp_password": "canary",
        "mail_from": "notes@acme.example",
        "github_api_url": "https://a:canary@github.example/api/v3",
    }
    settings = Settings(_env_file=None, **canaries)  # type: ignore[arg-type]  # parsed as the environment is
    assert await examine(settings) == 1
    said = capsys.readouterr().out
    assert "SMTP_PASSWORD" in said
    assert "cana" not in said.replace("\n", "")


async def test_status_tells_only_admins_why_something_elsewhere_failed(world: World) -> None:
    await world.subscribe("reviews")
    await world.slack.archive(world.channel.id)
    await world.github.open_pull(world.repo, world.demo.feature)
    guest = world.slack.workspace.add_user("guest")
    den = world.slack.workspace.add_channel("den", members=[guest, world.maintainer], bot=True)

    async def status(user: User) -> str:
        result = await world.slack.command(user.id, den.id, "/patchforge", "status")
        return shown(result.messages[0])

    await world.slack.until(lambda: world.slack.workspace.calls_of("chat.postMessage"))
    async with asyncio.timeout(10):
        while "Could not be done" not in (said := await status(guest)):
            pass
    assert "is_archived" not in said
    assert "an admin of this workspace can see why" in said
    assert "is_archived" in await status(world.maintainer)


async def test_home_forgets_a_channel_that_its_reader_was_taken_out_of(world: World) -> None:
    await world.subscribe("reviews")
    await world.slack.open_home(world.reviewer.id)

    def home() -> str:
        view = world.slack.home(world.reviewer.id)
        return shown(view.blocks) if view else ""

    await world.slack.until(lambda: world.repo in home())
    await world.slack.kick(world.channel.id, world.reviewer.id)
    await world.slack.until(lambda: world.repo not in home())
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.request_review(world.repo, pull.number, world.demo.reviewer, world.demo.author)
    await world.card_says("Waiting for")
    assert pull.title not in home()
