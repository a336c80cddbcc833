"""What Slack shows of reviews: one card per pull request and channel, and the replies in its thread."""

from blocks.pulls import Stage, Turn
from blocks.reviews.cards import CardView, card
from blocks.reviews.threads import (
    ci_failed,
    closed,
    comments,
    merged,
    queued,
    ready,
    recovered,
    reopened,
    review_requested,
    review_rerequested,
    review_submitted,
    unqueued,
)

__all__ = [
    "CardView",
    "Stage",
    "Turn",
    "card",
    "ci_failed",
    "closed",
    "comments",
    "merged",
    "queued",
    "ready",
    "recovered",
    "reopened",
    "review_requested",
    "review_rerequested",
    "review_submitted",
    "unqueued",
]
