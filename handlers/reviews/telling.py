"""Which cards and replies a change calls for.

The events of a pull request may come late, again and in any order: what is told is decided by the facts and
by what an event says of its own moment, never by what happened to arrive before it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from bot.facts import payloads
from bot.facts.project import REFRESHED, Change, is_bot
from bot.models import CheckState, Pull, PullState, Subscription, Verdict
from bot.subscriptions.filters import matches, parse_filter
from handlers.reviews.batches import GATHER, batch_of
from storage import facts, messages, subscriptions

CARD = "card"
_CHECK_EVENTS = {"check_run", "check_suite", "workflow_run", "status"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thread message that a change is about, by its kind and subject.

    `new` adds it where it is missing, `touch` shows it again where it is known, and without `show` it is only
    noted: a later event may call for it.
    """

    kind: str
    subject: str
    new: bool = True
    touch: bool = True
    show: bool = True


def on_change(connection: Connection, change: Change) -> None:
    """Bring the cards of the pull requests up to date, and tell their threads what happened."""
    for pull_id in change.pulls:
        pull = facts.pull(connection, pull_id)
        if pull is None:
            continue
        known = {row["key"]: row for row in messages.of_pull(connection, pull_id)}
        cards = {row["channel"]: row for row in known.values() if row["kind"] == CARD}
        for card in cards.values():
            messages.mark_stale(connection, card, now=change.now, delivery_id=change.delivery_id)
        for subscription in subscriptions.of_repo(connection, pull.repo):
            wanted, row = set(subscription.features), cards.get(subscription.channel)
            told = thread_of(connection, change, pull, wanted)
            if row is None and _wants_card(subscription, pull, change):
                row = cards[subscription.channel] = _add_card(connection, subscription.channel, pull, change)
                told = [*_since_closed(connection, pull, wanted), *told]
            if wanted & {"reviews", "merges"} and _merge_learned(subscription, pull, change):
                told = [*told, Told("merged", "")]
            if row is not None:
                told = [*told, *_asked_again(change, known.values(), row)]
                _tell(connection, change, known, row, told)


def card_key(channel: str, pull_id: int) -> str:
    """Return the key of the one card that a pull request has in a channel."""
    return f"card:{channel}:{pull_id}"


def _wants_card(subscription: Subscription, pull: Pull, change: Change) -> bool:
    """Tell whether the channel should see the pull request from this change on.

    An event from the time when it was open counts as such, however late it comes.
    """
    if not matches(parse_filter(subscription.filter), pull):
        return False
    wanted = set(subscription.features)
    if (pull.state is PullState.OPEN or _was_open(change)) and wanted & {"reviews", "ci", "comments"}:
        return True
    closing = change.event == "pull_request" and change.action == "closed"
    return (closing or _merge_learned(subscription, pull, change)) and bool(
        "reviews" in wanted or (pull.state is PullState.MERGED and wanted & {"merges", "notes"})
    )


def _merge_learned(subscription: Subscription, pull: Pull, change: Change) -> bool:
    """Tell whether only GitHub's answer, and no event, tells of a merge that the channel was there for."""
    asked = change.event == "pull_request" and change.action == REFRESHED
    return asked and pull.merged_at is not None and subscription.stood_at(pull.merged_at)


def _was_open(change: Change) -> bool:
    event = change.payload
    if isinstance(event, payloads.IssueCommentEvent):
        return event.issue.state == "open"
    if isinstance(event, payloads.PullRequestEvent | payloads.ReviewEvent | payloads.ReviewCommentEvent):
        return event.pull_request.state == "open"
    return False


def _add_card(connection: Connection, channel: str, pull: Pull, change: Change) -> RowMapping:
    row = messages.ensure(
        connection,
        card_key(channel, pull.id),
        kind=CARD,
        channel=channel,
        pull_id=pull.id,
        now=change.now,
    )
    # Its job comes before those of its replies, which wait for it.
    messages.mark_stale(connection, row, now=change.now, delivery_id=change.delivery_id)
    return row


def _tell(
    connection: Connection,
    change: Change,
    known: Mapping[str, RowMapping],
    card: RowMapping,
    told: Sequence[Told],
) -> None:
    """Add and touch the thread messages of one card."""
    for one in told:
        key = f"{one.kind}:{card['id']}:{one.subject}"
        row = known.get(key)
        if not (one.new if row is None else one.touch):
            continue
        if row is None:
            row = messages.ensure(
                connection,
                key,
                kind=one.kind,
                channel=card["channel"],
                pull_id=card["pull_id"],
                subject=one.subject,
                parent_id=card["id"],
                now=change.now,
            )
        if one.show:
            messages.mark_stale(
                connection,
                row,
                now=change.now,
                delivery_id=change.delivery_id,
                run_at=change.now + GATHER if one.kind == "comments" and row["ts"] is None else None,
            )


def thread_of(connection: Connection, change: Change, pull: Pull, wanted: set[str]) -> list[Told]:
    """List what this change tells a thread that wants these features; only reads."""
    event, told = change.payload, list[Told]()
    if isinstance(event, payloads.PullRequestEvent):
        told += _of_pull_request(connection, event, pull, wanted)
    elif isinstance(event, payloads.ReviewEvent) and "reviews" in wanted:
        says = event.review.state.lower() != Verdict.COMMENTED or bool(event.review.body)
        told.append(Told("review", str(event.review.id), new=change.action == "submitted" and says))
    elif isinstance(event, payloads.IssueCommentEvent | payloads.ReviewCommentEvent) and "comments" in wanted:
        said = event.comment
        new = change.action == "created" and not is_bot(said.user)
        told.append(Told("comments", batch_of(said.pull_request_review_id, said.created_at), new=new))
    if "ci" in wanted:
        checks = facts.checks_of(connection, pull.repo_id, pull.head_sha)
        failed = any(check.state is CheckState.FAILED for check in checks)
        told.append(Told("ci", pull.head_sha, new=failed, touch=change.event in _CHECK_EVENTS))
    return told


def _of_pull_request(
    connection: Connection, event: payloads.PullRequestEvent, pull: Pull, wanted: set[str]
) -> Iterator[Told]:
    by = event.sender.login if event.sender else ""
    merged, at = event.pull_request.merged_at is not None, event.pull_request.updated_at
    moment = int(at.timestamp())
    if event.action == "review_requested" and event.requested_reviewer and "reviews" in wanted:
        login = event.requested_reviewer.login
        before = any(
            review.login == login and review.submitted_at <= at
            for review in facts.reviews_of(connection, pull.id)
        )
        yield Told("rerequest", f"{login} {by} {moment}", show=before)
    elif event.action == "closed" and merged and wanted & {"reviews", "merges"}:
        yield Told("merged", "")
    elif event.action == "closed" and not merged and "reviews" in wanted:
        yield Told("closed", f"{by} {moment}")
    elif event.action == "reopened" and "reviews" in wanted:
        yield Told("reopened", f"{by} {moment}")


def _asked_again(change: Change, known: Iterable[RowMapping], card: RowMapping) -> Iterator[Told]:
    """Yield the requests of a reviewer that turn out to be repeated: this review of theirs came before."""
    event = change.payload
    if not isinstance(event, payloads.ReviewEvent) or event.review.user is None:
        return
    if event.review.submitted_at is None:
        return
    for row in known:
        if row["kind"] == "rerequest" and row["parent_id"] == card["id"] and row["ts"] is None:
            login, _, moment = row["subject"].split(" ")
            if login == event.review.user.login and int(moment) > event.review.submitted_at.timestamp():
                yield Told("rerequest", row["subject"])


def _since_closed(connection: Connection, pull: Pull, wanted: set[str]) -> Iterator[Told]:
    """Yield what was said after the end of a pull request whose card comes only now."""
    if pull.state is PullState.OPEN or pull.closed_at is None:
        return
    if "reviews" in wanted:
        for review in facts.reviews_of(connection, pull.id):
            says = review.verdict is not Verdict.COMMENTED or bool(review.body)
            if review.submitted_at >= pull.closed_at and says:
                yield Told("review", str(review.id))
    if "comments" in wanted:
        for comment in facts.comments_of(connection, pull.id):
            if comment.created_at >= pull.closed_at and not comment.is_bot:
                yield Told("comments", batch_of(comment.review_id, comment.created_at))
