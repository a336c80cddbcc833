"""The scopes of the bot token: which method of Slack's needs which, and what for."""

# What docs.slack.dev lists for a bot token; empty: any token, or the app-level one.
SCOPES_OF_METHOD: dict[str, frozenset[str]] = {
    "apps.connections.open": frozenset(),
    "auth.test": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "chat.delete": frozenset({"chat:write"}),
    "conversations.history": frozenset({"channels:history", "groups:history"}),
    "conversations.info": frozenset({"channels:read", "groups:read"}),
    "conversations.members": frozenset({"channels:read", "groups:read"}),
    "conversations.replies": frozenset({"channels:history", "groups:history"}),
    "users.conversations": frozenset({"channels:read", "groups:read"}),
    "users.info": frozenset({"users:read"}),
    "views.open": frozenset(),
    "views.publish": frozenset(),
    "views.update": frozenset(),
}

NEEDED: dict[str, str] = {
    "channels:history": "find a message that may already have been posted",
    "channels:read": "see which channels it is in",
    "chat:write": "post anything",
    "commands": "answer /patchforge",
    "groups:history": "find a message that may already have been posted in a private channel",
    "groups:read": "see which private channels it is in",
    "users:read": "see who is an admin",
    "users:read.email": "see that authors do not approve their own notes",
}
"""Each scope that the manifest asks for, and what does not work without it."""
