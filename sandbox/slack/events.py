"""Which events reach the app, and what they come wrapped in."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.workspace import Workspace

# Any one of the scopes lets the event through.
_EVENT_SCOPES: Mapping[str, frozenset[str]] = {
    "app_mention": frozenset({"app_mentions:read"}),
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "link_shared": frozenset({"links:read"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "reaction_added": frozenset({"reactions:read"}),
    "subteam_updated": frozenset({"usergroups:read"}),
    "team_join": frozenset({"users:read"}),
    "user_change": frozenset({"users:read"}),
}


def wanted(workspace: Workspace, name: str) -> bool:
    """Say whether the app subscribed to an event and has the scope for it."""
    rules = workspace.rules
    needed = _EVENT_SCOPES.get(name)
    return name in rules.events and (needed is None or bool(rules.scopes & needed))


def callback(workspace: Workspace, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `event_callback` payload around an event."""
    return {
        "token": "sandbox",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
