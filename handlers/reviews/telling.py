"""Which cards and replies a change calls for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, RowMapping

from bot.facts import payloads
from bot.facts.project import Change
from bot.facts.pulls import REFRESHED
from bot.filters.judging import judge
from bot.filters.language import stored_filter
from bot.filters.seen import Answer, Event, Seen
from bot.models import Pull, PullState, Subscription
from bot.subscriptions import listening, matching
from handlers.reviews.batches import GATHER
from handlers.reviews.happening import MERGED, Told, happened, since_closed
from storage import facts, jobs, messages

CARD = "card"


def on_change(connection: Connection, change: Change) -> None:
    """Bring the cards of the pull requests up to date, and tell their threads what happened."""
    for pull_id in change.pulls:
        new = change.new if pull_id not in change.known else None
        pull = new or facts.pull(connection, pull_id)
        if pull is not None:
            said = () if new else messages.of_pull(connection, pull_id)
            known = {row["key"]: row for row in said}
            _Telling(connection, change, pull, known, Seen(pull)).tell()


def card_key(channel: str, pull_id: int) -> str:
    """Return the key of the one card that a pull request has in a channel."""
    return f"card:{channel}:{pull_id}"


@dataclass(slots=True)
class _Telling:
    """One change told to all who may want to hear of one pull request.

    `known` are its messages by their keys, `bare` is what it tells by itself; `awaited` are the orderings of
    jobs whose outcome decides more.
    """

    connection: Connection
    change: Change
    pull: Pull
    known: dict[str, RowMapping]
    bare: Seen
    awaited: set[str] = field(default_factory=set)

    def tell(self) -> None:
        """Bring what stands up to date, and add what is new."""
        cards = {row["channel"]: row for row in self.known.values() if row["kind"] == CARD}
        routes = listening.routes(self.connection, self.pull.repo)
        if not cards and next(routes.candidates(self.pull.repo), None) is None:
            return
        news = happened(self.connection, self.change, self.pull, self.known.values())
        for shown in cards.values():
            self._show(shown)
            self._touch(shown, news)
        events = {one.event for one in news} | {one.noted for one in news if one.noted} | {Event.OPENED}
        if _is_learned(self.change, self.pull):
            events.add(Event.MERGED)
        for one in routes.candidates(self.pull.repo, events):
            told_here = [*news]
            if _merge_learned(one, self.pull, self.change):
                told_here = [*news, MERGED]
            card = cards.get(one.channel)
            if card is None and self._wants_card(one, told_here):
                card = self._add_card(one.channel)
                told_here = [*since_closed(self.connection, self.pull), *told_here]
            if card is not None:
                self._add(card, one, told_here)
        for ordering in sorted(self.awaited):
            _process_again(self.connection, self.change, ordering)

    def _wants_card(self, one: Subscription, news: Sequence[Told]) -> bool:
        """Tell whether the channel should see the pull request from this change on; ask for what that takes.

        An event from the time when it was open counts as such, however late it comes.
        """
        if not (_is_time(one, self.pull, self.change) and is_news(one, self.pull, news)):
            return False
        found, missing = matching.answer(self.connection, one, self.bare, now=self.change.now)
        if missing:
            asked = matching.ask(self.connection, self.pull, missing, now=self.change.now)
            self.awaited |= set(asked) if found is Answer.UNKNOWN else set()
        return found is Answer.YES

    def _add_card(self, channel: str) -> RowMapping:
        row = messages.ensure(
            self.connection,
            card_key(channel, self.pull.id),
            kind=CARD,
            channel=channel,
            pull_id=self.pull.id,
            now=self.change.now,
        )
        # Its job comes before those of its replies, which wait for it.
        self._show(row)
        return row

    def _touch(self, card: RowMapping, news: Iterable[Told]) -> None:
        """Show again what stands in a card's thread and is concerned."""
        for one in news:
            row = self.known.get(_key(one, card))
            if row is not None and row["ts"] is not None and one.touch:
                self._show(row)

    def _add(self, card: RowMapping, subscription: Subscription, news: Iterable[Told]) -> None:
        """Tell a card's thread what its channel asks for and was not told."""
        for one in news:
            row = self.known.get(_key(one, card))
            if not (one.new if row is None else one.touch and row["ts"] is None):
                continue
            if one.kind == "recovered" and not self._is_recovery(card, subscription):
                continue
            if one.event is Event.READY and not lets_drafts_through(subscription, self.pull):
                continue  # the card is word of it
            shown = one.is_for(subscription)
            if not (shown or one.is_noted_for(subscription)):
                continue
            row = row or messages.ensure(
                self.connection,
                _key(one, card),
                kind=one.kind,
                channel=card["channel"],
                pull_id=card["pull_id"],
                subject=one.subject,
                parent_id=card["id"],
                now=self.change.now,
            )
            if shown:
                self._show(row)

    def _show(self, row: RowMapping) -> None:
        gathers = row["kind"] == "comments" and row["ts"] is None
        messages.mark_stale(
            self.connection,
            row,
            now=self.change.now,
            delivery_id=self.change.delivery_id,
            run_at=self.change.now + GATHER if gathers else None,
        )

    def _is_recovery(self, card: RowMapping, subscription: Subscription) -> bool:
        """Tell whether checks had failed, and the word of that does not tell of the recovery as well.

        It does by an edit, which nobody sees who was not told of the failure, nor in the channel.
        """
        if (
            Event.CI_FAILED in matching.heard(subscription.filter)
            and Event.CI_RECOVERED not in subscription.broadcast
        ):
            return False
        mine = [row for row in self.known.values() if row["parent_id"] == card["id"]]
        failed = max((row["id"] for row in mine if row["kind"] == "ci"), default=0)
        return failed > max((row["id"] for row in mine if row["kind"] == "recovered"), default=0)


def lets_drafts_through(one: Subscription, pull: Pull) -> bool:
    """Tell whether the channel saw the pull request when it was a draft, as far as its filter goes."""
    wanted = stored_filter(one.filter).of_pulls()
    return judge(wanted, Seen(replace(pull, draft=True), one.created_by)) is not Answer.NO


def _is_time(one: Subscription, pull: Pull, change: Change) -> bool:
    """Tell whether a card may come now, by the state of the pull request and the channel's features."""
    wanted = set(one.features)
    if (pull.state is PullState.OPEN or _was_open(change)) and wanted & {"reviews", "ci", "comments"}:
        return True
    closing = change.event == "pull_request" and change.action == "closed"
    return (closing or _merge_learned(one, pull, change)) and bool(
        "reviews" in wanted or (pull.state is PullState.MERGED and wanted & {"merges", "notes"})
    )


def is_news(one: Subscription, pull: Pull, news: Iterable[Told]) -> bool:
    """Tell whether the channel asks to hear of pull requests as they appear, or of what happened now."""
    heard = matching.heard(one.filter)
    if Event.OPENED in heard or any(item.new and item.is_for(one) for item in news):
        return True
    # A release note begins with the merge, whoever tells of that.
    return pull.state is PullState.MERGED and Event.MERGED in heard and "notes" in one.features


def _is_learned(change: Change, pull: Pull) -> bool:
    """Tell whether only GitHub's answer, and no event, tells of a merge."""
    asked = change.event == "pull_request" and change.action == REFRESHED
    return asked and pull.merged_at is not None


def _merge_learned(one: Subscription, pull: Pull, change: Change) -> bool:
    """Tell whether only GitHub's answer tells of a merge that the channel was there for."""
    return _is_learned(change, pull) and pull.merged_at is not None and one.stood_at(pull.merged_at)


def _was_open(change: Change) -> bool:
    event = change.payload
    if isinstance(event, payloads.IssueCommentEvent):
        return event.issue.state == "open"
    if isinstance(event, payloads.PullRequestEvent | payloads.ReviewEvent | payloads.ReviewCommentEvent):
        return event.pull_request.state == "open"
    return False


def _key(one: Told, card: RowMapping) -> str:
    return f"{one.kind}:{card['id']}:{one.subject}"


def _process_again(connection: Connection, change: Change, ordering: str) -> None:
    """Ask for this delivery to be processed once more when the jobs of that ordering are done, however."""
    jobs.enqueue(
        connection,
        "delivery.again",
        f"again:{change.delivery_id}:{ordering}"[:200],
        ordering=ordering,
        payload={"delivery_id": change.delivery_id},
        now=change.now,
    )
