"""The Slack app asks for what the code uses, and for nothing else."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from bot.clients.slack_scopes import NEEDED, SCOPES_OF_EVENT, SCOPES_OF_METHOD
from handlers import FEATURES

ROOT = Path(__file__).parents[1]
METHOD = re.compile(r"(apps|auth|chat|conversations|reactions|usergroups|users|views)(\.[a-zA-Z]+)+")


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def constants(*patterns: str) -> dict[str, set[str]]:
    """Return, by file, every text and attribute name in the code of the files that fit the patterns."""
    found = {}
    for file in sorted({file for pattern in patterns for file in ROOT.glob(pattern)}):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        words = {node.value for node in nodes if isinstance(node, ast.Constant)}
        found[str(file)] = {word for word in words if isinstance(word, str)}
        found[str(file)] |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return found


def methods_used() -> set[str]:
    """Return the Web API methods that the Slack client names."""
    words = set[str]().union(*constants("bot/clients/slack.py", "bot/clients/slack/**/*.py").values())
    return {word for word in words if METHOD.fullmatch(word)}


def test_every_scope_is_used_and_every_method_and_event_has_its_scopes() -> None:
    assert methods_used()
    needed = {"commands"}
    for method in methods_used():
        needed |= SCOPES_OF_METHOD[method]
    for event in {event for feature in FEATURES for event in feature.slack_events}:
        needed |= SCOPES_OF_EVENT[event]
    if any({"profile", "email"} <= words for words in constants("handlers/**/*.py", "bot/**/*.py").values()):
        needed.add("users:read.email")
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed
    assert set(NEEDED) == needed


def test_the_app_hears_exactly_the_events_that_features_answer() -> None:
    answered = {event for feature in FEATURES for event in feature.slack_events}
    assert set(manifest()["settings"]["event_subscriptions"]["bot_events"]) == answered


def test_the_app_hears_of_links_to_github() -> None:
    assert manifest()["features"]["unfurl_domains"] == ["github.com"]


def test_the_app_needs_no_public_address_for_slack() -> None:
    assert manifest()["settings"]["socket_mode_enabled"] is True
    assert manifest()["settings"]["interactivity"] == {"is_enabled": True}
    assert not [command for command in manifest()["features"]["slash_commands"] if "url" in command]


def test_the_usage_hint_names_only_sub_commands_that_exist() -> None:
    (command,) = manifest()["features"]["slash_commands"]
    assert command["command"] == "/patchforge"
    known = {command.name for feature in FEATURES for command in feature.commands}
    assert {part.split()[0] for part in command["usage_hint"].split("·")} <= known
