"""Settings: the only reader of the environment, with one clear line for each mistake."""

import base64
import os
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigurationError

# Names that belong to PatchForge: one that starts like this and is not a setting is a misspelling.
_OUR_PREFIXES = ("SLACK_", "GITHUB_", "LLM_", "GROQ_", "SMTP_", "MAIL_FROM", "MAIL_TEMPLATE",
                 "MAIL_BOUNCE", "PUBLIC_URL", "ENCRYPTION_KEY", "POLL_INTERVAL", "RETENTION_")  # fmt: skip
# GitHub Actions and the Slack tools set these for themselves.
_NOT_OURS = ("GITHUB_ACTION", "GITHUB_WORKFLOW", "GITHUB_RUN", "GITHUB_REF", "GITHUB_SHA", "GITHUB_EVENT",
             "GITHUB_REPOSITORY", "GITHUB_JOB", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE",
             "GITHUB_STEP", "GITHUB_ACTOR", "GITHUB_HEAD", "GITHUB_BASE", "GITHUB_WORKSPACE", "GITHUB_SERVER",
             "GITHUB_GRAPHQL", "GITHUB_RETENTION", "GITHUB_TRIGGERING")  # fmt: skip

Secrets = Annotated[tuple[SecretStr, ...], NoDecode]


class Settings(BaseSettings):
    """Everything that can be set from outside, validated once at the start."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    github_webhook_secret: Secrets = ()
    github_token: SecretStr | None = None
    github_app_id: int | None = None
    github_app_private_key: SecretStr | None = None
    github_app_private_key_file: Path | None = None
    github_client_id: str | None = None
    github_api_url: str = "https://api.github.com"
    poll_interval_seconds: int = 0
    llm_model: str = ""
    groq_api_key: SecretStr | None = None
    groq_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    ollama_base_url: str = "http://127.0.0.1:11434/v1"
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_per_second: int = Field(default=10, ge=1, le=1000)
    mail_from: str | None = None
    mail_templates: Path | None = None
    mail_bounce_secret: SecretStr | None = None
    database_url: str = "sqlite+aiosqlite:///data/patchforge.db"
    retention_jobs_days: int = Field(default=30, ge=1)
    retention_bodies_days: int = Field(default=14, ge=1)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    encryption_key: Secrets = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] | None = None

    @field_validator("github_webhook_secret", "encryption_key", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("must start with xoxb- (the Bot User OAuth Token)")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("must start with xapp- (an App-Level Token with connections:write)")
        return value

    @field_validator(
        "slack_api_url", "github_api_url", "public_url",
        "groq_base_url", "openai_base_url", "anthropic_base_url", "ollama_base_url",
    )  # fmt: skip
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError("must be an http(s) URL")
        return value

    @field_validator("poll_interval_seconds")
    @classmethod
    def _interval(cls, value: int) -> int:
        if value and value < 30:
            raise ValueError("must be 0 (off) or at least 30")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("llm_model")
    @classmethod
    def _model(cls, value: str) -> str:
        provider, _, name = value.partition(":")
        if (
            value
            and value != "offline"
            and (provider not in {"groq", "openai", "anthropic", "ollama"} or not name)
        ):
            raise ValueError("must be offline or groq:…, openai:…, anthropic:…, ollama:…")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):  # the second for a port that is no number
            url = None
        if url is None or url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError("must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if url.drivername == "sqlite+aiosqlite" and url.database in {None, "", ":memory:"}:
            raise ValueError("must name a file, such as sqlite+aiosqlite:///data/patchforge.db")
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value and "@" not in parseaddr(value)[1]:
            raise ValueError("must be an address, such as PatchForge <notes@example.org>")
        return value

    @field_validator("mail_bounce_secret")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @field_validator("encryption_key")
    @classmethod
    def _keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            try:
                long_enough = len(base64.urlsafe_b64decode(key.get_secret_value())) == 32
            except ValueError:
                long_enough = False
            if not long_enough:
                raise ValueError("must be Fernet keys: 32 bytes each in url-safe base64")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.smtp_host and not self.mail_from:
            raise ValueError("MAIL_FROM: is required once SMTP_HOST is set")
        key, file = self.github_app_private_key, self.github_app_private_key_file
        if self.github_app_id and not (key or file):
            raise ValueError("GITHUB_APP_PRIVATE_KEY: is required once GITHUB_APP_ID is set (or …_FILE)")
        if file and not file.is_file():
            raise ValueError(f"GITHUB_APP_PRIVATE_KEY_FILE: no such file: {file}")
        if self.github_client_id and not self.encryption_key:
            raise ValueError("ENCRYPTION_KEY: is required once GITHUB_CLIENT_ID is set, whose codes it seals")
        needs = {
            "groq": self.groq_api_key,
            "openai": self.openai_api_key,
            "anthropic": self.anthropic_api_key,
        }
        provider = self.llm_model.partition(":")[0]
        if provider in needs and not needs[provider]:
            raise ValueError(f"{provider.upper()}_API_KEY: is required by LLM_MODEL={self.llm_model}")
        return self

    @property
    def model(self) -> str:
        """Return the language model in force: the one set, else Groq's if there is a key, else offline."""
        return self.llm_model or ("groq:llama-3.3-70b-versatile" if self.groq_api_key else "offline")

    @property
    def base_url(self) -> str:
        """Return the address people reach the HTTP door by, without a slash at its end."""
        return (self.public_url or f"http://{self.http_host}:{self.http_port}").rstrip("/")

    @property
    def github_web_url(self) -> str:
        """Return the address of GitHub's pages, without a slash at its end."""
        return web_url(self.github_api_url)

    @property
    def app_private_key(self) -> str | None:
        """Return the GitHub App's private key in PEM, from the variable or the file."""
        if self.github_app_private_key:
            return self.github_app_private_key.get_secret_value().replace("\\n", "\n")
        if self.github_app_private_key_file:
            return self.github_app_private_key_file.read_text(encoding="utf-8")
        return None

    def require_run(self) -> None:
        """Raise ConfigurationError naming the first variable that `run` cannot do without."""
        for name in ("slack_bot_token", "slack_app_token", "github_webhook_secret"):
            if not getattr(self, name):
                raise ConfigurationError(f"{name.upper()} is not set; see the README's configuration table")


def web_url(api_url: str) -> str:
    """Return the address of the pages that belong to a GitHub's API, without a slash at its end.

    The API lies below /api/v3 on an Enterprise Server, else on a host `api.` of its own.
    """
    api = api_url.rstrip("/")
    if api.endswith("/api/v3"):
        return api.removesuffix("/api/v3")
    return api.replace("://api.", "://", 1)


def load_settings() -> Settings:
    """Read the settings from the environment and `.env`; raise ConfigurationError with one line."""
    known = {name.upper() for name in Settings.model_fields}
    try:
        given = origins()
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f".env cannot be read: {error}") from None
    for name in given:
        if name.startswith(_OUR_PREFIXES) and not name.startswith(_NOT_OURS) and name not in known:
            raise ConfigurationError(f"{name} is not a setting PatchForge knows; is it misspelt?")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in first["loc"][:1]).upper()
        raise ConfigurationError(f"{place}: {message}" if place else message) from None


def origins() -> dict[str, str]:
    """Tell of each variable that is set, in capitals, whether it comes from the environment or `.env`."""
    from_file = dict.fromkeys((name.upper() for name in dotenv_values(".env")), ".env")
    return from_file | dict.fromkeys((name.upper() for name in os.environ), "environment")
