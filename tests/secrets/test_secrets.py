"""No secret is written anywhere but where it is needed: canaries in every setting, a story with failures."""

import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from bot import logs
from bot.config import Settings
from sandbox.mail import MailServer
from tests.secrets.log_kit import caught, pem
from tests.world import World, open_world

_PASSWORD = "canary-smtp-password"


def _say(secret: str) -> None:
    """Log a secret in every way."""
    ours, theirs = structlog.stdlib.get_logger("x"), logging.getLogger("library")
    ours.info("said", value=secret, nested={"deep": [secret]})
    theirs.warning("with %s", secret)
    error = ValueError(f"it was {secret!r}")
    ours.error("broke", exc_info=error)
    theirs.error("broke", exc_info=error)


@pytest.mark.parametrize("form", ["json", "console"])
def test_each_kind_of_secret_is_hidden_in_every_line_and_traceback(form: str) -> None:
    key = pem()
    given: dict[str, Any] = {
        "slack_bot_token": "xoxb-canary-1",
        "slack_app_token": "xapp-canary-2",
        "github_webhook_secret": "canary-3, canary-\"4'",
        "github_token": "canary-5",
        "github_app_private_key": key,
        "groq_api_key": "canary-6",
        "openai_api_key": "canary-7",
        "anthropic_api_key": "canary-8",
        "smtp_password": "canary\\9 / with space",
        "database_url": "postgresql+asyncpg://bot:canary%2010@127.0.0.1/x",
        "encryption_key": Fernet.generate_key().decode(),
        "log_format": form,
        "log_level": "DEBUG",
    }
    settings = Settings(_env_file=None, **given)
    secrets = list(logs.secrets_of(settings))
    assert len(secrets) > len(key.splitlines())
    foreign = [
        "xoxp-1-2-canary", "xoxe.xoxp-1-canary", "xapp-1-A-canary", "ghp_canary0000000000",
        "ghs_canary000000", "github_pat_11canary_00", "gsk_canary000000000000", "sk-ant-canary-0000000000",
        "Bearer canary0000000000", "Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==",
        "https://user:canarypass@host/path", key.replace("\n", "\\n"),
    ]  # fmt: skip
    with caught() as log:
        logs.configure(settings)
        for secret in (*secrets, *foreign):
            _say(secret)
        sys.excepthook(RuntimeError, RuntimeError(f"ended with {secrets[0]}"), None)
    text = log.getvalue()
    assert text.count("ValueError: it was") >= 2 * len(secrets)
    for secret in secrets:
        for spelt in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert spelt not in text, spelt
    for trace in ("canary", "Y2FuYXJ5", key.splitlines()[3]):
        assert trace not in text, trace
    if form == "json":
        assert all(json.loads(line) for line in text.splitlines())


@pytest.mark.parametrize(
    "harmless", ["task-1234567890123456789", "https://host/path", "risk-free", "bearer of news"]
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert logs.Redactor(Settings(_env_file=None)).redact(harmless) == harmless


async def _story(world: World, mail: MailServer) -> tuple[str, int]:
    """Play the story with failures on every side.

    Return what the metrics and the doors say at its end, and the pull request's number.
    """
    faults = world.slack.workspace.faults
    for method in ("chat.postMessage", "chat.update", "views.publish"):
        faults.add(method, "500")
        faults.add(method, "reset_before")
    world.github.faults.add("pulls", "500")
    world.llm.mode = "rate_limited"
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.slack.open_home(world.maintainer.id)
    await world.card_says(pull.title)
    await world.command(world.maintainer, "subscribe not-there/at-all")
    await world.command(world.maintainer, "status")
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    draft = await world.reply_says("Approve & send", timeout=30)
    await world.slack.click(world.maintainer.id, world.channel.id, draft.ts, "pf.draft.approve")
    await world.reply_says("refused the login")
    mail.password = _PASSWORD
    await world.reply_says("✓", timeout=30)
    said = ""
    async with aiohttp.ClientSession() as http:
        bad = {"X-Hub-Signature-256": "sha256=00", "X-GitHub-Event": "push", "X-GitHub-Delivery": "x"}
        async with http.post(f"{world.address}/webhooks/github", data=b"{}", headers=bad) as answer:
            said += await answer.text()
        for path in ("/metrics", "/readyz", "/healthz"):
            async with http.get(world.address + path) as answer:
                said += await answer.text()
    return said, pull.number


async def test_a_story_with_failures_leaves_no_secret_anywhere(sqlite_url: str) -> None:
    mail = await MailServer.start(username="bot", password="another")
    settings: dict[str, Any] = {
        "smtp_port": mail.port,
        "smtp_username": "bot",
        "smtp_password": _PASSWORD,
        "openai_api_key": "sk-canary-openai-0000",
        "anthropic_api_key": "canary-anthropic",
        "encryption_key": Fernet.generate_key().decode(),
        "log_level": "DEBUG",
        "log_format": "json",
    }
    try:
        async with open_world(sqlite_url, **settings) as world:
            with caught() as log:
                logs.configure(world.settings)
                said, number = await _story(world, mail)
            seen = _everything(world, mail, log, sqlite_url) | {"doors": said}
            secrets = [*logs.secrets_of(world.settings)]
    finally:
        await mail.aclose()
    assert len(secrets) >= 9
    for place, text in seen.items():
        assert len(text) > 100, place
        for secret in secrets:
            assert secret not in text, (place, secret)
            assert json.dumps(secret)[1:-1] not in text, (place, secret)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    shown = [line for line in lines if line.get("kind") == "slack.show" and line["event"] == "job.retry"]
    assert shown
    known = {one.guid for one in world.github.deliveries}
    assert all(line["job"] and line["delivery"] for line in shown)
    assert known & {line["delivery"] for line in shown}
    assert {line["pull"] for line in shown} == {f"{world.repo}#{number}"}
    mailed = [line for line in lines if line.get("kind") == "mail.send" and line["event"] == "job.retry"]
    assert {line["pull"] for line in mailed} == {f"{world.repo}#{number}"}


def _everything(world: World, mail: MailServer, log: io.StringIO, url: str) -> dict[str, str]:
    """Return what was written, by place: the log, the database, mailboxes, Slack, prompts."""
    file = Path(str(make_url(url).database))
    stored = b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    workspace = world.slack.workspace
    # Slack is told what the bot says; its token goes in a header, which is no part of that.
    calls = json.dumps([[call.method, dict(call.args)] for call in workspace.calls], default=str)
    return {
        "log": log.getvalue(),
        "database": stored.decode("latin-1"),
        "mail": "".join(repr(message.raw) for message in mail.messages),
        "slack": calls + str(workspace.ephemeral),
        "prompts": "".join(request.prompt for request in world.llm.requests),
    }
