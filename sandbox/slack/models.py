"""What a workspace is made of: people, conversations, messages, views."""

from dataclasses import dataclass, field
from typing import Any, Literal

Blocks = list[dict[str, Any]]
ViewKind = Literal["modal", "home"]


class SlackError(Exception):
    """A refusal as Slack words it: `{"ok": false, "error": code, **details}`."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class NotVisibleError(LookupError):
    """A person reached for something that is not on their screen."""


@dataclass
class User:
    """A member of the workspace."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/Amsterdam"
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0  # in seconds since 1970; zero is never


@dataclass
class UserGroup:
    """A group of people that is mentioned by its handle."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False


@dataclass(frozen=True)
class Edit:
    """What a message said before it was edited at `until` (a ts)."""

    until: str
    text: str
    blocks: Blocks


@dataclass
class Message:
    """A message, a thread reply or, with `ephemeral_to`, what only one person sees."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    bot_id: str | None = None
    subtype: str | None = None
    edited: str | None = None
    history: list[Edit] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_to: str | None = None
    unfurl_links: bool = True
    values: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return len(self.history)

    @property
    def deleted(self) -> bool:
        """Whether only the tombstone above its replies is left."""
        return self.subtype == "tombstone"


@dataclass
class Conversation:
    """A channel (`C…`) or a direct message (`D…`); `messages` are in the order of their ts."""

    id: str
    name: str
    creator: str
    created: int
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    topic: str = ""
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def scope_family(self) -> str:
        """The first half of the scopes that open it: `channels`, `groups` or `im`."""
        if self.is_im:
            return "im"
        return "groups" if self.is_private else "channels"


@dataclass
class View:
    """A modal or a home tab as one person sees it; `values` is what is filled in (`view.state.values`)."""

    id: str
    type: ViewKind
    user: str
    hash: str
    body: dict[str, Any]
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    updates: int = 0

    @property
    def blocks(self) -> Blocks:
        """The blocks it shows."""
        blocks: Blocks = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """The name its submission is routed by."""
        return str(self.body.get("callback_id") or "")


@dataclass(frozen=True)
class Toast:
    """A passing notice that the Slack client itself shows to a person."""

    id: int
    text: str
    at: float


@dataclass
class ResponseUrl:
    """A `response_url`: who may be answered where, and what was shown through it."""

    id: str
    user: str
    channel: str
    created: float
    original: Message | None = None
    uses: int = 0
    shown: list[Message] = field(default_factory=list)


@dataclass
class Trigger:
    """A `trigger_id`: whose click it stands for, and the view or channel it came from."""

    user: str
    created: float
    view_id: str | None = None
    channel: str | None = None
    used: bool = False
