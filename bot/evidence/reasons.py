"""Why a channel hears of a pull request or does not, clause by clause in plain words.

They are worked out from a subscription and a pull request as they are given: whoever asks about an event
gives the pull request as the event described it.
"""

from dataclasses import dataclass, replace

from bot.facts import payloads
from bot.facts.project import Change, is_bot
from bot.models import CheckState, Pull, PullState, Subscription, Verdict
from bot.subscriptions.filters import judged, parse_filter

_CARD_FEATURES = frozenset({"reviews", "ci", "comments"})
_CHECKS = frozenset({"check_run", "check_suite", "workflow_run", "status"})


FIRST_REQUEST = "a first request stands on the card; only a repeated one is told"
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


def decide(subscription: Subscription, pull: Pull, *, closing: bool) -> Decision:
    """Say whether the subscription brings a card for the pull request; `closing` if this event ends it."""
    passed: list[str] = []
    missed: list[str] = []
    for typed, means, holds in judged(parse_filter(subscription.filter), pull):
        sentence = f"`{typed}` wants pull requests that {means}, and {_is(typed, pull)}"
        (passed if holds else missed).append(sentence)
    if missed:
        return Decision(False, tuple(missed))
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
    if action not in {"closed", "reopened", "review_requested"}:
        return "an event of this kind changes only the card"
    if "reviews" not in features:
        return "reviews are not asked for here"
    return FIRST_REQUEST if action == "review_requested" else ""


def _is(typed: str, pull: Pull) -> str:
    """Say what the pull request is in the respect that a clause asks about."""
    key = typed.lstrip("-").partition(":")[0]
    if key == "draft":
        return "this one is a draft" if pull.draft else "this one is no draft"
    if key == "bots":
        return "a bot opened this one" if pull.author_is_bot else "a person opened this one"
    if key == "label":
        labels = ", ".join(f"“{label}”" for label in pull.labels[:10])
        return f"this one is labelled {labels}" if labels else "this one has no label"
    return f"this one goes into “{pull.base}”"


def _names(features: set[str]) -> str:
    return " and ".join(sorted(features)) or "nothing"
