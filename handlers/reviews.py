"""The card of each pull request in each channel that wants it, and the replies in its thread."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection, RowMapping

from blocks import ids
from blocks import reviews as blocks
from bot.context import Context
from bot.errors import Permanent
from bot.facts import payloads
from bot.facts.project import Change
from bot.models import CheckState, Comment, Pull, PullFacts, PullState, SlackMessage, Subscription, Verdict
from bot.reviews.turn import turn
from bot.subscriptions.filters import matches, parse_filter
from handlers.feature import Click, Feature, Render, Reply
from storage import facts, messages, people, subscriptions

CARD = "card"
# Comments are gathered for a moment before they are shown, and by these spans of time.
_GATHER = timedelta(seconds=5)
_SPAN = 300
_CHECK_EVENTS = {"check_run", "check_suite", "workflow_run", "status"}


def on_change(connection: Connection, change: Change) -> None:
    """Bring the cards of the pull requests up to date, and tell their threads what happened."""
    for pull_id in change.pulls:
        pull = facts.pull(connection, pull_id)
        if pull is None:
            continue
        cards = {row["channel"]: row for row in messages.of_pull(connection, pull_id) if row["kind"] == CARD}
        for subscription in subscriptions.of_repo(connection, pull.repo):
            row = cards.get(subscription.channel)
            if row is None and _wants_card(subscription, pull, change):
                row = _add_card(connection, subscription.channel, pull, change)
                cards[subscription.channel] = row
            if row is not None:
                for reply in _replies(connection, change, pull, subscription, row):
                    messages.mark_stale(
                        connection,
                        reply,
                        now=change.now,
                        delivery_id=change.delivery_id,
                        run_at=change.now + _GATHER if reply["kind"] == "comments" else None,
                    )
        for row in cards.values():
            messages.mark_stale(connection, row, now=change.now, delivery_id=change.delivery_id)


def card_key(channel: str, pull_id: int) -> str:
    """Return the key of the one card that a pull request has in a channel."""
    return f"card:{channel}:{pull_id}"


def _wants_card(subscription: Subscription, pull: Pull, change: Change) -> bool:
    """Tell whether this change is the first that the channel should see of the pull request."""
    if not matches(parse_filter(subscription.filter), pull):
        return False
    wanted = set(subscription.features)
    closing = change.event == "pull_request" and change.action == "closed"
    if pull.state is PullState.OPEN:
        return bool(wanted & {"reviews", "ci", "comments"})
    return closing and bool(
        "reviews" in wanted or (pull.state is PullState.MERGED and wanted & {"merges", "notes"})
    )


def _add_card(connection: Connection, channel: str, pull: Pull, change: Change) -> RowMapping:
    message_id = messages.ensure(
        connection,
        card_key(channel, pull.id),
        kind=CARD,
        channel=channel,
        pull_id=pull.id,
        now=change.now,
    )
    row = messages.get(connection, message_id)
    assert row is not None  # noqa: S101 - it was just ensured
    return row


def _replies(
    connection: Connection, change: Change, pull: Pull, subscription: Subscription, card: RowMapping
) -> Iterator[RowMapping]:
    """Yield the thread messages that this change adds or touches."""
    for kind, subject, new in _told(connection, change, pull, set(subscription.features)):
        key = f"{kind}:{card['id']}:{subject}"
        if not new and messages.by_key(connection, key) is None:
            continue
        message_id = messages.ensure(
            connection,
            key,
            kind=kind,
            channel=card["channel"],
            pull_id=pull.id,
            subject=subject,
            parent_id=card["id"],
            now=change.now,
        )
        row = messages.get(connection, message_id)
        if row is not None:
            yield row


def _told(
    connection: Connection, change: Change, pull: Pull, wanted: set[str]
) -> Iterator[tuple[str, str, bool]]:
    """Yield (kind, subject, whether it is worth a new message) of what this change tells a thread."""
    event, action = change.payload, change.action
    if isinstance(event, payloads.ReviewEvent) and "reviews" in wanted:
        says = event.review.state.lower() != Verdict.COMMENTED or bool(event.review.body)
        yield "review", str(event.review.id), action == "submitted" and says
    elif isinstance(event, payloads.PullRequestEvent):
        at = int(event.pull_request.updated_at.timestamp())
        if action == "review_requested" and event.requested_reviewer and "reviews" in wanted:
            login = event.requested_reviewer.login
            if any(review.login == login for review in facts.reviews_of(connection, pull.id)):
                by = event.sender.login if event.sender else ""
                yield "rerequest", f"{login} {by} {at}", True
        elif action == "closed" and event.pull_request.merged_at and wanted & {"reviews", "merges"}:
            yield "merged", "", True
        elif action == "closed" and not event.pull_request.merged_at and "reviews" in wanted:
            yield "closed", f"{event.sender.login if event.sender else ''} {at}", True
        elif action == "reopened" and "reviews" in wanted:
            yield "reopened", f"{event.sender.login if event.sender else ''} {at}", True
    elif isinstance(event, (payloads.IssueCommentEvent, payloads.ReviewCommentEvent)):
        bot = event.comment.user is not None and event.comment.user.type == "Bot"
        if "comments" in wanted:
            yield "comments", _batch(event.comment), action == "created" and not bot
    elif change.event in _CHECK_EVENTS and "ci" in wanted:
        checks = facts.checks_of(connection, pull.repo_id, pull.head_sha)
        broken = pull.state is PullState.OPEN and any(check.state is CheckState.FAILED for check in checks)
        yield "ci", pull.head_sha, broken


def _batch(comment: payloads.CommentBody) -> str:
    """Return which comments are told together: those of one review, or of one span of time."""
    if comment.pull_request_review_id:
        return f"review {comment.pull_request_review_id}"
    return f"span {int(comment.created_at.timestamp()) // _SPAN}"


def _in_batch(comment: Comment, subject: str) -> bool:
    kind, _, number = subject.partition(" ")
    if kind == "review":
        return comment.review_id == int(number)
    return comment.review_id is None and int(comment.created_at.timestamp()) // _SPAN == int(number)


def _facts(render: Render) -> PullFacts:
    found = facts.facts(render.connection, render.message["pull_id"])
    if found is None:
        raise Permanent("its pull request is unknown")
    return found


def _render_card(render: Render) -> SlackMessage:
    known = _facts(render)
    waiting = turn(known)
    return blocks.card(
        blocks.CardView(
            facts=known,
            waiting=waiting,
            message_id=render.message["id"],
            web_url=render.context.settings.github_web_url,
            people=people.slack_users(render.connection, waiting.who) if waiting else {},
            muted_by=render.message["muted_by"],
        )
    )


def _render_review(render: Render) -> SlackMessage:
    wanted = int(render.message["subject"])
    for review in facts.reviews_of(render.connection, render.message["pull_id"]):
        if review.id == wanted:
            return blocks.review_submitted(review)
    raise Permanent("its review is unknown")


def _render_rerequest(render: Render) -> SlackMessage:
    login, by, _ = render.message["subject"].split(" ")
    return blocks.review_rerequested(login, by or None, people.slack_users(render.connection, [login]))


def _render_comments(render: Render) -> SlackMessage:
    subject = render.message["subject"]
    batch = [
        comment
        for comment in facts.comments_of(render.connection, render.message["pull_id"])
        if _in_batch(comment, subject) and not comment.is_bot
    ]
    if not batch:
        raise Permanent("its comments were deleted")
    return blocks.comments(batch)


def _render_ci(render: Render) -> SlackMessage:
    sha = render.message["subject"]
    checks = facts.checks_of(render.connection, _facts(render).pull.repo_id, sha)
    return blocks.ci_failed(sha, checks)


def _render_merged(render: Render) -> SlackMessage:
    pull = _facts(render).pull
    return blocks.merged(pull.merged_by, pull.base)


def _render_closed(render: Render) -> SlackMessage:
    return blocks.closed(render.message["subject"].partition(" ")[0] or None)


def _render_reopened(render: Render) -> SlackMessage:
    return blocks.reopened(render.message["subject"].partition(" ")[0] or None)


async def _mute(context: Context, click: Click) -> Reply:
    return await _set_muted(context, click, click.user)


async def _unmute(context: Context, click: Click) -> Reply:
    return await _set_muted(context, click, None)


async def _set_muted(context: Context, click: Click, user: str | None) -> Reply:
    """Mute or unmute the card's thread; the card itself shows that and stays current."""
    message_id, now = ids.decode(ids.CardRef, click.value).message_id, context.clock.now()

    def record(connection: Connection) -> None:
        row = messages.get(connection, message_id)
        if row is not None and row["channel"] == click.channel:
            messages.mute(connection, message_id, user)
            messages.mark_stale(connection, row, now=now)

    await context.database.write(record)
    return None


FEATURE = Feature(
    name="reviews",
    actions={ids.CARD_MUTE: _mute, ids.CARD_UNMUTE: _unmute},
    on_change=on_change,
    messages={
        CARD: _render_card,
        "review": _render_review,
        "rerequest": _render_rerequest,
        "comments": _render_comments,
        "ci": _render_ci,
        "merged": _render_merged,
        "closed": _render_closed,
        "reopened": _render_reopened,
    },
)
