"""What the tests of release notes do again and again."""

from dataclasses import replace
from html import escape

from sandbox.github import Pull, PullSpec
from sandbox.slack import Message, Result, User, View
from sandbox.slack.forms import find
from sandbox.slack.people import Screen
from tests.world import World, shown

APPROVE, EDIT, REGENERATE = "pf.draft.approve", "pf.draft.edit", "pf.draft.regenerate"
DISCARD, RESTORE = "pf.draft.discard", "pf.draft.restore"
GOT_IT, SEND_AGAIN = "pf.mail.got_it", "pf.mail.send_again"


async def merge(world: World, spec: PullSpec | None = None, features: str = "notes") -> Pull:
    """Let the channel follow the repository, and a pull request be opened and merged."""
    await world.subscribe(features)
    pull = await world.github.open_pull(world.repo, spec or world.demo.feature)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    return pull


async def drafted(world: World, spec: PullSpec | None = None) -> Message:
    """Merge a pull request and return the draft in its card's thread."""
    await merge(world, spec)
    return await world.reply_says("Release note", "Discard")


async def press(world: World, user: User, message: Message, action: str) -> None:
    """Press a button of a message."""
    result = await world.slack.click(user.id, message.channel, message.ts, action)
    assert result.ok, result.error


async def asked(world: World, user: User, message: Message, action: str) -> str:
    """Press a button of a message and return what the person is told."""
    return await told(world, await world.slack.click(user.id, message.channel, message.ts, action))


async def press_as_seen(world: World, user: User, message: Message, action: str) -> Result:
    """Press a button of a message as `snapshot` kept it: on a screen that is behind."""
    screen = Screen(message, None)
    block, element = find(message.blocks, action)
    return await world.slack._act(user.id, screen, block, element, None)


async def asked_as_seen(world: World, user: User, message: Message, action: str) -> str:
    """Press a button on a screen that is behind and return what the person is told."""
    return await told(world, await press_as_seen(world, user, message, action))


async def told(world: World, result: Result) -> str:
    """Return what a person is told once it is there."""
    assert result.ok, result.error
    await world.slack.until(lambda: result.messages)
    return "\n".join(shown(message) for message in result.messages)


def snapshot(message: Message) -> Message:
    """Keep what a person sees of a message now."""
    return replace(message, blocks=list(message.blocks))


async def form(world: World, user: User, message: Message, action: str) -> View:
    """Press a button that opens a form, and return the form."""
    await press(world, user, message, action)
    return world.slack.modals(user.id)[-1]


async def edit(world: World, user: User, message: Message, text: str, category: str = "fix") -> None:
    """Change text and category of a draft."""
    view = await form(world, user, message, EDIT)
    done = await world.slack.submit(user.id, view.id, {"text": text, "category": category})
    assert done.ok
    await world.reply_says(escape(text, quote=False), "last changed by")
