"""What several methods share: finding things, permissions, pages, and messages as JSON."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.slack.methods.args import Args
from sandbox.slack.models import Blocks, Conversation, Message, SlackError
from sandbox.slack.workspace import Workspace

Item = TypeVar("Item")
Answer = dict[str, Any]


def require_scope(workspace: Workspace, *scopes: str) -> None:
    """Refuse the call unless one of the scopes was granted."""
    if not workspace.rules.scopes.intersection(scopes):
        raise SlackError(
            "missing_scope", needed=",".join(scopes), provided=",".join(sorted(workspace.rules.scopes))
        )


def find_channel(workspace: Workspace, name: str) -> Conversation:
    """Return the conversation with an id, as far as the app may know of it."""
    channel = workspace.channels.get(name)
    if channel is None or not workspace.visible(channel, workspace.bot_user.id):
        raise SlackError("channel_not_found")
    return channel


def joined_channel(workspace: Workspace, args: Args) -> Conversation:
    """Return the conversation named by `channel`, of which the app must be a member."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    if workspace.bot_user.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def find_message(channel: Conversation, ts: str) -> Message:
    """Return a message that is still there."""
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    return message


def page(items: Sequence[Item], args: Args, default: int = 100, most: int = 1000) -> tuple[list[Item], str]:
    """Return one page of items and the cursor of the next, empty at the end."""
    limit = args.limit(default, most)
    start = 0
    if cursor := args.text("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).removeprefix(b"next:"))
        except (binascii.Error, ValueError):
            raise SlackError("invalid_cursor") from None
    rest = start + limit
    after = base64.b64encode(b"next:%d" % rest).decode() if rest < len(items) else ""
    return list(items[start:rest]), after


def dress(blocks: Blocks) -> Blocks:
    """Return blocks as Slack keeps them: with every id, and the defaults of text objects."""
    return [_dress_block(block) for block in blocks]


def _dress_block(block: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = _dressed(block)
    kept.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    if kept.get("type") == "input":
        kept.setdefault("optional", False)
        kept.setdefault("dispatch_action", False)
    return kept


def _dressed(node: Any) -> Any:
    if isinstance(node, list):
        return [_dressed(item) for item in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if kind == "plain_text":
        return {"emoji": True, **node}
    if kind == "mrkdwn":
        return {"verbatim": False, **node}
    kept = {name: _dressed(item) if isinstance(item, dict | list) else item for name, item in node.items()}
    if isinstance(kind, str) and (kind in _WITH_ACTION or kind.endswith(("_select", "_input"))):
        kept.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return kept


_WITH_ACTION = frozenset(
    {"button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"}
)


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> Answer:
    """Return a message as the API and payloads show it."""
    channel = workspace.channels[message.channel]
    shown: Answer = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    shown["team"] = workspace.team_id
    if message.bot_id is not None:
        shown |= {"bot_id": message.bot_id, "app_id": workspace.app_id}
        shown["bot_profile"] = {
            "id": message.bot_id,
            "name": workspace.bot_user.name,
            "app_id": workspace.app_id,
        }
    if message.subtype is not None:
        shown["subtype"] = message.subtype
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.edited is not None:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if message.thread_ts is not None:
        shown["thread_ts"] = message.thread_ts
    replies = channel.threads.get(message.ts)
    if replies:
        users = list(dict.fromkeys(channel.messages[ts].user for ts in replies))
        shown |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1]}
        shown |= {"reply_users": users, "reply_users_count": len(users)}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown
