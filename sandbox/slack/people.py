"""What people do in the Slack client: commands, clicks, choices, messages, invitations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.forms import chosen, find, initial_values, state_of
from sandbox.slack.links import escaped, shared, typed
from sandbox.slack.methods.args import Args
from sandbox.slack.methods.chat import announce
from sandbox.slack.methods.common import message_json
from sandbox.slack.methods.conversations import add_member, remove_member
from sandbox.slack.methods.users import user_json
from sandbox.slack.methods.views import view_payload
from sandbox.slack.models import Conversation, Message, NotVisibleError, ResponseUrl, SlackError, User, View
from sandbox.slack.reading import Reading
from sandbox.slack.responses import new_url, respond
from sandbox.slack.socketmode import SocketHub, UnansweredError

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass
class Result:
    """How the app took what a person did.

    `messages` are what it answered this person or the channel by the acknowledgement or the response URL;
    the list grows as answers come.
    """

    ok: bool
    error: str | None = None
    messages: list[Message] = field(default_factory=list)


@dataclass
class Screen:
    """The message or the view that a person is using."""

    message: Message | None
    view: View | None

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks it shows."""
        if self.view is not None:
            return self.view.blocks
        return self.message.blocks if self.message is not None else []


class People(Reading):
    """Acts for people; each method returns when the app has acknowledged or Slack gave up."""

    hub: SocketHub
    base_url: str
    offered: dict[tuple[str, str], list[dict[str, Any]]]

    async def command(self, user_id: str, channel_id: str, command: str, text: str = "") -> Result:
        """Let a person type a slash command in a conversation they are in."""
        workspace = self.workspace
        user, channel = self._inside(user_id, channel_id)
        installed = workspace.rules.commands
        if "commands" not in workspace.rules.scopes or (installed is not None and command not in installed):
            workspace.toast(user_id, f"{command} is not a valid command.")
            return Result(ok=False, error="invalid_command")
        url = new_url(workspace, user_id, channel_id)
        if workspace.rules.escaped:
            text = escaped(workspace, text)
        payload = payloads.command(
            workspace, user, channel, command=command, text=text, response_url=self._address(url)
        )
        try:
            answer = await self.hub.ask("slash_commands", payload, accepts=True)
            if answer:
                respond(workspace, url, Args(answer), "ack")
        except UnansweredError as error:
            return self._failed(user_id, command, str(error), url)
        except SlackError as error:
            return self._failed(user_id, command, error.code, url)
        return Result(ok=True, messages=url.shown)

    async def click(
        self,
        user_id: str,
        channel_id: str | None = None,
        ts: str | None = None,
        action_id: str = "",
        *,
        value: str | None = None,
        selected_option: str | None = None,
        block_id: str | None = None,
        view_id: str | None = None,
    ) -> Result:
        """Let a person press a button, or choose `selected_option` by its value, on a message or a view.

        Buttons that share an action id are told apart by `value` or `block_id`.
        Link buttons tell the app too.
        """
        screen = self._screen(user_id, channel_id, ts, view_id)
        block, element = find(screen.blocks, action_id, block_id=block_id, value=value)
        if selected_option is None and element["type"] not in {"button", "icon_button"}:
            raise NotVisibleError(f"{action_id!r} is a {element['type']}, which is not pressed")
        return await self._act(user_id, screen, block, element, selected_option)

    async def select(
        self,
        user_id: str,
        action_id: str,
        choice: str | Sequence[str] | int | None,
        *,
        channel_id: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
    ) -> Result:
        """Let a person choose: an option's value, an id, a date, or several of them for what takes several.

        An input block without `dispatch_action` only keeps the choice for the submission.
        """
        screen = self._screen(user_id, channel_id, ts, view_id)
        block, element = find(screen.blocks, action_id, block_id=block_id)
        return await self._act(user_id, screen, block, element, choice)

    async def _act(
        self, user_id: str, screen: Screen, block: dict[str, Any], element: dict[str, Any], choice: Any
    ) -> Result:
        workspace = self.workspace
        state: dict[str, Any] = {}
        if element["type"] not in {"button", "icon_button"}:
            kept = screen.view.values if screen.view is not None else {}
            offered = self.offered.get((user_id, element["action_id"]), [])
            state = state_of(element, choice, [*offered, *chosen(kept, block, element)])
            self._keep(screen, block, element, state)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Result(ok=True)
        payload = payloads.interaction(workspace, "block_actions", workspace.users[user_id])
        url: ResponseUrl | None = None
        if screen.message is not None:
            url = new_url(workspace, user_id, screen.message.channel, screen.message)
            payload |= payloads.of_message(workspace, screen.message)
            payload["response_url"] = self._address(url)
            payload["trigger_id"] = workspace.new_trigger(user_id, channel=screen.message.channel)
        elif screen.view is not None:
            payload |= payloads.of_view(workspace, screen.view)
            payload["trigger_id"] = workspace.new_trigger(user_id, screen.view.id)
        payload["actions"] = [payloads.action(workspace, block, element, state)]
        try:
            await self.hub.ask("interactive", payload)
        except UnansweredError as error:
            workspace.toast(user_id, TROUBLE)
            return Result(ok=False, error=str(error))
        return Result(ok=True, messages=url.shown if url is not None else [])

    def _keep(
        self, screen: Screen, block: dict[str, Any], element: dict[str, Any], state: dict[str, Any]
    ) -> None:
        if element["type"] == "overflow":
            return
        if screen.message is not None:
            values = screen.message.values = initial_values(screen.message.blocks, screen.message.values)
        elif screen.view is not None:
            values = screen.view.values
        else:
            return
        values[block["block_id"]][element["action_id"]] = state
        self.workspace.touch()

    async def open_home(self, user_id: str) -> None:
        """Let a person open the app's home tab."""
        workspace = self.workspace
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": workspace.direct_message(user_id).id,
            "tab": "home",
            "event_ts": workspace.new_ts(),
        }
        view = workspace.homes.get(user_id)
        if view is not None:
            event["view"] = view_payload(workspace, view)
        workspace.emit("app_home_opened", event)

    async def say(self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None) -> Message:
        """Let a person write a message: an event for the app if it subscribed to messages or mentions."""
        workspace = self.workspace
        _user, channel = self._inside(user_id, channel_id)
        if channel.is_archived:
            raise NotVisibleError("nobody can write in an archived channel")
        message = Message(workspace.new_ts(), channel_id, user_id, text, thread_ts=thread_ts)
        workspace.add_message(message)
        announce(workspace, message)
        shared(workspace, message)
        bot = workspace.bot_user.id
        if f"<@{bot}>" in text and bot in channel.members:
            mention = message_json(workspace, message)
            mention |= {"type": "app_mention", "channel": channel_id, "event_ts": message.ts}
            workspace.emit("app_mention", mention)
        return message

    async def write(self, user_id: str, channel_id: str, text: str) -> None:
        """Let a person write a message that they do not send: the app hears of links in it all the same."""
        self._inside(user_id, channel_id)
        typed(self.workspace, user_id, text)

    async def react(self, user_id: str, channel_id: str, ts: str, name: str) -> None:
        """Let a person add a reaction."""
        workspace = self.workspace
        self._inside(user_id, channel_id)
        message = self._message(user_id, channel_id, ts)
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            return
        users.append(user_id)
        workspace.touch()
        if workspace.bot_user.id in workspace.channels[channel_id].members:
            item = {"type": "message", "channel": channel_id, "ts": ts}
            event = {"type": "reaction_added", "user": user_id, "reaction": name, "item": item}
            workspace.emit(
                "reaction_added", event | {"item_user": message.user, "event_ts": workspace.new_ts()}
            )

    async def set_status(self, user_id: str, text: str, emoji: str = "", *, until: int = 0) -> None:
        """Let a person say what they are up to, `until` a second since 1970 or for good."""
        user = self.workspace.users[user_id]
        user.status_text, user.status_emoji, user.status_expiration = text, emoji, until
        self.workspace.touch()
        event = {"type": "user_change", "user": user_json(self.workspace, user)}
        self.workspace.emit("user_change", event | {"event_ts": self.workspace.new_ts()})

    async def leave_workspace(self, user_id: str) -> None:
        """Let an admin deactivate a person's account."""
        user = self.workspace.users[user_id]
        user.deleted = True
        self.workspace.touch()
        event = {"type": "user_change", "user": user_json(self.workspace, user)}
        self.workspace.emit("user_change", event | {"event_ts": self.workspace.new_ts()})

    async def invite(self, channel_id: str, user_id: str | None = None, *, by: str | None = None) -> None:
        """Make someone a member of a channel; without `user_id` the app."""
        channel = self.workspace.channels[channel_id]
        newcomer = user_id or self.workspace.bot_user.id
        if newcomer not in channel.members:
            add_member(self.workspace, channel, newcomer, by)

    async def kick(self, channel_id: str, user_id: str | None = None) -> None:
        """Take someone out of a channel; without `user_id` the app."""
        remove_member(
            self.workspace, self.workspace.channels[channel_id], user_id or self.workspace.bot_user.id
        )

    async def archive(self, channel_id: str, *, archived: bool = True) -> None:
        """Archive a channel, or bring it back."""
        workspace = self.workspace
        channel = workspace.channels[channel_id]
        channel.is_archived = archived
        workspace.touch()
        if workspace.bot_user.id in channel.members:
            kind = "channel_archive" if archived else "channel_unarchive"
            event = {"type": kind, "channel": channel_id, "user": channel.creator}
            workspace.emit(kind, event | {"event_ts": workspace.new_ts()})

    def _inside(self, user_id: str, channel_id: str) -> tuple[User, Conversation]:
        channel = self.workspace.channels[channel_id]
        if user_id not in channel.members:
            raise NotVisibleError(
                f"{self.workspace.users[user_id].name} is not in {channel.name or channel.id}"
            )
        return self.workspace.users[user_id], channel

    def _message(self, user_id: str, channel_id: str, ts: str) -> Message:
        channel = self.workspace.channels[channel_id]
        if not self.workspace.visible(channel, user_id):
            raise NotVisibleError(f"{channel.name} is private")
        message = channel.messages.get(ts)
        if message is None:
            hidden = self.ephemerals(user_id, channel_id)
            message = next((other for other in hidden if other.ts == ts), None)
        if message is None or message.deleted:
            raise NotVisibleError(f"there is no message {ts} in {channel.name or channel.id}")
        return message

    def _screen(self, user_id: str, channel_id: str | None, ts: str | None, view_id: str | None) -> Screen:
        if view_id is not None:
            view = self.workspace.views.get(view_id)
            if view is None or view.user != user_id:
                raise NotVisibleError(f"view {view_id} is not open for {user_id}")
            return Screen(None, view)
        if channel_id is None or ts is None:
            raise NotVisibleError("say which message (channel and ts) or which view")
        return Screen(self._message(user_id, channel_id, ts), None)

    def _address(self, url: ResponseUrl) -> str:
        return f"{self.base_url}/response/{url.id}"

    def _failed(self, user_id: str, command: str, error: str, url: ResponseUrl) -> Result:
        self.workspace.toast(user_id, f'{command} failed with the error "{error}"')
        return Result(ok=False, error=error, messages=url.shown)
