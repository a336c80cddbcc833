"""Reviews: the card of each pull request in each channel that wants it, and the replies in its thread."""

from blocks import ids
from handlers.feature import Feature
from handlers.reviews import muting, showing, telling
from handlers.reviews.telling import card_key

__all__ = ["FEATURE", "card_key"]

FEATURE = Feature(
    name="reviews",
    actions={ids.CARD_MUTE: muting.mute, ids.CARD_UNMUTE: muting.unmute},
    on_change=telling.on_change,
    messages={
        telling.CARD: showing.card,
        "review": showing.review,
        "rerequest": showing.rerequest,
        "comments": showing.comments,
        "ready": showing.ready,
        "queued": showing.queued,
        "unqueued": showing.unqueued,
        "ci": showing.ci,
        "recovered": showing.recovered,
        "merged": showing.merged,
        "closed": showing.closed,
        "reopened": showing.reopened,
    },
)
