"""Help in words, the kind answer to a mistake, and the modal for where no message can be shown."""

from collections.abc import Sequence

from blocks import ids, kit
from blocks.kit import View
from bot.models import SlackMessage

_SLASH = "/patchforge"


def overview(commands: Sequence[tuple[str, str, str, str]]) -> SlackMessage:
    """List the sub-commands with one sentence each; each is (name, usage, summary, details)."""
    rows = [
        kit.join(kit.code(_typed(usage or name), 200), " · ", kit.prose(summary, 300))
        for name, usage, summary, _ in commands
    ]
    blocks = [kit.section(kit.bold("What PatchForge answers to"))]
    blocks += [kit.section(kit.lines(rows[at : at + 6])) for at in range(0, len(rows), 6)]
    blocks.append(kit.context(kit.prose(f"More on one of them: `{_SLASH} help subscribe`")))
    return kit.message("What PatchForge answers to", blocks)


def topic(command: tuple[str, str, str, str]) -> SlackMessage:
    """Explain one sub-command, given as (name, usage, summary, details)."""
    name, usage, summary, details = command
    blocks = [kit.section(kit.lines([kit.code(_typed(usage or name), 200), kit.prose(summary, 600)]))]
    if details.strip():
        blocks.append(kit.section(kit.prose(details)))
    return kit.message(f"Help on {name}", blocks)


def error_message(sentence: str, pointer: str = "") -> SlackMessage:
    """Tell one person what went wrong and what to do next; Markup may mention somebody.

    `pointer` is shown in fixed width: the place of the mistake in what they typed.
    """
    if isinstance(sentence, kit.Markup):
        return kit.message(sentence, [kit.section(sentence)])
    said = kit.prose(sentence, 1000)
    blocks = [kit.section(kit.lines([said, kit.fixed(pointer)]))]
    return kit.message(sentence.replace("`", ""), blocks)


def notice(message: SlackMessage) -> View:
    """Show a message as a modal, where Slack has no conversation to show it in."""
    return kit.modal(ids.NOTICE_VIEW, "PatchForge", message.blocks)


def _typed(usage: str) -> str:
    return usage if usage.startswith(_SLASH) else f"{_SLASH} {usage}"
