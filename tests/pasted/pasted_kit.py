"""What the tests of pasted links share: people who paste, and what is seen on their messages."""

from sandbox.github.model import Pull
from sandbox.slack import Conversation, Message, User
from tests.features.card_kit import rest
from tests.world import World, shown

OPEN_SOURCE, SECRET = "acme/website", "acme/vault"


async def opened(world: World) -> Pull:
    """Open the pull request of the story."""
    return await world.github.open_pull(world.repo, world.demo.feature)


def add_repository(world: World, name: str, *, private: bool) -> None:
    """Add a repository that the bot's own account can read, with a pull request #1 and no webhook."""
    world.github.add_repository(
        name, {"README.md": "Hello\n"}, private=private, collaborators={world.demo.author: "write"}
    )
    world.github.repo(name).collaborators["patchforge-bot"] = "read"


def link(world: World, number: int, repo: str = "") -> str:
    """Return the address of a pull request's page."""
    return f"{world.github.state.web}/{repo or world.repo}/pull/{number}"


async def paste(
    world: World,
    text: str,
    *,
    channel: Conversation | None = None,
    user: User | None = None,
    thread_ts: str | None = None,
) -> Message:
    """Let somebody write a message, and wait until the bot has done what it does about it."""
    person, place = user or world.author, channel or world.channel
    message = await world.slack.say(person.id, place.id, text, thread_ts)
    await world.slack.until(lambda: not world.slack.hub.unacknowledged)
    await rest(world)
    return message


def below(message: Message) -> list[str]:
    """Return what is shown below each link of a message."""
    return [shown(attachment["blocks"]) for attachment in message.attachments]


def reactions(message: Message) -> list[str]:
    """Return the reactions on a message."""
    return list(message.reactions)
