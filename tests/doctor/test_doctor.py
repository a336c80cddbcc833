"""The doctor: each part that works is ok, each that does not says what to do."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import examine
from bot.models import SystemClock
from sandbox.mail import MailServer
from storage.database import Database
from tests.doctor.doctor_kit import found_in, settings_of
from tests.world import World

PARTS = {
    "Slack bot token", "Slack scopes", "Clock", "Slack app token", "Database", "Disk", "GitHub token",
    "GitHub rate limit", "E-mail", "Language model", "PUBLIC_URL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ahead:
    """A clock that is wrong."""

    by: timedelta

    def now(self) -> datetime:
        """Return the wrong moment."""
        return SystemClock().now() + self.by


async def test_where_everything_works_there_is_nothing_to_fix(
    followed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    pull = await followed.github.open_pull(followed.repo, followed.demo.feature)
    await followed.card_says(pull.title)
    found = await found_in(followed)
    assert found.keys() >= PARTS | {followed.repo, f"{followed.repo} webhook"}
    assert [one for one in found.items() if one[1][0] == "fix"] == []
    for part in (PARTS | {followed.repo, f"{followed.repo} webhook"}) - {"PUBLIC_URL"}:
        assert found[part][0] == "ok", (part, found[part])
    assert "401" in found[f"{followed.repo} webhook"][1]
    assert await examine(settings_of(followed)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ok") and "Slack scopes: all " in line for line in lines)


async def test_slack_s_tokens_and_scopes_and_the_clock_are_looked_at(followed: World) -> None:
    workspace = followed.slack.workspace
    found = await found_in(followed, slack_bot_token="xoxb-wrong", slack_app_token="xapp-wrong")
    assert found["Slack bot token"][0] == "fix"
    assert "invalid_auth" in found["Slack bot token"][1]
    assert found["Slack app token"][0] == "fix"
    assert "connections:write" in found["Slack app token"][1]
    found = await found_in(followed, slack_bot_token=None, slack_app_token=None)
    assert "set SLACK_BOT_TOKEN" in found["Slack bot token"][1]
    assert "set SLACK_APP_TOKEN" in found["Slack app token"][1]
    workspace.rules = replace(workspace.rules, scopes=workspace.rules.scopes - {"groups:read"})
    mark, says = (await found_in(followed))["Slack scopes"]
    assert mark == "fix"
    assert "groups:read (to see which private channels it is in)" in says
    mark, says = (await found_in(followed, Ahead(timedelta(minutes=5))))["Clock"]
    assert mark == "fix"
    assert "seconds ahead of Slack" in says
    assert "behind" in (await found_in(followed, Ahead(timedelta(minutes=-5))))["Clock"][1]


async def test_github_s_token_limit_and_repositories_are_looked_at(followed: World) -> None:
    github = followed.github
    assert (await found_in(followed, github_token=None))["GitHub"][0] == "note"
    mark, says = (await found_in(followed, github_token="ghp_wrong"))["GitHub"]
    assert mark == "fix"
    assert "GITHUB_TOKEN" in says
    github.state.named(followed.repo).private = True  # type: ignore[union-attr]
    github.add_account("stranger", "Stranger")
    stranger = await found_in(followed, github_token=github.add_token("ghp_stranger", "stranger"))
    assert stranger[followed.repo][0] == "fix"
    assert "404" in stranger[followed.repo][1]
    token = github.tokens[followed.settings.github_token.get_secret_value()]  # type: ignore[union-attr]
    token.used = github.rate_limit - 10
    assert (await found_in(followed))["GitHub rate limit"][0] == "fix"


async def test_each_webhook_is_looked_at(followed: World) -> None:
    about = f"{followed.repo} webhook"
    (hook,) = followed.github.hooks.values()
    mark, says = (await found_in(followed, public_url="https://elsewhere.example"))[about]
    assert mark == "fix"
    assert "https://elsewhere.example/webhooks/github" in says
    hook.secret = "another"
    await followed.github.open_pull(followed.repo, followed.demo.feature)
    await followed.github.settled()
    mark, says = (await found_in(followed))[about]
    assert mark == "fix"
    assert "secrets differ" in says
    hook.events = ("push",)
    assert "tick the events" in (await found_in(followed))[about][1]
    hook.active = False
    assert "switched off" in (await found_in(followed))[about][1]
    followed.github.hooks.clear()
    assert "add one" in (await found_in(followed))[about][1]


async def test_the_database_is_looked_at(followed: World, tmp_path: Any) -> None:
    new = f"sqlite+aiosqlite:///{tmp_path}/new.db"
    assert "not there yet" in (await found_in(followed, database_url=new))["Database"][1]
    empty = await Database(new).open()
    await empty.write(lambda connection: connection.exec_driver_sql("CREATE TABLE x (y INTEGER)"))
    await empty.aclose()
    mark, says = (await found_in(followed, database_url=new))["Database"]
    assert mark == "fix"
    assert "db upgrade" in says
    (tmp_path / "text.db").write_text("this is no database" * 100)
    text = await found_in(followed, database_url=f"sqlite+aiosqlite:///{tmp_path}/text.db")
    assert text["Database"][0] == "fix"
    away = await found_in(followed, database_url="postgresql+asyncpg://bot:canary@127.0.0.1:9/none")
    assert away["Database"][0] == "fix"
    assert "canary" not in away["Database"][1]


async def test_the_mail_server_is_greeted_for_real(followed: World) -> None:
    assert (await found_in(followed, smtp_host=None))["E-mail"][0] == "note"
    assert (await found_in(followed, smtp_port=9))["E-mail"][0] == "fix"
    assert (await found_in(followed, smtp_security="starttls"))["E-mail"][0] == "fix"
    server = await MailServer.start(username="bot", password="right-canary")
    try:
        login = {"smtp_port": server.port, "smtp_username": "bot"}
        good = await found_in(followed, **login, smtp_password="right-canary")
        assert good["E-mail"][0] == "ok"
        mark, says = (await found_in(followed, **login, smtp_password="wrong-canary"))["E-mail"]
        assert mark == "fix"
        assert "login" in says
        server.refuse("mail", "553 5.7.1 Not your address", times=1)
        mark, says = (await found_in(followed, **login, smtp_password="right-canary"))["E-mail"]
        assert (mark, "553 5.7.1 Not your address" in says, "MAIL_FROM" in says) == ("fix", True, True)
        assert not server.messages
    finally:
        await server.aclose()


async def test_a_wrong_template_is_named(followed: World, tmp_path: Path) -> None:
    (tmp_path / "note.html").write_text("<script>{{ note }}{{ reason }}{{ unsubscribe_url }}</script>")
    mark, says = (await found_in(followed, mail_templates=tmp_path))["E-mail"]
    assert (mark, "<script> is not allowed" in says) == ("fix", True)


async def test_the_model_is_asked_for(followed: World) -> None:
    assert (await found_in(followed, groq_api_key=None))["Language model"][0] == "note"
    assert "refused" in (await found_in(followed, groq_api_key="gsk_wrong"))["Language model"][1]
    unknown = await found_in(followed, llm_model="groq:no-such-model")
    assert "no model no-such-model" in unknown["Language model"][1]
    away = await found_in(followed, groq_base_url="http://127.0.0.1:9")
    assert away["Language model"][0] == "fix"


async def test_the_public_address_should_lead_to_the_bot(followed: World) -> None:
    assert (await found_in(followed))["PUBLIC_URL"][0] == "ok"
    assert (await found_in(followed, public_url="http://127.0.0.1:9"))["PUBLIC_URL"][0] == "note"
    wrong = await found_in(followed, public_url=followed.slack.base_url)
    assert wrong["PUBLIC_URL"][0] == "fix"


async def test_the_device_flow_is_tried_where_it_is_set_up(followed: World) -> None:
    assert "GitHub device flow" not in await found_in(followed)
    key = "A" * 43 + "="
    for ticked, mark, words in ((True, "ok", "people can prove"), (False, "fix", "tick Device flow")):
        app = followed.github.add_oauth_app("PatchForge", device_flow=ticked)
        found = await found_in(followed, github_client_id=app.client_id, encryption_key=key)
        assert found["GitHub device flow"][0] == mark
        assert words in found["GitHub device flow"][1]
