"""A person's own data: all of it to read, and the question before it is forgotten."""

from collections.abc import Sequence

from blocks import ids, kit
from bot.models import SlackMessage

# Characters of a paragraph, each of which may be escaped to five, and paragraphs of a message.
_PART, _A_MESSAGE = 550, 3
_STAYS = (
    "What stays: that a release note was approved or discarded, and that a card was muted, without your "
    "name; that you wrote a change whose release note is not approved yet, since authors may not approve "
    "their own; what GitHub shows of your work there, which is its record and not ours; and notes in the "
    "ledger until they are pruned, by default after 30 days."
)


def pages(text: str) -> list[SlackMessage]:
    """Show a long text in full, in as many messages as it takes."""
    parts = _parts(text)
    groups = [parts[at : at + _A_MESSAGE] for at in range(0, len(parts), _A_MESSAGE)]
    found = []
    for number, group in enumerate(groups, 1):
        title = "Everything that PatchForge keeps about you"
        of = f" ({number} of {len(groups)})" if len(groups) > 1 else ""
        blocks = [kit.section(kit.bold(title + of)), *(kit.section(kit.fixed(part, _PART)) for part in group)]
        found.append(kit.message(title + of, blocks))
    return found


def exported(messages: int) -> SlackMessage:
    """Say where the export went."""
    many = f", in {messages} messages" if messages > 1 else ""
    text = f"I am sending you everything I keep about you{many}, where only you and I can read it."
    return kit.message(text, [kit.section(text)])


def blank_home() -> kit.View:
    """Show a Home to somebody who was forgotten."""
    return kit.home([kit.section("I know nothing about you. Open this page again to start anew.")])


def ask_to_forget(user: str) -> SlackMessage:
    """Say what would be forgotten and what stays, with the button that does it."""
    gone = (
        "I would delete your link to GitHub, your working hours and other settings, your App Home, what you "
        "snoozed, muted or took on, and your own reminders, and take your name out of everything else."
    )
    question = kit.confirm("Forget me?", "This cannot be undone.", "Forget me")
    button = kit.button(
        "Forget me", ids.PRIVACY_FORGET, ids.encode(ids.UserRef(user)), style="danger", confirm=question
    )
    blocks = [kit.section(gone), kit.section(_STAYS), kit.actions(button)]
    return kit.message("What PatchForge would forget about you", blocks)


def forgotten(names: Sequence[str]) -> SlackMessage:
    """Say what was forgotten, and what stays and why; `names` are the kinds of things that were there."""
    what = "There was nothing left to forget."
    if names:
        what = f"Done. I forgot {', '.join(names[:-1])}{' and ' if len(names) > 1 else ''}{names[-1]}."
    return kit.message(what, [kit.section(what), kit.context(_STAYS)])


def _parts(text: str) -> list[str]:
    """Cut a text into parts that a paragraph can hold, at the ends of its lines where those are short."""
    parts = [""]
    for line in text.split("\n"):
        for at in range(0, max(len(line), 1), _PART // 2):
            piece = line[at : at + _PART // 2]
            if kit.size(parts[-1]) + kit.size(piece) >= _PART:
                parts.append("")
            parts[-1] += piece
        parts[-1] += "\n"
    return [part.strip("\n") for part in parts if part.strip()]
