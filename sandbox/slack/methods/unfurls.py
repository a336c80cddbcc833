"""chat.unfurl: what an app shows below the links that people share."""

from sandbox.slack.methods.args import Args
from sandbox.slack.methods.chat import refuse_broken
from sandbox.slack.methods.common import Answer, dress
from sandbox.slack.models import Message, SlackError
from sandbox.slack.workspace import Workspace


def unfurl(workspace: Workspace, args: Args) -> Answer:
    """Answer chat.unfurl: one attachment for each link, put in the place of the one before."""
    channel = workspace.channels.get(args.need("channel", "cannot_find_channel"))
    if channel is None:
        raise SlackError("cannot_find_channel")
    message = channel.messages.get(args.need("ts", "cannot_find_message"))
    if message is None or message.deleted:
        raise SlackError("cannot_find_message")
    unfurls = args.json("unfurls", "invalid_unfurls_format")
    if not isinstance(unfurls, dict):
        raise SlackError("missing_unfurls" if unfurls is None else "invalid_unfurls_format")
    for url, shown in unfurls.items():
        if url not in message.text:
            raise SlackError("cannot_unfurl_url")
        if not isinstance(shown, dict):
            raise SlackError("invalid_unfurls_format")
        refuse_broken(workspace.examine({"text": "x", **shown}, "message", "chat.unfurl"))
        _attach(message, url, shown)
    workspace.touch()
    return {}


def _attach(message: Message, url: str, shown: dict[str, object]) -> None:
    blocks = shown.get("blocks")
    fresh = {**shown, "from_url": url, "is_app_unfurl": True}
    if isinstance(blocks, list):
        fresh["blocks"] = dress(blocks)
    kept = [other for other in message.attachments if other.get("from_url") != url]
    message.attachments = [*kept, fresh] if shown else kept
