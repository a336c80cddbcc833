"""What the app answers through a response URL, or within its acknowledgement of a command."""

from sandbox.slack.methods.args import Args
from sandbox.slack.methods.chat import announce, compose, edit, remove
from sandbox.slack.models import Message, ResponseUrl, SlackError
from sandbox.slack.workspace import Workspace

_USES = 5
_LIFE = 30 * 60


def new_url(workspace: Workspace, user: str, channel: str, original: Message | None = None) -> ResponseUrl:
    """Give out a response URL for what a person did in a conversation."""
    url = ResponseUrl(workspace.new_id("R"), user, channel, workspace.clock(), original)
    workspace.response_urls[url.id] = url
    return url


def answer_url(workspace: Workspace, url_id: str, args: Args) -> None:
    """Take one of the five answers that a response URL allows within 30 minutes."""
    url = workspace.response_urls.get(url_id)
    if url is None:
        raise SlackError("invalid_url")
    if workspace.clock() - url.created > _LIFE:
        raise SlackError("expired_url")
    if url.uses >= _USES:
        raise SlackError("used_url")
    respond(workspace, url, args, "response_url")
    url.uses += 1


def respond(workspace: Workspace, url: ResponseUrl, args: Args, source: str) -> None:
    """Show an answer: ephemeral unless `in_channel`, or in place of the original message."""
    if args.flag("delete_original"):
        if url.original is not None:
            remove(workspace, url.original)
            url.original = None
        return
    message = compose(workspace, args, url.channel, source)
    if args.flag("replace_original") and url.original is not None:
        edit(workspace, url.original, message)
        return
    message.thread_ts = args.text("thread_ts") or None
    if args.text("response_type", "ephemeral") != "in_channel":
        message.ephemeral_to = url.user
    workspace.add_message(message)
    if message.ephemeral_to is None:
        announce(workspace, message)
    url.shown.append(message)
    if url.original is None:
        url.original = message
