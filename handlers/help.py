"""Help: what PatchForge answers to, generated from the commands of every feature."""

from collections.abc import Sequence

from blocks import help as blocks
from bot.context import Context
from bot.filters.keys import KEYS
from bot.filters.words import unknown
from bot.subscriptions.request import DEFAULT_FEATURES, FEATURES
from handlers.feature import Command, CommandCall, Feature, Reply

Topic = tuple[str, str, str, str]
"""Name, usage, summary and details."""


def feature(others: Sequence[Feature]) -> Feature:
    """Build the feature that explains all others, and itself."""

    async def run(ctx: Context, call: CommandCall) -> Reply:
        del ctx
        wanted = call.text.strip().strip("`").removeprefix("/patchforge ").strip().lower()
        commands = [_topic(one) for other in others for one in other.commands] + [_topic(command)]
        if not wanted:
            return blocks.overview(commands)
        topics = {topic[0]: topic for topic in (*commands, _features(), _filters(), _links())}
        if wanted not in topics:
            raise unknown("topic", wanted, topics)
        return blocks.topic(topics[wanted])

    command = Command(
        name="help",
        usage="help [topic]",
        summary="Explain all of this, or one topic: a command, `features`, `filters` or `links`.",
        run=run,
        details="`/patchforge help subscribe` explains one command, `/patchforge help filters` the filters.",
    )
    return Feature(name="help", commands=(command,))


def _topic(command: Command) -> Topic:
    return command.name, command.usage, command.summary, command.details


def _features() -> Topic:
    rows = [f"`{name}`: {what}" for name, what in FEATURES.items()]
    usual = ",".join(DEFAULT_FEATURES)
    rows.append(
        f"Without any you get `{usual}`. Part them by commas: `subscribe octocat/hello-world reviews,ci`."
    )
    return (
        "features",
        f"subscribe owner/repo {','.join(FEATURES)}",
        "What a channel can have posted about a repository.",
        "\n".join(rows),
    )


def _filters() -> Topic:
    rows = [f"{' or '.join(f'`{example}`' for example in key.examples)} {key.summary}" for key in KEYS]
    rows.append(
        'All must hold; a comma means or, `-` means not, quotes keep spaces: `-label:wip label:"good first '
        'issue",bug`.'
    )
    return (
        "filters",
        "subscribe owner/repo draft:no -label:wip",
        "Which pull requests of a repository a channel hears of.",
        "\n".join(rows),
    )


def _links() -> Topic:
    rows = [
        "A reaction says how it goes, and changes with it until it is merged or closed.",
        "Each is shown once in 30 minutes in a channel; of three or more links in one message none is.",
        "A private repository is shown only in channels that follow it.",
    ]
    return (
        "links",
        "help links",
        "What a pull request's address leads to is shown below the message in which you paste it.",
        "\n".join(rows),
    )
