"""The configuration: each mistake is one line that names the variable, and exit code 2."""

import base64
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import Settings, load_settings
from bot.errors import ConfigurationError

RIGHT = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "GITHUB_WEBHOOK_SECRET": "s3cret",
}
KEY = base64.urlsafe_b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def _right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)


def _refusal() -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings().require_run()
    line = str(caught.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("value", [None, ""])
def test_what_run_needs_is_named_when_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    assert name in _refusal()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-canary"),
        ("SLACK_APP_TOKEN", "xoxb-canary"),
        ("SLACK_API_URL", "slack.com/api"),
        ("GITHUB_WEBHOOK_SECRET", " , "),
        ("GITHUB_APP_ID", "canary"),
        ("GITHUB_APP_PRIVATE_KEY_FILE", "/no/such/file"),
        ("GITHUB_API_URL", "ftp://canary"),
        ("LLM_MODEL", "canary"),
        ("LLM_MODEL", "groq:"),
        ("LLM_MODEL", "canary:large"),
        ("SMTP_PORT", "99999"),
        ("SMTP_PORT", "canary"),
        ("SMTP_SECURITY", "canary"),
        ("MAIL_FROM", "canary"),
        ("DATABASE_URL", "mysql://canary"),
        ("DATABASE_URL", "canary"),
        ("DATABASE_URL", "postgresql+asyncpg://host:canary/db"),
        ("DATABASE_URL", "sqlite+aiosqlite://"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
        ("HTTP_PORT", "-1"),
        ("HTTP_PORT", "canary"),
        ("PUBLIC_URL", "javascript:canary"),
        ("PUBLIC_URL", "https:///canary"),
        ("GROQ_BASE_URL", "canary"),
        ("OPENAI_BASE_URL", "canary"),
        ("ANTHROPIC_BASE_URL", "canary"),
        ("OLLAMA_BASE_URL", "canary:11434"),
        ("ENCRYPTION_KEY", f"{KEY},canary"),
        ("LOG_LEVEL", "canary"),
        ("LOG_FORMAT", "canary"),
        ("SLACK_BOT_TOKN", "canary"),
        ("GITHUB_WEBHOOK_SECRETS", "canary"),
        ("SMTP_HOSTNAME", "canary"),
    ],
)
def test_a_malformed_or_misspelt_variable_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    line = _refusal()
    assert name in line
    assert "canary" not in line
    monkeypatch.delenv(name)
    for known, right in RIGHT.items():
        monkeypatch.setenv(known, right)
    (tmp_path / ".env").write_text(f"{name}={value}\n")
    if name not in RIGHT:
        assert name in _refusal()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SMTP_HOST": "mail.example"}, "MAIL_FROM"),
        ({"GITHUB_APP_ID": "1"}, "GITHUB_APP_PRIVATE_KEY"),
        ({"LLM_MODEL": "groq:llama"}, "GROQ_API_KEY"),
        ({"LLM_MODEL": "openai:gpt"}, "OPENAI_API_KEY"),
        ({"LLM_MODEL": "anthropic:claude"}, "ANTHROPIC_API_KEY"),
    ],
)
def test_what_another_setting_needs_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert missing in _refusal()


def test_the_command_line_says_it_in_one_line_and_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTP_PORT", "[red]canary[/red]")
    monkeypatch.setattr("sys.argv", ["patchforge", "run"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("patchforge: HTTP_PORT: ")
    assert said.err.count("\n") == 1


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert ".env" in _refusal()


def test_the_environment_wins_over_the_file_and_empty_values_count_as_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=1\nLOG_LEVEL=debug\nSMTP_PORT=\n")
    monkeypatch.setenv("HTTP_PORT", "2")
    settings = load_settings()
    assert (settings.http_port, settings.log_level, settings.smtp_port) == (2, "DEBUG", 587)


def test_secrets_may_be_rotated_and_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "new-canary, old-canary,")
    monkeypatch.setenv("ENCRYPTION_KEY", KEY)
    settings = load_settings()
    secrets = [secret.get_secret_value() for secret in settings.github_webhook_secret]
    assert secrets == ["new-canary", "old-canary"]
    assert "canary" not in repr(settings)
    assert KEY not in repr(settings)


def test_what_github_actions_sets_is_no_misspelling(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "GITHUB_ACTIONS",
        "GITHUB_REPOSITORY_OWNER",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
        "GITHUB_PATH",
    ):
        monkeypatch.setenv(name, "x")
    load_settings()


def test_the_model_is_groqs_with_a_key_and_offline_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().model == "offline"
    monkeypatch.setenv("GROQ_API_KEY", "gsk")
    assert load_settings().model == "groq:llama-3.3-70b-versatile"
    monkeypatch.setenv("LLM_MODEL", "ollama:llama3")
    assert load_settings().model == "ollama:llama3"


def test_addresses_are_given_without_a_slash_at_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().base_url == "http://127.0.0.1:8080"
    assert load_settings().github_web_url == "https://github.com"
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example/")
    monkeypatch.setenv("GITHUB_API_URL", "https://git.example/api/v3/")
    assert load_settings().base_url == "https://bot.example"
    assert load_settings().github_web_url == "https://git.example"
    monkeypatch.setenv("GITHUB_API_URL", "https://api.acme.ghe.com/")
    assert load_settings().github_web_url == "https://acme.ghe.com"
