"""Links in what people write: which an app hears of, and how the text of a command is escaped."""

import re
from urllib.parse import urlsplit

from sandbox.slack.models import Message
from sandbox.slack.workspace import Workspace

# What ends a sentence is no part of a link in it.
_LINK = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?'\")\]]")
_HANDLE = re.compile(r"(?<![\w<|])([@#])([\w.-]+)")


def shared(workspace: Workspace, message: Message) -> None:
    """Tell the app of a message with links to its domains."""
    links = _ours(workspace, message.text)
    if not links:
        return
    event = {
        "type": "link_shared",
        "user": message.user,
        "channel": message.channel,
        "message_ts": message.ts,
        "links": links,
        "source": "conversations_history",
        "unfurl_id": f"{message.channel}.{message.ts}.{workspace.new_hash()}",
        "is_bot_user_member": workspace.bot_user.id in workspace.channels[message.channel].members,
        "event_ts": workspace.new_ts(),
    }
    workspace.emit("link_shared", event | ({"thread_ts": message.thread_ts} if message.thread_ts else {}))


def typed(workspace: Workspace, user_id: str, text: str) -> None:
    """Tell the app of links to its domains in what a person has not sent yet."""
    links = _ours(workspace, text)
    if not links:
        return
    unfurl_id = f"{user_id}-{workspace.new_hash()}"
    event = {
        "type": "link_shared",
        "user": user_id,
        "channel": "COMPOSER",
        "message_ts": unfurl_id,
        "links": links,
        "source": "composer",
        "unfurl_id": unfurl_id,
        "is_bot_user_member": True,
        "event_ts": workspace.new_ts(),
    }
    workspace.emit("link_shared", event)


def escaped(workspace: Workspace, text: str) -> str:
    """Return the text of a command as it is sent where names and links are to be ids."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINK.sub(lambda link: f"<{link[0]}>", text)
    return _HANDLE.sub(lambda handle: _reference(workspace, handle[1], handle[2]) or handle[0], text)


def _ours(workspace: Workspace, text: str) -> list[dict[str, str]]:
    """Return the links to the app's domains."""
    return [
        {"domain": host, "url": url}
        for url in dict.fromkeys(_LINK.findall(text))
        if (host := urlsplit(url).hostname or "")
        and any(_within(host, domain) for domain in workspace.rules.unfurl_domains)
    ]


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _reference(workspace: Workspace, kind: str, name: str) -> str | None:
    if kind == "#":
        for channel in workspace.channels.values():
            if channel.name == name and not channel.is_im:
                return f"<#{channel.id}|{name}>"
        return None
    for user in workspace.users.values():
        if user.name == name and not user.deleted:
            return f"<@{user.id}|{name}>"
    for group in workspace.groups.values():
        if group.handle == name and not group.disabled:
            return f"<!subteam^{group.id}|@{name}>"
    return None
