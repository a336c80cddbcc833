"""The Web API methods: what answers each, and the scope it needs.

Methods whose scope depends on the kind of conversation (`channels:read`, `groups:read` …) ask for it
themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.slack.methods import chat, conversations, groups, unfurls, users, views
from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import Answer
from sandbox.slack.workspace import Workspace

Handler = Callable[[Workspace, Args], Answer]


@dataclass(frozen=True)
class Method:
    """One method of the Web API; `posts` marks those that the posting rate limits."""

    handler: Handler
    scope: str | None = None
    posts: bool = False


METHODS: Mapping[str, Method] = {
    "auth.test": Method(users.auth_test),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write", posts=True),
    "chat.unfurl": Method(unfurls.unfurl, "links:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.list": Method(conversations.list_channels),
    "conversations.members": Method(conversations.members),
    "conversations.open": Method(conversations.open_direct, "im:write"),
    "conversations.replies": Method(conversations.replies),
    "reactions.add": Method(users.add_reaction, "reactions:write"),
    "reactions.remove": Method(users.remove_reaction, "reactions:write"),
    "usergroups.list": Method(groups.list_groups, "usergroups:read"),
    "usergroups.users.list": Method(groups.list_users, "usergroups:read"),
    "users.conversations": Method(conversations.of_user),
    "users.info": Method(users.info, "users:read"),
    "users.list": Method(users.list_users, "users:read"),
    "users.lookupByEmail": Method(users.lookup_by_email, "users:read.email"),
    "views.open": Method(views.open_view),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
}
