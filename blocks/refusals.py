"""What a person is told when Slack does not take the messages for a channel that they subscribed."""

from blocks import kit, pulls
from bot.models import Pull, SlackMessage

_INVITE = "I am not in that channel. Type `/invite @PatchForge` there."
_RESTRICTED = "only some may post there, and I may not. Ask an admin of the channel to let PatchForge post."
_WHY = {
    "is_archived": "the channel is archived. Bring it back, or follow the repository in another channel.",
    "not_in_channel": _INVITE,
    "channel_not_found": _INVITE,
}


def refused(channel: str, code: str, pull: Pull) -> SlackMessage:
    """Say what could not be posted where, why, and what to do; `code` is Slack's word for it."""
    where = kit.channel(channel)
    head = kit.join("I could not post ", kit.bold(pulls.reference(pull)), " in ", where, ": ")
    what = kit.prose(_WHY.get(code, _RESTRICTED))
    rest = kit.prose("What is missing follows with the pull request's next event.")
    leave = kit.join(
        "To stop it for good: ", kit.code(f"/patchforge unsubscribe {pull.repo}", 250), " there."
    )
    return kit.message(
        kit.join("I could not post in ", where), [kit.section(kit.join(head, what)), kit.context(rest, leave)]
    )
