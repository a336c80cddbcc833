"""users.*, auth.test and reactions.*."""

import re

from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import Answer, find_channel, find_message, joined_channel, page
from sandbox.slack.models import Conversation, Message, SlackError, User
from sandbox.slack.workspace import Workspace

_EMOJI = re.compile(r"[a-z0-9_+\-']+(::skin-tone-[2-6])?\Z")


def auth_test(workspace: Workspace, _args: Args) -> Answer:
    """Answer auth.test."""
    return {
        "url": f"https://{workspace.team_name.lower()}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot_user.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def user_json(workspace: Workspace, user: User) -> Answer:
    """Return a person as the API shows them; the e-mail address needs its own scope."""
    profile: Answer = {
        "real_name": user.real_name,
        "display_name": user.name,
        "team": workspace.team_id,
        "status_text": user.status_text,
        "status_emoji": user.status_emoji,
        "status_expiration": user.status_expiration,
    }
    if user.email is not None and "users:read.email" in workspace.rules.scopes:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }


def info(workspace: Workspace, args: Args) -> Answer:
    """Answer users.info."""
    user = workspace.users.get(args.need("user", "user_not_found"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(workspace, user)}


def list_users(workspace: Workspace, args: Args) -> Answer:
    """Answer users.list."""
    shown, after = page(list(workspace.users.values()), args)
    return {
        "members": [user_json(workspace, user) for user in shown],
        "cache_ts": int(workspace.clock()),
        "response_metadata": {"next_cursor": after},
    }


def lookup_by_email(workspace: Workspace, args: Args) -> Answer:
    """Answer users.lookupByEmail; the case of an address does not matter."""
    wanted = args.need("email", "users_not_found").lower()
    for user in workspace.users.values():
        if user.email is not None and user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(workspace, user)}
    raise SlackError("users_not_found")


def add_reaction(workspace: Workspace, args: Args) -> Answer:
    """Answer reactions.add."""
    _channel, message, name = _reaction(workspace, args)
    users = message.reactions.setdefault(name, [])
    if workspace.bot_user.id in users:
        raise SlackError("already_reacted")
    users.append(workspace.bot_user.id)
    workspace.touch()
    return {}


def remove_reaction(workspace: Workspace, args: Args) -> Answer:
    """Answer reactions.remove."""
    _channel, message, name = _reaction(workspace, args)
    users = message.reactions.get(name, [])
    if workspace.bot_user.id not in users:
        raise SlackError("no_reaction")
    users.remove(workspace.bot_user.id)
    if not users:
        del message.reactions[name]
    workspace.touch()
    return {}


def _reaction(workspace: Workspace, args: Args) -> tuple[Conversation, Message, str]:
    name = args.text("name").strip(":")
    if not _EMOJI.match(name):
        raise SlackError("invalid_name")
    channel = find_channel(workspace, args.need("channel", "channel_not_found"))
    if channel.is_archived:
        raise SlackError("is_archived")
    joined_channel(workspace, args)
    return channel, find_message(channel, args.need("timestamp", "no_item_specified")), name
