"""Why a channel hears of a pull request or does not, clause by clause in plain words.

They are worked out from a subscription and a pull request as they are given: whoever asks about an event
gives the pull request as the event described it.
"""

from dataclasses import dataclass, replace

from bot.facts import payloads
from bot.facts.project import Change
from bot.facts.pulls import is_bot
from bot.filters.judging import judged
from bot.filters.language import format_filter, stored_filter
from bot.filters.seen import Answer
from bot.models import CheckState, Pull, PullState, Subscription, Verdict
from bot.subscriptions.matching import Look

_CARD_FEATURES = frozenset({"reviews", "ci", "comments"})
_CHECKS = frozenset({"check_run", "check_suite", "workflow_run", "status"})


FIRST_REQUEST = "a first request stands on the card; only a repeated one is told, or where a filter names it"
"""Why a request for a review may not be told in a thread."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a subscription wants the pull request, and why, in the order in which it was decided."""

    wanted: bool
    reasons: tuple[str, ...]


def as_told(pull: Pull, change: Change) -> Pull:
    """Return the pull request as this event described it, or as it stood when the event came."""
    event = change.payload
    if not isinstance(event, payloads.PullRequestEvent | payloads.ReviewEvent | payloads.ReviewCommentEvent):
        was_open = pull.closed_at is None or change.now < pull.closed_at
        return replace(pull, state=PullState.OPEN) if was_open else pull
    told = event.pull_request
    ended = PullState.MERGED if told.merged_at else PullState.CLOSED
    return replace(
        pull,
        draft=bool(told.draft),
        labels=tuple(label.name for label in told.labels),
        base=told.base.ref,
        head_sha=told.head.sha,
        author_is_bot=is_bot(told.user),
        state=PullState.OPEN if told.state == PullState.OPEN else ended,
    )


def decide(subscription: Subscription, look: Look, *, closing: bool, news: bool = True) -> Decision:
    """Say whether the subscription brings a card for what is seen.

    `closing` tells that this event ends the pull request, `news` that it is one which the filter asks for.
    """
    pull, wanted_filter = look.seen.pull, stored_filter(subscription.filter)
    passed: list[str] = []
    missed: list[str] = []
    for one in judged(wanted_filter.of_pulls(), look.seen):
        sentence = f"`{one.typed}` wants pull requests that {one.means}, and {one.sees}"
        (passed if one.answer is Answer.YES else missed).append(sentence)
    if missed:
        return Decision(False, (*missed, *look.refused))
    if not news:
        return Decision(False, (f"`{format_filter(wanted_filter.of_events())}` asks for other events",))
    wanted = set(subscription.features)
    passes = tuple(passed) or ("it has no filter",)
    if pull.state is PullState.OPEN:
        if wanted & _CARD_FEATURES:
            return Decision(True, passes)
        return Decision(False, (f"it asks only for {_names(wanted)}, which begin with the merge",))
    if "reviews" in wanted or (pull.state is PullState.MERGED and wanted & {"merges", "notes"}):
        if closing:
            return Decision(True, passes)
        return Decision(False, ("it was closed by then, and nothing before its end had brought a card",))
    ends = "its end" if pull.state is PullState.MERGED else "a closing without a merge"
    return Decision(False, (f"it asks only for {_names(wanted)}, and {ends} is none of that",))


def quiet(change: Change, features: set[str], checks: set[CheckState]) -> str:
    """Say why an event adds nothing to a thread whose channel wants these features; "" if it does."""
    event = change.payload
    if change.event in _CHECKS:
        return _quiet_checks(features, checks)
    if isinstance(event, payloads.ReviewEvent):
        return _quiet_review(event.review, change.action or "", features)
    if isinstance(event, payloads.IssueCommentEvent | payloads.ReviewCommentEvent):
        return _quiet_comment(is_bot(event.comment.user), change.action or "", features)
    if isinstance(event, payloads.PullRequestEvent):
        return _quiet_pull_request(change.action or "", features, merged=bool(event.pull_request.merged_at))
    return "an event of this kind changes only the card"


def _quiet_checks(features: set[str], checks: set[CheckState]) -> str:
    if "ci" not in features:
        return "checks are not asked for here"
    return "" if CheckState.FAILED in checks else "only a failure is told there"


def _quiet_review(review: payloads.ReviewBody, action: str, features: set[str]) -> str:
    if "reviews" not in features:
        return "reviews are not asked for here"
    if review.state.lower() == Verdict.COMMENTED and not review.body:
        return "a review without a verdict or words of its own is told by its comments"
    if review.state.lower() == Verdict.COMMENTED and is_bot(review.user):
        return "what bots write is not repeated"
    return "" if action == "submitted" else "only a submitted review is told"


def _quiet_comment(by_bot: bool, action: str, features: set[str]) -> str:
    if "comments" not in features:
        return "comments are not asked for here"
    if by_bot:
        return "what bots write is not repeated"
    return "" if action == "created" else "only a new comment is told"


def _quiet_pull_request(action: str, features: set[str], *, merged: bool) -> str:
    if action == "closed" and merged:
        return "" if features & {"reviews", "merges"} else "merges are not asked for here"
    if action in {"enqueued", "dequeued"}:
        return "" if features & {"reviews", "merges"} else "merges are not asked for here"
    if action not in {"closed", "reopened", "review_requested", "ready_for_review"}:
        return "an event of this kind changes only the card"
    if "reviews" not in features:
        return "reviews are not asked for here"
    return FIRST_REQUEST if action == "review_requested" else ""


def _names(features: set[str]) -> str:
    return " and ".join(sorted(features)) or "nothing"
