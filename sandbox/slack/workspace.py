"""The state of one workspace, and the changes that are announced when it changes."""

import asyncio
import itertools
import secrets
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.faults import Call, Faults, PostingRate
from sandbox.slack.limits import Surface, Violation, check
from sandbox.slack.models import (
    Conversation,
    Message,
    ResponseUrl,
    Toast,
    Trigger,
    User,
    UserGroup,
    View,
)

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

DEFAULT_SCOPES = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "links:read",
        "links:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
DEFAULT_EVENTS = frozenset({"app_home_opened", "member_joined_channel", "member_left_channel"})


@dataclass(frozen=True)
class Rules:
    """How a workspace behaves; times in seconds.

    `commands` names the slash commands that are installed (None: any), and `escaped` says whether the people,
    channels and links in their text arrive as ids. `unfurl_domains` are those whose links the app hears of.
    `retry_delays` are the waits before an
    event is sent again, `reconnect_grace` how long an unacknowledged click waits for the app to come back.
    """

    scopes: frozenset[str] = DEFAULT_SCOPES
    events: frozenset[str] = DEFAULT_EVENTS
    commands: frozenset[str] | None = None
    escaped: bool = False
    unfurl_domains: frozenset[str] = frozenset()
    home_enabled: bool = True
    rate_limits: bool = False
    checks: bool = True
    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    reconnect_grace: float = 10.0
    trigger_life: float = 3.0
    ticket_life: float = 30.0
    edit_window: float | None = None
    kept_calls: int = 20_000


class Workspace:
    """A team with its people, channels and one installed app.

    `calls` is the ledger of API calls, `violations` every limit that was broken, `toasts` what the client
    told each person. `version` grows with every change; `touch` announces one.

    `on_call(name, arguments, phase)` sees every API call `before` it takes effect and `after`, before it is
    answered; where it says False the connection breaks there. It also sees envelopes, by their type: `before`
    once one is with the app, `after` when its acknowledgement comes, which False loses.
    """

    def __init__(
        self,
        *,
        team_name: str = "Acme",
        bot_name: str = "patchforge",
        rules: Rules | None = None,
        scopes: Iterable[str] | None = None,
        events: Iterable[str] | None = None,
        bot_token: str | None = None,
        app_token: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = rules or Rules()
        if scopes is not None:
            rules = replace(rules, scopes=frozenset(scopes))
        if events is not None:
            rules = replace(rules, events=frozenset(events))
        self.rules = rules
        self.clock = clock
        self.version = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._numbers = itertools.count(0x1A2B3)
        self._last_ts = 0
        self.team_name = team_name
        self.team_id = self.new_id("T")
        self.app_id = self.new_id("A")
        self.bot_id = self.new_id("B")
        self.bot_token = bot_token or f"xoxb-{self.team_id.lower()}-{secrets.token_hex(12)}"
        self.app_token = app_token or f"xapp-1-{self.app_id}-{secrets.token_hex(16)}"
        self.token_state = "active"  # noqa: S105 - a state, no secret; also token_revoked, account_inactive
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Conversation] = {}
        self.direct: dict[str, str] = {}
        self.ephemeral: list[Message] = []
        self.homes: dict[str, View] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.toasts: dict[str, list[Toast]] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.violations: list[Violation] = []
        self.calls: deque[Call] = deque(maxlen=rules.kept_calls)
        self.faults = Faults()
        self.rate = PostingRate()
        self.bot_user = self.add_user(bot_name, real_name=bot_name, is_bot=True)
        self.emit: Callable[[str, dict[str, Any]], None] = lambda _name, _event: None
        self.on_call: Callable[[str, Mapping[str, Any], str], bool] = lambda _name, _arguments, _phase: True

    # Identity and time

    def new_id(self, prefix: str) -> str:
        """Return an id that was never given out, such as `C0000003AQK7`."""
        number, digits = next(self._numbers) * 7919, ""
        while number:
            number, rest = divmod(number, len(_ALPHABET))
            digits = _ALPHABET[rest] + digits
        return f"{prefix}0{digits:0>9}"

    def new_ts(self) -> str:
        """Return the time now as a ts: unique and greater than all before."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def new_hash(self) -> str:
        """Return a view hash."""
        return f"{int(self.clock())}.{secrets.token_hex(4)}"

    def new_trigger(self, user: str, view_id: str | None = None, channel: str | None = None) -> str:
        """Return a `trigger_id` for what `user` just did; it soon expires and works once."""
        trigger_id = f"{self._last_ts}.{next(self._numbers)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, self.clock(), view_id, channel)
        return trigger_id

    # People and channels

    def add_user(
        self,
        name: str,
        *,
        real_name: str | None = None,
        email: str | None = None,
        tz: str = "Europe/Amsterdam",
        is_admin: bool = False,
        is_bot: bool = False,
    ) -> User:
        """Let a person (or a bot) join; the e-mail address defaults to `name@example.com`."""
        address = None if is_bot else email or f"{name}@example.com"
        user = User(self.new_id("U"), name, real_name or name.title(), address, tz, is_admin, is_bot)
        self.users[user.id] = user
        self.touch()
        return user

    def add_channel(
        self, name: str, *, members: Iterable[User | str] = (), is_private: bool = False, bot: bool = False
    ) -> Conversation:
        """Create a channel; its first member is the creator, `bot` makes the app a member."""
        ids = [member if isinstance(member, str) else member.id for member in members]
        if bot:
            ids.append(self.bot_user.id)
        creator = ids[0] if ids else self.bot_user.id
        channel = Conversation(
            self.new_id("C"), name, creator, int(self.clock()), is_private, members=list(dict.fromkeys(ids))
        )
        self.channels[channel.id] = channel
        self.touch()
        return channel

    def add_group(self, handle: str, name: str, members: Iterable[User | str] = ()) -> UserGroup:
        """Create a user group."""
        ids = [member if isinstance(member, str) else member.id for member in members]
        group = UserGroup(self.new_id("S"), handle, name, ids)
        self.groups[group.id] = group
        self.touch()
        return group

    def direct_message(self, user_id: str) -> Conversation:
        """Return the conversation between the app and a person, opened when there is none."""
        known = self.direct.get(user_id)
        if known is None:
            members = [user_id, self.bot_user.id]
            channel = Conversation(
                self.new_id("D"), "", user_id, int(self.clock()), is_private=True, is_im=True, members=members
            )
            self.channels[channel.id] = channel
            self.direct[user_id] = known = channel.id
            self.touch()
        return self.channels[known]

    def visible(self, channel: Conversation, user_id: str) -> bool:
        """Say whether a person can see a conversation."""
        return user_id in channel.members or not channel.is_private

    # Messages

    def add_message(self, message: Message) -> None:
        """Put a message, reply or ephemeral message where it belongs."""
        if message.ephemeral_to is not None:
            self.ephemeral.append(message)
        else:
            channel = self.channels[message.channel]
            channel.messages[message.ts] = message
            if message.thread_ts is not None:
                channel.threads.setdefault(message.thread_ts, []).append(message.ts)
        self.touch()

    def toast(self, user_id: str, text: str) -> None:
        """Let the client tell a person something, as Slack does when the app does not answer."""
        shown = self.toasts.setdefault(user_id, [])
        shown.append(Toast(next(self._numbers), text, self.clock()))
        self.touch()

    # Oracles

    def examine(self, payload: Mapping[str, Any], surface: Surface, source: str) -> list[Violation]:
        """Check limits, record what is broken, and return the errors for which Slack would refuse it."""
        if not self.rules.checks:
            return []
        found = check(payload, surface)
        if found:
            self.violations += [replace(violation, source=source) for violation in found]
        return [violation for violation in found if violation.level == "ERROR"]

    def calls_of(self, *methods: str, outcome: str | None = None) -> list[Call]:
        """Return the calls of some methods, oldest first."""
        return [
            call
            for call in self.calls
            if call.method in methods and (outcome is None or call.outcome == outcome)
        ]

    # Changes

    def touch(self) -> None:
        """Announce a change."""
        self.version += 1
        if self._waiters:
            waiters, self._waiters = self._waiters, set()
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def changed(self, since: int) -> int:
        """Wait until `version` is past `since` and return it."""
        while self.version <= since:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
        return self.version

    async def changes(self) -> AsyncGenerator[int, None]:
        """Yield the version now and after every change; changes in quick succession come as one."""
        seen = self.version
        yield seen
        while True:
            seen = await self.changed(seen)
            yield seen

    def snapshot(self, viewer_id: str, *, limit: int = 100) -> dict[str, Any]:
        """Return what a person sees, as JSON; the shape is in the documentation of `sandbox.slack`."""
        from sandbox.slack.snapshot import snapshot  # noqa: PLC0415 - it reads this class

        return snapshot(self, viewer_id, limit)
