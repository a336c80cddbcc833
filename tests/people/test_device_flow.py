"""GitHub proves who somebody is: by a code that they type in there, and by nothing that is kept."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from blocks import ids
from bot import logs
from bot.app import started
from bot.config import Settings
from bot.errors import ConfigurationError
from tests.people.people_kit import ask, button, code_in, guest, provable, told
from tests.secrets.log_kit import caught
from tests.world import shown


async def test_who_types_in_the_code_on_github_is_linked_and_told(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        somebody = guest(world)
        answer = await ask(world, somebody, "link")
        assert "Once you agree, I write to you alone" in shown(answer)
        page = button(answer, ids.PERSON_DEVICE)["url"]
        assert page == f"{world.settings.github_web_url}/login/device"
        code = code_in(await world.command(somebody, "link"))
        assert code != code_in(shown(answer))
        await world.github.authorize_device(code, "jweber")
        said = await told(world, somebody, "Linked: you are `jweber` on GitHub, as GitHub proves.")
        assert "App Home" in said
        assert "as GitHub proves" in await world.command(somebody, "link")


async def test_the_login_counts_that_github_tells_whatever_was_typed(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        somebody = guest(world)
        code = code_in(await world.command(somebody, "link aikotanaka"))
        await world.github.authorize_device(code, "jweber")
        await told(world, somebody, "you are `jweber`")


async def test_a_proof_takes_a_login_from_who_only_said_so_and_both_are_told(sqlite_url: str) -> None:
    async with provable(sqlite_url, github_client_id=None) as world:
        claimant = guest(world, "claimant")
        assert "as you say" in await world.command(claimant, "link jweber")
        await world.bot.aclose()
        client_id = next(iter(world.github.devices.apps))
        settings = world.settings.model_copy(update={"github_client_id": client_id})
        async with started(settings):
            await world.slack.connected()
            owner = guest(world, "owner")
            code = code_in(await world.command(owner, "link prove"))
            await world.github.authorize_device(code, "jweber")
            await told(world, owner, "Linked: you are `jweber`")
            await told(world, claimant, f"<@{owner.id}> has proven to be `jweber`", "no longer linked")
            second = code_in(await world.command(claimant, "link prove"))
            await world.github.authorize_device(second, "jweber")
            await told(world, claimant, "`jweber` is linked to", "proven by GitHub, which keeps it")


@pytest.mark.parametrize(
    ("how", "words"),
    [("deny", "you pressed Cancel on GitHub"), ("expire", "nobody typed the code in before it expired")],
)
async def test_a_code_that_leads_to_nothing_is_told_with_what_to_do(
    sqlite_url: str, how: str, words: str
) -> None:
    async with provable(sqlite_url) as world:
        somebody = guest(world)
        code = code_in(await world.command(somebody, "link"))
        await (world.github.deny_device(code) if how == "deny" else world.github.expire_device(code))
        said = await told(world, somebody, words)
        assert "/patchforge link prove" in said
        assert "Write your GitHub login" not in said


async def test_an_app_without_the_device_flow_is_named_to_the_person(sqlite_url: str) -> None:
    async with provable(sqlite_url, device_flow=False) as world:
        said = await world.command(guest(world), "link")
        assert "an admin must tick Device flow" in said


async def test_a_client_id_that_github_does_not_know_is_named(sqlite_url: str) -> None:
    async with provable(sqlite_url, github_client_id="Iv1.unknown") as world:
        assert "GITHUB_CLIENT_ID" in await world.command(guest(world), "link")


async def test_the_question_goes_on_after_a_restart(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        somebody = guest(world)
        code = code_in(await world.command(somebody, "link"))
        await world.bot.aclose()
        await world.github.authorize_device(code, "jweber")
        async with started(world.settings):
            await told(world, somebody, "Linked: you are `jweber`")


async def test_github_is_asked_more_slowly_once_it_says_so_even_after_a_restart(sqlite_url: str) -> None:
    async with provable(sqlite_url, interval=1) as world:
        await world.command(guest(world), "link")
        waiting = world.github.open_codes()[-1]
        waiting.interval = 30  # more than was said when the code was handed out
        while waiting.interval == 30:
            await world.github.changes(world.github.version)
        await world.bot.aclose()
        file = str(make_url(sqlite_url).database)
        with contextlib.closing(sqlite3.connect(file)) as database:
            query = "SELECT payload, error FROM jobs WHERE kind = 'people.device' ORDER BY id DESC LIMIT 1"
            payload, error = database.execute(query).fetchone()
        assert (json.loads(payload)["interval"], error) == (35, "the code was not typed in yet")


async def test_github_being_away_for_a_moment_does_no_harm(sqlite_url: str) -> None:
    async with provable(sqlite_url) as world:
        somebody = guest(world)
        code = code_in(await world.command(somebody, "link"))
        world.github.faults.add("/login/oauth/access_token", "502", 2)
        await world.github.authorize_device(code, "jweber")
        await told(world, somebody, "Linked: you are `jweber`")


async def test_neither_token_nor_device_code_is_kept_or_logged(sqlite_url: str) -> None:
    async with provable(sqlite_url, log_level="DEBUG", log_format="json") as world:
        with caught() as log:
            logs.configure(world.settings)
            somebody = guest(world)
            before = set(world.github.tokens)
            code = code_in(await world.command(somebody, "link"))
            waiting = world.github.open_codes()[-1]
            assert waiting.device_code.encode() not in _stored(sqlite_url)
            await world.github.authorize_device(code, "jweber")
            await told(world, somebody, "Linked: you are `jweber`")
        (token,) = set(world.github.tokens) - before
        asked = [call for call in world.github.calls if call.login == "jweber"]
        assert [(call.method, call.path) for call in asked] == [("GET", "/user")]
    stored = _stored(sqlite_url)
    assert b"jweber" in stored
    written = log.getvalue()
    assert "people.device" in written
    for secret in (token, waiting.device_code):
        assert secret.encode() not in stored
        assert secret not in written
        assert json.dumps(secret)[1:-1] not in written


def _stored(url: str) -> bytes:
    file = Path(str(make_url(url).database))
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def test_a_client_id_without_a_key_stops_the_start_with_the_missing_setting() -> None:
    with pytest.raises((ConfigurationError, ValueError), match="ENCRYPTION_KEY: is required once"):
        Settings(_env_file=None, github_client_id="Iv1.x")


async def test_without_a_client_id_proving_says_what_is_missing(sqlite_url: str) -> None:
    async with provable(sqlite_url, github_client_id=None) as world:
        assert "GITHUB_CLIENT_ID" in await world.command(guest(world), "link prove")
