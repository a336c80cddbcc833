"""chat.*: posting, editing and deleting messages."""

from typing import Any

from sandbox.slack.limits import Violation
from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import (
    Answer,
    dress,
    find_channel,
    find_message,
    joined_channel,
    message_json,
    require_scope,
)
from sandbox.slack.models import Conversation, Edit, Message, SlackError
from sandbox.slack.workspace import Workspace

_UPDATE_TEXT = 4000


def post_message(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.postMessage; a user id as `channel` means the direct message with that person."""
    channel = _target(workspace, args.need("channel", "channel_not_found"))
    if workspace.bot_user.id not in channel.members and "chat:write.public" not in workspace.rules.scopes:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    thread_ts = args.text("thread_ts") or None
    if thread_ts is not None:
        parent = channel.messages.get(thread_ts)
        if parent is None:
            raise SlackError("thread_not_found")
        if parent.thread_ts is not None and parent.thread_ts != thread_ts:
            raise SlackError("cannot_reply_to_message")
    message = compose(workspace, args, channel.id, "chat.postMessage")
    message.thread_ts = thread_ts
    message.broadcast = thread_ts is not None and args.flag("reply_broadcast")
    workspace.add_message(message)
    announce(workspace, message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(workspace, message, metadata=True),
    }


def compose(workspace: Workspace, args: Args, channel_id: str, source: str) -> Message:
    """Return a message by the app after checking its content, or refuse it."""
    content = _content(args)
    refuse_broken(workspace.examine(content, "message", source))
    if not content["text"] and not content.get("blocks") and not content.get("attachments"):
        raise SlackError("no_text")
    return Message(
        ts=workspace.new_ts(),
        channel=channel_id,
        user=workspace.bot_user.id,
        text=content["text"],
        blocks=dress(content.get("blocks") or []),
        attachments=content.get("attachments") or [],
        metadata=content.get("metadata"),
        bot_id=workspace.bot_id,
        unfurl_links=args.flag("unfurl_links", default=True),
    )


def _content(args: Args) -> dict[str, Any]:
    content: dict[str, Any] = {"text": args.text("text")}
    for name, code in (
        ("blocks", "invalid_blocks_format"),
        ("attachments", "invalid_attachments"),
        ("metadata", "invalid_metadata_format"),
    ):
        value = args.json(name, code)
        if value is None:
            continue
        shape = dict if name == "metadata" else list
        if not isinstance(value, shape) or not all(isinstance(part, dict) for part in value if shape is list):
            raise SlackError(code)
        content[name] = value
    return content


def refuse_broken(errors: list[Violation]) -> None:
    """Refuse a message whose content breaks a limit, with the code Slack has for it."""
    if not errors:
        return
    first = errors[0]
    if first.rule == "no_text":
        raise SlackError("no_text")
    if first.pointer == "/text" and first.rule == "text_length":
        raise SlackError("msg_too_long")
    if first.pointer == "/attachments":
        raise SlackError("too_many_attachments")
    if first.pointer == "/metadata":
        raise SlackError("invalid_metadata_format")
    lines = [f"{error.message} [json-pointer:{error.pointer}]" for error in errors]
    raise SlackError(
        "invalid_blocks",
        errors=lines,
        response_metadata={"messages": [f"[ERROR] {line}" for line in lines]},
    )


def update(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.update; a text without blocks takes the blocks away, attachments stay unless given."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    message = find_message(channel, args.need("ts", "message_not_found"))
    if message.bot_id != workspace.bot_id:
        raise SlackError("cant_update_message")
    if channel.is_archived:
        raise SlackError("is_archived")
    window = workspace.rules.edit_window
    if window is not None and workspace.clock() - float(message.ts) > window:
        raise SlackError("edit_window_closed")
    if len(args.text("text")) > _UPDATE_TEXT:
        raise SlackError("msg_too_long")
    fresh = compose(workspace, args, channel.id, "chat.update")
    if "attachments" not in args:
        fresh.attachments = message.attachments
    edit(workspace, message, fresh)
    if "metadata" in args:
        message.metadata = fresh.metadata
    changed = message_json(workspace, message, metadata=True)
    _emit(
        workspace, channel, {"subtype": "message_changed", "message": changed, "ts": fresh.ts, "hidden": True}
    )
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": changed}


def edit(workspace: Workspace, message: Message, fresh: Message) -> None:
    """Let a message say what `fresh` says, and keep what it said."""
    message.history.append(Edit(fresh.ts, message.text, message.blocks))
    message.text, message.blocks = fresh.text, fresh.blocks
    message.attachments = fresh.attachments
    # Slack marks a message as edited only where its text is what is shown.
    message.edited = None if fresh.blocks else fresh.ts
    workspace.touch()


def delete(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.delete; above replies a tombstone stays."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    message = find_message(channel, args.need("ts", "message_not_found"))
    if message.bot_id != workspace.bot_id:
        raise SlackError("cant_delete_message")
    remove(workspace, message)
    return {"channel": channel.id, "ts": message.ts}


def remove(workspace: Workspace, message: Message) -> None:
    """Take a message away."""
    if message.ephemeral_to is not None:
        workspace.ephemeral = [other for other in workspace.ephemeral if other is not message]
    else:
        channel = workspace.channels[message.channel]
        if channel.threads.get(message.ts):
            message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", []
        else:
            del channel.messages[message.ts]
            if message.thread_ts is not None:
                channel.threads[message.thread_ts].remove(message.ts)
    workspace.touch()


def post_ephemeral(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.postEphemeral."""
    channel = joined_channel(workspace, args)
    user_id = args.need("user", "user_not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    if user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = compose(workspace, args, channel.id, "chat.postEphemeral")
    message.ephemeral_to = user_id
    message.thread_ts = args.text("thread_ts") or None
    workspace.add_message(message)
    return {"message_ts": message.ts}


def get_permalink(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.getPermalink."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    message = find_message(channel, args.need("message_ts", "message_not_found"))
    host = f"https://{workspace.team_name.lower()}.slack.com"
    link = f"{host}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def announce(workspace: Workspace, message: Message) -> None:
    """Emit the message event of a new message."""
    _emit(workspace, workspace.channels[message.channel], message_json(workspace, message))


def _emit(workspace: Workspace, channel: Conversation, event: dict[str, Any]) -> None:
    if workspace.bot_user.id not in channel.members:
        return
    kind = "im" if channel.is_im else "group" if channel.is_private else "channel"
    name = "message.im" if channel.is_im else f"message.{kind}s"
    if name in workspace.rules.events:
        shared = {"type": "message", "channel": channel.id, "channel_type": kind}
        workspace.emit(name, event | shared | {"event_ts": event["ts"]})


def _target(workspace: Workspace, name: str) -> Conversation:
    if name in workspace.users:
        require_scope(workspace, "chat:write")
        if workspace.users[name].is_bot or workspace.users[name].deleted:
            raise SlackError("channel_not_found")
        return workspace.direct_message(name)
    if name in workspace.channels:
        return find_channel(workspace, name)
    for channel in workspace.channels.values():
        if not channel.is_im and channel.name == name.removeprefix("#"):
            return find_channel(workspace, channel.id)
    raise SlackError("channel_not_found")
