"""What the composer offers while someone types a command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandHelp:
    """One command: `insert` is put into the box."""

    insert: str
    usage: str
    help: str


COMMANDS = tuple(
    CommandHelp(f"/patchforge {name}{' ' if usage else ''}", usage, words)
    for name, usage, words in (
        ("subscribe", "[owner/repo|owner/*] [features] [filters]", "Follow a repository in this channel"),
        ("unsubscribe", "owner/repo|owner/*", "Stop following a repository in this channel"),
        ("list", "", "Show what this channel follows"),
        ("link", "[your-login|prove]", "Say who you are on GitHub"),
        ("unlink", "", "Forget who you are on GitHub"),
        ("me", "[hours|days|country|dms value]", "Show or change when you work and how you hear of things"),
        ("email", "[on|off owner/repo|address|forget|team]", "Get release notes by e-mail, or none"),
        ("people", "[link|unlink|import|team|teams]", "See and change who is who, as an admin"),
        ("privacy", "export|forget", "Get everything that is kept about you, or have it forgotten"),
        ("config", "[owner/repo | allow|disallow owner/repo]", "Show what .patchforge.yml puts in force"),
        ("remind", "[me] days time|list|off|now|sla", "Be reminded of open pull requests"),
        ("status", "", "Show whether everything works"),
        ("why", "owner/repo#number|delivery-id", "Tell where something went, and why"),
        ("deliveries", "[failed] [page]", "List what GitHub sent, and what became of it"),
        ("replay", "delivery-id", "Process a delivery once more, as an admin"),
        ("test-filter", "owner/repo#number [filter]", "Tell why a pull request passes a filter, or not"),
        ("settings", "[self-approval on|off]", "Show or change what this channel allows"),
        ("help", "[topic]", "Explain all commands, or one of them"),
    )
)
