"""What a delivery about one pull request did in each channel, and why it did no more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from blocks.evidence import DONE, NOT, Channel, Line, Part
from bot.evidence.reasons import FIRST_REQUEST, Decision, as_told, decide, quiet
from bot.facts.project import Change
from bot.filters.language import stored_filter
from bot.models import Pull, Subscription
from bot.subscriptions.matching import Look, look
from bot.subscriptions.request import FEATURES
from handlers.evidence.opened import CHECKS, Opened
from handlers.evidence.outcomes import Eyes, address, outcome
from handlers.reviews.happening import Told as News
from handlers.reviews.happening import happened
from handlers.reviews.telling import CARD, is_news
from storage import evidence, facts, messages

# A card that came within this time of an event may be that event's.
_SAME_MOMENT = timedelta(seconds=1)
NAMES = {
    CARD: "The card",
    "review": "Word of the review",
    "ready": "Word that it is ready",
    "rerequest": "The request for a review",
    "comments": "The comments",
    "ci": "Word of the failed checks",
    "recovered": "Word of the recovered checks",
    "queued": "Word of the merge queue",
    "unqueued": "Word of leaving the merge queue",
    "merged": "Word of the merge",
    "closed": "Word of the closing",
    "reopened": "Word of the reopening",
    "draft": "The release note",
    "on_it": "Word of who is on it",
    "dm": "The direct message",
    "dm_again": "Word that it is asked again",
    "nudge": "The nudge",
}
"""How the kinds of message are called."""


@dataclass(frozen=True, slots=True)
class Told:
    """One channel: why it wanted the pull request or did not, and what became of what it was shown."""

    why: Line
    shown: tuple[Line, ...] = ()


class Walk:
    """A walk through the channels that a delivery may have concerned, for one of its pull requests."""

    def __init__(self, connection: Connection, opened: Opened, pull: Pull, eyes: Eyes) -> None:
        self._connection = connection
        self._opened = opened
        self._eyes = eyes
        row = opened.row
        self._change = (
            Change(row["event"], row["action"], opened.event, (pull.id,), row["id"], row["received_at"])
            if opened.event
            else None
        )
        self._pull = as_told(pull, self._change) if self._change else pull
        if row["event"] in CHECKS:
            self._pull = replace(self._pull, head_sha=opened.subject.sha)
        self._known = {one["key"]: one for one in messages.of_pull(connection, pull.id)}
        self._news = happened(connection, self._change, self._pull) if self._change else list[News]()
        processed: datetime = row["processed_at"] or row["received_at"]
        self._processed = processed

    def through(self, listening: Sequence[Subscription]) -> Iterator[Told]:
        """Yield what there is to tell of each channel: of those that listen, then of those that did."""
        cards = {
            row["channel"]: row
            for row in self._known.values()
            if row["kind"] == CARD and self._eyes.may_see(row["channel"])
        }
        row = self._opened.row
        closing = (row["event"], row["action"]) == ("pull_request", "closed")
        for one in listening:
            decision = decide(
                one, self._look(one), closing=closing, news=is_news(one, self._pull, self._news)
            )
            card = cards.pop(one.channel, None)
            was_there = card is not None and self._was_there(card, decision)
            if card is not None and was_there:
                yield Told(_wanted(one, decision, card), self._shown(card, one))
            elif one.created_at > row["received_at"]:
                later = (" began to follow it only later, ", one.created_at, ".")
                yield Told(Line(NOT, (Channel(one.channel), *later)))
            else:
                yield Told(_unwanted(one, decision, card))
        for channel, card in cards.items():
            if card["created_at"] <= self._processed + _SAME_MOMENT:
                line = Line(DONE, (Channel(channel), " has its card, and follows the repository no longer."))
                yield Told(line, self._shown(card, None))

    def _was_there(self, card: RowMapping, decision: Decision) -> bool:
        """Tell whether the card was there for this delivery, or came with it."""
        created: datetime = card["created_at"]
        return created <= self._processed or (decision.wanted and created <= self._processed + _SAME_MOMENT)

    def _look(self, one: Subscription) -> Look:
        wanted = stored_filter(one.filter).of_pulls()
        return look(self._connection, wanted, self._pull, me=one.created_by, late=True)

    def _shown(self, card: RowMapping, subscription: Subscription | None) -> tuple[Line, ...]:
        """Say what became of the card, and of the thread messages that the delivery is told by."""
        lines = [self._message(card, card)]
        replies = list(self._replies(card))
        if replies or self._change is None:
            return (*lines, *replies)
        checks = facts.checks_of(self._connection, self._pull.repo_id, self._pull.head_sha)
        features = set(subscription.features if subscription else FEATURES)
        why = quiet(self._change, features, {check.state for check in checks})
        if not why and subscription:
            left_out = [one.event for one in self._news if one.new and not one.is_for(subscription)]
            why = f"its filter leaves out `{left_out[0]}`" if left_out else ""
        return (*lines, _quiet(card["channel"], why)) if why else tuple(lines)

    def _replies(self, card: RowMapping) -> Iterator[Line]:
        if self._change is None:
            return
        for one in self._news:
            row = self._known.get(f"{one.kind}:{card['id']}:{one.subject}")
            if row is None or (one.kind == "ci" and self._change.event not in CHECKS):
                continue
            never_asked = evidence.job_by_key(self._connection, f"show:{row['id']}") is None
            if one.kind == "rerequest" and row["ts"] is None and never_asked:
                yield _quiet(card["channel"], FIRST_REQUEST)
            else:
                yield self._message(row, card)

    def _message(self, row: RowMapping, card: RowMapping) -> Line:
        mark, parts = outcome(
            self._connection, row, since=self._processed, delivery_id=self._opened.row["id"]
        )
        name = NAMES.get(row["kind"], row["kind"])
        parts = (f"{name} in ", Channel(row["channel"]), " ", *parts)
        return Line(mark, parts, address(self._eyes, row, card))


def _quiet(channel: str, why: str) -> Line:
    return Line(NOT, ("Its thread in ", Channel(channel), f" says nothing of it: {why}."))


def _wanted(one: Subscription, decision: Decision, card: RowMapping) -> Line:
    if decision.wanted:
        features = ", ".join(one.features)
        return Line(
            DONE, (Channel(one.channel), f" follows it with {features}; {'; '.join(decision.reasons)}.")
        )
    kept = (" has its card since ", card["created_at"], ", and a card is kept up to date to the end.")
    return Line(DONE, (Channel(one.channel), *kept))


def _unwanted(one: Subscription, decision: Decision, card: RowMapping | None) -> Line:
    if not decision.wanted:
        return Line(NOT, (Channel(one.channel), f" did not want it: {'; '.join(decision.reasons)}."))
    later: tuple[Part, ...] = (
        (" shows it only since ", card["created_at"]) if card else (" does not show it",)
    )
    why = ": what it asks for has changed since, or the pull request has."
    return Line(NOT, (Channel(one.channel), *later, why))
