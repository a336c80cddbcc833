"""usergroups.*: groups of people with a handle."""

from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import Answer
from sandbox.slack.models import SlackError, UserGroup
from sandbox.slack.workspace import Workspace


def list_groups(workspace: Workspace, args: Args) -> Answer:
    """Answer usergroups.list; disabled groups only where they are asked for."""
    found = [
        group for group in workspace.groups.values() if not group.disabled or args.flag("include_disabled")
    ]
    return {"usergroups": [_group(workspace, group, users=args.flag("include_users")) for group in found]}


def list_users(workspace: Workspace, args: Args) -> Answer:
    """Answer usergroups.users.list."""
    group = workspace.groups.get(args.need("usergroup", "no_such_subteam"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _group(workspace: Workspace, group: UserGroup, *, users: bool) -> Answer:
    shown: Answer = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_delete": int(group.disabled),
        "user_count": len(group.users),
    }
    return shown | ({"users": list(group.users)} if users else {})
