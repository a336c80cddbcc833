"""Buttons of one channel's subscriptions, pressed with another channel's values."""

from blocks import ids
from sandbox.slack import Message
from sandbox.slack.forms import find
from tests.features.notes_kit import asked_as_seen, snapshot
from tests.world import World

GONE = "That subscription is gone already; `/patchforge list` shows what is left."


def with_value(message: Message, action: str, value: str) -> Message:
    """Return the message as a forger's client shows it."""
    forged = snapshot(message)
    _, element = find(forged.blocks, action)
    element["value"] = value
    return forged


async def test_no_channel_reads_ends_or_makes_another_channels_subscription(world: World) -> None:
    slack = world.slack
    await world.subscribe("notes label:secret-project")
    den = slack.workspace.add_channel("den", members=[world.author], bot=True)
    made = await slack.command(world.author.id, den.id, "/patchforge", f"subscribe {world.repo} reviews")
    assert made.ok
    listed = (await slack.command(world.author.id, den.id, "/patchforge", "list")).messages[0]
    _, button = find(listed.blocks, ids.SUBSCRIPTION_REMOVE)
    mine = ids.decode(ids.SubscriptionRef, button["value"]).id
    for theirs in {1, 2} - {mine}:
        value = ids.encode(ids.SubscriptionRef(theirs))
        for action in (ids.SUBSCRIPTION_EDIT, ids.SUBSCRIPTION_REMOVE):
            forged = with_value(listed, action, value)
            assert await asked_as_seen(world, world.author, forged, action) == GONE
    assert not slack.modals(world.author.id)
    assert "secret-project" in await world.command(world.maintainer, "list")
    left = await slack.command(world.author.id, den.id, "/patchforge", f"unsubscribe {world.repo}")
    _, undo = find(left.messages[0].blocks, ids.SUBSCRIPTION_UNDO)
    value = undo["value"].replace(den.id, world.channel.id)
    forged = with_value(left.messages[0], ids.SUBSCRIPTION_UNDO, value)
    assert await asked_as_seen(world, world.author, forged, ids.SUBSCRIPTION_UNDO) == GONE
