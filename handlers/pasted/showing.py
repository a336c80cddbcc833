"""Bring a message that links to a pull request to what it should show: the card below it, and a reaction."""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from blocks import pasted as blocks
from blocks.kit import Block
from blocks.reviews import CardView
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.messages.show import SHUT_OUT
from bot.models import Job, PullFacts
from handlers.pasted.sight import follows, is_public
from handlers.reviews import card_key
from storage import facts, messages, pasted

# What Slack says when nothing can be shown on a message any more: it was deleted, its link edited away, or it
# bears as many reactions as it can.
_OVER = SHUT_OUT | {
    "cannot_find_channel",
    "cannot_find_message",
    "cannot_unfurl_message",
    "cannot_unfurl_url",
    "message_not_found",
    "not_reactable",
    "thread_locked",
    "too_many_emoji",
    "too_many_reactions",
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The message's row, what it should show, and the reactions that its other links need."""

    row: RowMapping
    facts: PullFacts
    emoji: str
    below: list[Block]
    others: frozenset[str]
    followed: bool


async def show(context: Context, job: Job) -> Finish:
    """Unfurl the link as things stand now, and change the reaction; nothing if both are as they should be."""
    channel, ts, pull_id = (job.payload[name] for name in ("channel", "ts", "pull_id"))
    wanted = await context.database.read(lambda connection: _look(context, connection, channel, ts, pull_id))
    if wanted is None:
        return Finish({"skipped": "the message is forgotten"})
    if wanted.emoji == wanted.row["emoji"]:
        return Finish({"unchanged": True})
    if not wanted.followed and not await is_public(context, wanted.facts.pull.repo):
        return Finish({"skipped": "it is private, and the channel does not follow it"})
    try:
        await _bring(context, wanted)
    except Permanent as refused:
        if refused.code not in _OVER:
            raise
        return Finish({"forgotten": refused.code}, lambda connection: pasted.forget(connection, channel, ts))
    return Finish(
        {"emoji": wanted.emoji, "unfurled": wanted.row["unfurled"]},
        lambda connection: pasted.shown(connection, channel, ts, pull_id, emoji=wanted.emoji),
    )


async def _bring(context: Context, wanted: _Wanted) -> None:
    """Call Slack; each call may be repeated without harm."""
    row, slack = wanted.row, context.slack
    if row["unfurled"]:
        await slack.unfurl(row["channel"], row["ts"], {row["url"]: wanted.below})
    await slack.react(row["channel"], row["ts"], wanted.emoji)
    if row["emoji"] and row["emoji"] not in wanted.others:
        await slack.take_reaction(row["channel"], row["ts"], row["emoji"])


def _look(context: Context, connection: Connection, channel: str, ts: str, pull_id: int) -> _Wanted | None:
    """Find out what the message should show of the pull request; None if it is not kept any more."""
    rows = {row["pull_id"]: row for row in pasted.of_message(connection, channel, ts)}
    known = facts.facts(connection, pull_id)
    if pull_id not in rows or known is None:
        return None
    view = CardView(known, None, 0, context.settings.github_web_url)
    card = messages.by_key(connection, card_key(channel, pull_id))
    below = blocks.unfurled(view)
    if card is not None and card["ts"] is not None and not card["gone"]:
        address = f"{context.workspace_url}/archives/{channel}/p{card['ts'].replace('.', '')}"
        below = blocks.pointed(view, address)
    return _Wanted(
        row=rows[pull_id],
        facts=known,
        emoji=blocks.reaction(known),
        below=below,
        others=frozenset(row["emoji"] for number, row in rows.items() if number != pull_id and row["emoji"]),
        followed=follows(connection, channel, known.pull.repo),
    )
