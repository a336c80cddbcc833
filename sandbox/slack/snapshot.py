"""One person's view of the workspace as JSON; the shape is described in `sandbox.slack`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.slack.models import Conversation, Message, User, View

if TYPE_CHECKING:
    from sandbox.slack.workspace import Workspace


def snapshot(workspace: Workspace, viewer_id: str, limit: int) -> dict[str, Any]:
    """Return everything `viewer_id` can see, at most the last `limit` messages of a conversation."""
    hidden = [message for message in workspace.ephemeral if message.ephemeral_to == viewer_id]
    rooms = sorted(workspace.channels.values(), key=lambda channel: channel.name)
    home = workspace.homes.get(viewer_id)
    return {
        "version": workspace.version,
        "team": {"id": workspace.team_id, "name": workspace.team_name},
        "bot": {
            "user_id": workspace.bot_user.id,
            "name": workspace.bot_user.name,
            "app_id": workspace.app_id,
        },
        "viewer": _user(workspace.users[viewer_id]),
        "users": [_user(user) for user in workspace.users.values()],
        "groups": [{"id": group.id, "handle": group.handle} for group in workspace.groups.values()],
        "channels": [
            _channel(workspace, room, viewer_id) | {"messages": _messages(workspace, room, hidden, limit)}
            for room in rooms
            if not room.is_im and workspace.visible(room, viewer_id)
        ],
        "dms": [
            {
                "id": room.id,
                "user": workspace.bot_user.id,
                "messages": _messages(workspace, room, hidden, limit),
            }
            for room in rooms
            if room.is_im and viewer_id in room.members
        ],
        "home": view_json(home) if home else None,
        "modals": [view_json(view) for view in workspace.stacks.get(viewer_id, [])],
        "toasts": [
            {"id": toast.id, "text": toast.text, "at": toast.at}
            for toast in workspace.toasts.get(viewer_id, [])
        ],
    }


def view_json(view: View) -> dict[str, Any]:
    """Return a view with what is filled in and the errors shown beside its fields."""
    body = view.body
    return {
        "id": view.id,
        "type": view.type,
        "callback_id": view.callback_id,
        "hash": view.hash,
        "title": body.get("title"),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "blocks": view.blocks,
        "values": view.values,
        "errors": view.errors,
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "email": user.email,
        "tz": user.tz,
        "is_admin": user.is_admin,
        "is_bot": user.is_bot,
        "status": user.status_emoji,
    }


def _channel(workspace: Workspace, room: Conversation, viewer_id: str) -> dict[str, Any]:
    return {
        "id": room.id,
        "name": room.name,
        "topic": room.topic,
        "is_private": room.is_private,
        "is_archived": room.is_archived,
        "is_member": viewer_id in room.members,
        "bot_is_member": workspace.bot_user.id in room.members,
        "members": list(room.members),
    }


def _messages(
    workspace: Workspace, room: Conversation, hidden: Iterable[Message], limit: int
) -> list[dict[str, Any]]:
    top: list[Message] = []
    for message in reversed(room.messages.values()):
        if message.thread_ts is None or message.broadcast:
            top.append(message)
            if len(top) == limit:
                break
    mine = [message for message in hidden if message.channel == room.id]
    shown = top + [message for message in mine if message.thread_ts is None]
    result = []
    for message in sorted(shown, key=lambda message: message.ts):
        replies = [room.messages[ts] for ts in room.threads.get(message.ts, ())]
        replies += [reply for reply in mine if reply.thread_ts == message.ts]
        entry = _message(workspace, message)
        entry["replies"] = [
            _message(workspace, reply) for reply in sorted(replies, key=lambda reply: reply.ts)
        ]
        entry["reply_count"] = len(room.threads.get(message.ts, ()))
        result.append(entry)
    return result


def _message(workspace: Workspace, message: Message) -> dict[str, Any]:
    user = workspace.users.get(message.user)
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "username": user.real_name if user else "Slackbot",
        "is_bot": message.bot_id is not None,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "values": message.values,
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ],
        "edited": message.edited,
        "edits": message.edits,
        "ephemeral": message.ephemeral_to is not None,
        "deleted": message.deleted,
        "replies": [],
        "reply_count": 0,
    }
