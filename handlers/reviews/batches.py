"""Which comments are told together: those of one review, or of one span of time."""

from datetime import datetime, timedelta

from bot.models import Comment

# Comments are gathered for a moment before they are shown, and by these spans of time.
GATHER = timedelta(seconds=5)
_SPAN = 300


def batch_of(review_id: int | None, created_at: datetime) -> str:
    """Return the subject of the message that tells of a comment."""
    if review_id:
        return f"review {review_id}"
    return f"span {int(created_at.timestamp()) // _SPAN}"


def in_batch(comment: Comment, subject: str) -> bool:
    """Tell whether the message with this subject tells of the comment."""
    return batch_of(comment.review_id, comment.created_at) == subject
