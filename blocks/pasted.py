"""What stands below a pasted link to a pull request, and the reaction that says how it goes."""

from collections.abc import Mapping

from blocks import kit, pulls
from blocks.kit import Block
from blocks.pulls import Stage
from blocks.reviews import CardView, card
from bot.models import PullFacts

REACTION: Mapping[Stage, str] = {
    Stage.DRAFT: "memo",
    Stage.RUNNING: "hourglass_flowing_sand",
    Stage.BROKEN: "red_circle",
    Stage.WAITING: "eyes",
    Stage.CHANGES: "wrench",
    Stage.APPROVED: "white_check_mark",
    Stage.MERGED: "large_purple_circle",
    Stage.CLOSED: "black_circle",
}
"""The emoji of each stage by the names that Slack has for them."""


def reaction(facts: PullFacts) -> str:
    """Return the reaction for where the pull request stands."""
    return REACTION[pulls.stage(facts)]


def unfurled(view: CardView) -> list[Block]:
    """Show the card without its buttons: what they do is for the channel's own card."""
    return [block for block in card(view).blocks if block["type"] != "actions"]


def pointed(view: CardView, card_url: str) -> list[Block]:
    """Show one line that leads to the card which the channel has already."""
    pull, stage = view.facts.pull, pulls.stage(view.facts)
    title = pulls.title(view.web_url, pull, 100)
    there = kit.link(card_url, "its card in this channel")
    parts = (title, pulls.reference(pull), kit.esc(stage.value), there)
    return [kit.context(kit.join(pulls.EMOJI[stage], " ", kit.join(*parts, sep=kit.DOT)))]
