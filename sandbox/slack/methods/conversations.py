"""conversations.*: channels, their members and what was said in them."""

from collections.abc import Iterable

from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import (
    Answer,
    find_channel,
    joined_channel,
    message_json,
    page,
    require_scope,
)
from sandbox.slack.models import Conversation, Message, SlackError
from sandbox.slack.workspace import Workspace

_FAMILY = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def channel_json(workspace: Workspace, channel: Conversation) -> Answer:
    """Return a conversation as the API shows it."""
    if channel.is_im:
        person = next(user for user in channel.members if user != workspace.bot_user.id)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "user": person,
            "is_archived": False,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "creator": channel.creator,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": workspace.bot_user.id in channel.members,
        "is_general": False,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def history(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.history: top-level messages, newest first."""
    channel = joined_channel(workspace, args)
    require_scope(workspace, f"{channel.scope_family}:history")
    newest_first = [
        message
        for message in reversed(channel.messages.values())
        if message.thread_ts is None or message.broadcast
    ]
    shown, after = page(_between(newest_first, args), args, most=999)
    return _messages(workspace, shown, after, args)


def replies(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.replies: the first message and its replies, oldest first."""
    channel = joined_channel(workspace, args)
    require_scope(workspace, f"{channel.scope_family}:history")
    parent = channel.messages.get(args.need("ts", "thread_not_found"))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.thread_ts is not None:
        parent = channel.messages[parent.thread_ts]
    thread = [channel.messages[ts] for ts in channel.threads.get(parent.ts, ())]
    shown, after = page([parent, *_between(thread, args)], args, default=1000)
    return _messages(workspace, shown, after, args)


def _between(messages: Iterable[Message], args: Args) -> list[Message]:
    oldest, latest = args.text("oldest", "0"), args.text("latest", "9999999999.999999")
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    inclusive = args.flag("inclusive")
    return [
        message
        for message in messages
        if low < float(message.ts) < high or (inclusive and message.ts in {oldest, latest})
    ]


def _messages(workspace: Workspace, shown: list[Message], after: str, args: Args) -> Answer:
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [message_json(workspace, message, metadata=metadata) for message in shown],
        "has_more": bool(after),
        "response_metadata": {"next_cursor": after},
    }


def info(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.info."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    require_scope(workspace, f"{channel.scope_family}:read")
    shown = channel_json(workspace, channel)
    if not args.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def list_channels(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.list: what the app can see of the types asked for."""
    return _list(workspace, args, workspace.bot_user.id, joined_only=False)


def of_user(workspace: Workspace, args: Args) -> Answer:
    """Answer users.conversations: the channels of a person that the app may know of, or its own."""
    user_id = args.text("user", workspace.bot_user.id)
    if user_id not in workspace.users:
        raise SlackError("user_not_found")
    return _list(workspace, args, user_id, joined_only=True)


def _list(workspace: Workspace, args: Args, user_id: str, *, joined_only: bool) -> Answer:
    kinds = [kind.strip() for kind in args.text("types", "public_channel").split(",") if kind.strip()]
    if not kinds or any(kind not in _FAMILY for kind in kinds):
        raise SlackError("invalid_types")
    families = {_FAMILY[kind] for kind in kinds}
    for family in sorted(families):
        require_scope(workspace, f"{family}:read")
    skip_archived = args.flag("exclude_archived")
    found = [
        channel
        for channel in workspace.channels.values()
        if channel.scope_family in families
        and not (skip_archived and channel.is_archived)
        and workspace.visible(channel, workspace.bot_user.id)
        and (user_id in channel.members or not joined_only)
    ]
    shown, after = page(found, args, most=999)
    return {
        "channels": [channel_json(workspace, channel) for channel in shown],
        "response_metadata": {"next_cursor": after},
    }


def members(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.members."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    require_scope(workspace, f"{channel.scope_family}:read")
    shown, after = page(channel.members, args)
    return {"members": shown, "response_metadata": {"next_cursor": after}}


def join(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.join; only public channels can be joined without an invitation."""
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    answer: Answer = {}
    if workspace.bot_user.id in channel.members:
        answer["warning"] = "already_in_channel"
    else:
        add_member(workspace, channel, workspace.bot_user.id)
    return answer | {"channel": channel_json(workspace, channel)}


def add_member(workspace: Workspace, channel: Conversation, user_id: str, inviter: str | None = None) -> None:
    """Make someone a member and emit member_joined_channel to the app if it is one too."""
    channel.members.append(user_id)
    workspace.touch()
    event = _membership(workspace, "member_joined_channel", channel, user_id)
    if inviter is not None:
        event["inviter"] = inviter
    if workspace.bot_user.id in channel.members:
        workspace.emit("member_joined_channel", event)


def remove_member(workspace: Workspace, channel: Conversation, user_id: str) -> None:
    """Take someone out of a channel and emit member_left_channel to the app if it is, or was, a member."""
    was_there = workspace.bot_user.id in channel.members
    channel.members.remove(user_id)
    workspace.touch()
    if was_there:
        workspace.emit("member_left_channel", _membership(workspace, "member_left_channel", channel, user_id))


def _membership(workspace: Workspace, kind: str, channel: Conversation, user_id: str) -> Answer:
    letter = "G" if channel.is_private else "C"
    return {
        "type": kind,
        "user": user_id,
        "channel": channel.id,
        "channel_type": letter,
        "team": workspace.team_id,
        "event_ts": workspace.new_ts(),
    }


def open_direct(workspace: Workspace, args: Args) -> Answer:
    """Answer conversations.open for one person."""
    if "channel" in args:
        channel = find_channel(workspace, args.text("channel"))
    else:
        users = args.text("users").split(",")
        if len(users) != 1:
            raise SlackError("users_list_not_supplied" if not users else "not_enough_users")
        user = workspace.users.get(users[0])
        if user is None:
            raise SlackError("user_not_found")
        if user.deleted:
            raise SlackError("user_disabled")
        if user.is_bot:
            raise SlackError("cannot_dm_bot")
        channel = workspace.direct_message(user.id)
    shown = channel_json(workspace, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shown}
