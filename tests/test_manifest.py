"""The Slack app asks for what the code uses, and for nothing else."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from handlers import FEATURES

ROOT = Path(__file__).parents[1]
# What docs.slack.dev lists for a bot token; empty: any token, or the app-level one.
SCOPES = {
    "apps.connections.open": set[str](),
    "auth.test": set[str](),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.replies": {"channels:history", "groups:history"},
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "views.open": set[str](),
    "views.publish": set[str](),
    "views.update": set[str](),
}
METHOD = re.compile(r"(apps|auth|chat|conversations|reactions|users|views)([._][a-zA-Z]+)+")


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def slack_client() -> list[ast.AST]:
    """Return every node of the Slack client's code, be it a file or a folder."""
    clients = ROOT / "bot" / "clients"
    files = [*clients.glob("slack.py"), *clients.glob("slack/**/*.py")]
    assert files
    return [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]


def methods_used() -> set[str]:
    """Return the Web API methods that the Slack client names, as text or as the SDK's attributes."""
    words = {node.value for node in slack_client() if isinstance(node, ast.Constant)}
    words |= {node.attr for node in slack_client() if isinstance(node, ast.Attribute)}
    return {word.replace("_", ".") for word in words if isinstance(word, str) and METHOD.fullmatch(word)}


def test_every_scope_is_used_and_every_used_method_has_its_scopes() -> None:
    needed = {"commands"}
    for method in methods_used():
        needed |= SCOPES[method]
    if any(isinstance(node, ast.Constant) and node.value == "email" for node in slack_client()):
        needed.add("users:read.email")
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed


def test_the_app_hears_exactly_the_events_that_features_answer() -> None:
    answered = {event for feature in FEATURES for event in feature.slack_events}
    assert set(manifest()["settings"]["event_subscriptions"]["bot_events"]) == answered


def test_the_app_needs_no_public_address_for_slack() -> None:
    assert manifest()["settings"]["socket_mode_enabled"] is True
    assert manifest()["settings"]["interactivity"] == {"is_enabled": True}
    assert not [command for command in manifest()["features"]["slash_commands"] if "url" in command]


def test_the_usage_hint_names_only_sub_commands_that_exist() -> None:
    (command,) = manifest()["features"]["slash_commands"]
    assert command["command"] == "/patchforge"
    known = {command.name for feature in FEATURES for command in feature.commands}
    assert {part.split()[0] for part in command["usage_hint"].split("·")} <= known
