"""The frozen context that every handler is given."""

from dataclasses import dataclass, field

from bot.clients.github import DeviceFlow, GitHub
from bot.clients.llm import Llm
from bot.clients.mail import Mailer
from bot.clients.slack import Slack
from bot.config import Settings
from bot.mails.templates import Templates
from bot.models import Clock
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a handler may use; `github` and `mailer` are None when they are not configured.

    `workspace_url` is what the addresses of Slack's messages begin with; `device_flow` proves who is
    who, where it is configured.
    """

    settings: Settings
    clock: Clock
    database: Database
    slack: Slack
    github: GitHub | None
    llm: Llm
    mailer: Mailer | None
    bot_user: str
    workspace_url: str = "https://slack.com"
    device_flow: DeviceFlow | None = None
    templates: Templates = field(default_factory=Templates)
