"""The scopes of the bot token: which method and event of Slack's needs which, and what for."""

# What docs.slack.dev lists for a bot token; empty: any token, or the app-level one.
SCOPES_OF_METHOD: dict[str, frozenset[str]] = {
    "apps.connections.open": frozenset(),
    "auth.test": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.unfurl": frozenset({"links:write"}),
    "chat.update": frozenset({"chat:write"}),
    "chat.delete": frozenset({"chat:write"}),
    "conversations.history": frozenset({"channels:history", "groups:history", "im:history"}),
    "conversations.info": frozenset({"channels:read", "groups:read"}),
    "conversations.members": frozenset({"channels:read", "groups:read"}),
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": frozenset({"channels:history", "groups:history", "im:history"}),
    "reactions.add": frozenset({"reactions:write"}),
    "reactions.remove": frozenset({"reactions:write"}),
    "usergroups.list": frozenset({"usergroups:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.conversations": frozenset({"channels:read", "groups:read"}),
    "users.info": frozenset({"users:read"}),
    "users.list": frozenset({"users:read"}),
    "users.lookupByEmail": frozenset({"users:read.email"}),
    "views.open": frozenset(),
    "views.publish": frozenset(),
    "views.update": frozenset(),
}

SCOPES_OF_EVENT: dict[str, frozenset[str]] = {
    "app_home_opened": frozenset(),
    "link_shared": frozenset({"links:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "user_change": frozenset({"users:read"}),
}
"""The same for the events that Slack sends."""

NEEDED: dict[str, str] = {
    "channels:history": "find a message that may already have been posted",
    "channels:read": "see which channels it is in",
    "chat:write": "post anything",
    "commands": "answer /patchforge",
    "groups:history": "find a message that may already have been posted in a private channel",
    "groups:read": "see which private channels it is in",
    "im:history": "find a direct message that may already have been posted",
    "im:write": "write to one person alone",
    "links:read": "hear of pasted pull request links",
    "links:write": "show what a pasted pull request link leads to",
    "reactions:write": "show the state of a pull request on messages that link to it",
    "usergroups:read": "mention the user group of a GitHub team",
    "users:read": "see who is an admin, who is away, and people's time zones",
    "users:read.email": "see that authors do not approve their own notes, and suggest who is who",
}
"""Each scope that the manifest asks for, and what does not work without it."""
