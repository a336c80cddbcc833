"""The payloads Slack sends for what people do."""

from typing import Any

from sandbox.slack.methods.common import message_json
from sandbox.slack.methods.views import view_payload
from sandbox.slack.models import Conversation, Message, User, View
from sandbox.slack.workspace import Workspace

Payload = dict[str, Any]


def command(
    workspace: Workspace, user: User, channel: Conversation, *, command: str, text: str, response_url: str
) -> Payload:
    """Return the payload of a slash command."""
    if channel.is_im:
        channel_name = "directmessage"
    else:
        channel_name = "privategroup" if channel.is_private else channel.name
    return {
        "token": "sandbox",
        "team_id": workspace.team_id,
        "team_domain": workspace.team_name.lower(),
        "channel_id": channel.id,
        "channel_name": channel_name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(user.id, channel=channel.id),
    }


def interaction(workspace: Workspace, kind: str, user: User) -> Payload:
    """Return what every interactive payload has."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
        "team": {"id": workspace.team_id, "domain": workspace.team_name.lower()},
        "api_app_id": workspace.app_id,
        "token": "sandbox",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def of_message(workspace: Workspace, message: Message) -> Payload:
    """Return the part of a payload that says which message was used."""
    channel = workspace.channels[message.channel]
    ephemeral = message.ephemeral_to is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    part: Payload = {
        "container": container,
        "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
        "state": {"values": message.values},
    }
    if not ephemeral:
        part["message"] = message_json(workspace, message)
    return part


def of_view(workspace: Workspace, view: View) -> Payload:
    """Return the part of a payload that says which view was used."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": view_payload(workspace, view),
    }


def action(workspace: Workspace, block: Payload, element: Payload, state: Payload) -> Payload:
    """Return one entry of `actions`."""
    entry: Payload = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": workspace.new_ts(),
    }
    for name in ("text", "value", "style", "url"):
        if element["type"] == "button" and name in element:
            entry[name] = element[name]
    return entry | state
