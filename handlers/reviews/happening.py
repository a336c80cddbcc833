"""What a change is word of: the thread messages that may tell of it, and the events that they stand for.

The events of a pull request may come late, again and in any order: what is told is decided by the facts and
by what an event says of its own moment, never by what happened to arrive before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from bot.facts import payloads
from bot.facts.project import Change
from bot.facts.pulls import is_bot
from bot.filters.judging import named
from bot.filters.language import stored_filter
from bot.filters.seen import Event
from bot.models import Check, CheckState, Pull, PullState, Subscription, Verdict
from bot.subscriptions.matching import heard
from handlers.reviews.batches import batch_of
from storage import facts, reviews

CHECKS = frozenset({"check_run", "check_suite", "workflow_run", "status"})
"""The events that tell of a commit's checks."""

_REVIEWS, _COMMENTS, _CI = frozenset({"reviews"}), frozenset({"comments"}), frozenset({"ci"})
_MERGES = frozenset({"reviews", "merges"})
_VERDICTS = {
    Verdict.APPROVED: Event.APPROVED,
    Verdict.CHANGES_REQUESTED: Event.CHANGES_REQUESTED,
}
# Why GitHub takes a pull request out of its merge queue when all went well.
_MERGED = frozenset({"merge", "already_merged"})


@dataclass(frozen=True, slots=True)
class Told:
    """One thread message that a change is about, by its kind and subject.

    `event` is what it is word of, and one of the `features` brings it. `new` adds it where it is missing,
    `touch` shows it again where it is known. With `only_named` it is told only where the filter names the
    event; where `noted` is heard of, it is noted all the same: a later event may call for it.
    """

    kind: str
    subject: str
    event: Event
    features: frozenset[str] = _REVIEWS
    new: bool = True
    touch: bool = True
    only_named: bool = False
    noted: Event | None = None

    def is_for(self, one: Subscription) -> bool:
        """Tell whether the channel asks to be told this."""
        asked = named(stored_filter(one.filter)) if self.only_named else heard(one.filter)
        return self.event in asked and not self.features.isdisjoint(one.features)

    def is_noted_for(self, one: Subscription) -> bool:
        """Tell whether a later event may make this news for the channel."""
        return self.noted in heard(one.filter) and not self.features.isdisjoint(one.features)


MERGED = Told("merged", "", Event.MERGED, _MERGES)
"""Word of a merge."""


def verdict_event(verdict: Verdict) -> Event:
    """Return the event that a review with this verdict is."""
    return _VERDICTS.get(verdict, Event.COMMENTED)


def happened(
    connection: Connection, change: Change, pull: Pull, known: Iterable[RowMapping] = ()
) -> list[Told]:
    """List what this change is word of; `known` are the messages of the pull request. Only reads."""
    event, found = change.payload, list[Told]()
    if isinstance(event, payloads.PullRequestEvent):
        found += _of_pull_request(connection, event, pull)
    elif isinstance(event, payloads.ReviewEvent):
        found.append(_of_review(event))
        found += _asked_again(event, known)
    elif isinstance(event, payloads.IssueCommentEvent | payloads.ReviewCommentEvent):
        said = event.comment
        new = change.action == "created" and not is_bot(said.user)
        subject = batch_of(said.pull_request_review_id, said.created_at)
        found.append(Told("comments", subject, Event.COMMENTED, _COMMENTS, new=new))
    return [*found, *_of_checks(change, pull, facts.checks_of(connection, pull.repo_id, pull.head_sha))]


def since_closed(connection: Connection, pull: Pull) -> Iterator[Told]:
    """Yield what was said after the end of a pull request whose card comes only now."""
    if pull.state is PullState.OPEN or pull.closed_at is None:
        return
    for review in reviews.of_pull(connection, pull.id):
        says = review.verdict is not Verdict.COMMENTED or bool(review.body)
        if review.submitted_at >= pull.closed_at and says:
            yield Told("review", str(review.id), verdict_event(review.verdict))
    for comment in reviews.comments_of(connection, pull.id):
        if comment.created_at >= pull.closed_at and not comment.is_bot:
            subject = batch_of(comment.review_id, comment.created_at)
            yield Told("comments", subject, Event.COMMENTED, _COMMENTS)


def _of_review(event: payloads.ReviewEvent) -> Told:
    state, by_bot = event.review.state.lower(), is_bot(event.review.user)
    # What bots remark is not repeated, but what they decide is.
    says = state != Verdict.COMMENTED or (bool(event.review.body) and not by_bot)
    happened = verdict_event(Verdict(state) if state in {*Verdict} else Verdict.COMMENTED)
    return Told("review", str(event.review.id), happened, new=event.action == "submitted" and says)


def _of_pull_request(connection: Connection, event: payloads.PullRequestEvent, pull: Pull) -> Iterator[Told]:
    by = event.sender.login if event.sender else ""
    merged, at = event.pull_request.merged_at is not None, event.pull_request.updated_at
    subject = f"{by} {int(at.timestamp())}"
    if event.action == "review_requested":
        yield from _of_request(connection, event, pull, subject)
    elif event.action == "ready_for_review":
        yield Told("ready", subject, Event.READY)
    elif event.action == "enqueued":
        yield Told("queued", subject, Event.QUEUE_ENTERED, _MERGES)
    elif event.action == "dequeued" and not merged and (event.reason or "").lower() not in _MERGED:
        yield Told("unqueued", f"{(event.reason or '-')[:40]} {subject}", Event.QUEUE_LEFT, _MERGES)
    elif event.action == "closed" and merged:
        yield MERGED
    elif event.action == "closed":
        yield Told("closed", subject, Event.CLOSED)
    elif event.action == "reopened":
        yield Told("reopened", subject, Event.OPENED)


def _of_request(
    connection: Connection, event: payloads.PullRequestEvent, pull: Pull, subject: str
) -> Iterator[Told]:
    """Yield word of a request: a first one stands on the card, and is told only where that is asked for."""
    if event.requested_team and event.requested_team.slug:
        team = f"@{event.requested_team.slug[:45]}"
        yield Told("rerequest", f"{team} {subject}", Event.REVIEW_REQUESTED, only_named=True)
    elif event.requested_reviewer:
        login, at = event.requested_reviewer.login, event.pull_request.updated_at
        before = any(
            review.login == login and review.submitted_at <= at
            for review in reviews.of_pull(connection, pull.id)
        )
        if before:
            yield Told("rerequest", f"{login} {subject}", Event.RE_REQUESTED)
        else:
            asked = Event.REVIEW_REQUESTED
            yield Told("rerequest", f"{login} {subject}", asked, only_named=True, noted=Event.RE_REQUESTED)


def _asked_again(event: payloads.ReviewEvent, known: Iterable[RowMapping]) -> Iterator[Told]:
    """Yield the requests of a reviewer that turn out to be repeated: this review of theirs came before."""
    if event.review.user is None or event.review.submitted_at is None:
        return
    for row in known:
        if row["kind"] == "rerequest" and row["ts"] is None:
            login, _, moment = row["subject"].split(" ")
            if login == event.review.user.login and int(moment) > event.review.submitted_at.timestamp():
                yield Told("rerequest", row["subject"], Event.RE_REQUESTED, new=False)


def _of_checks(change: Change, pull: Pull, checks: Iterable[Check]) -> Iterator[Told]:
    states = {check.state for check in checks}
    about_them = change.event in CHECKS
    failed = CheckState.FAILED in states
    if failed or about_them:
        yield Told(
            "ci", pull.head_sha, Event.CI_FAILED, _CI, new=failed, touch=about_them, noted=Event.CI_RECOVERED
        )
    if about_them and CheckState.PASSED in states and not states & {CheckState.FAILED, CheckState.RUNNING}:
        yield Told("recovered", pull.head_sha, Event.CI_RECOVERED, _CI, touch=False)
