"""The features, one file each, and the two doors they are reached through."""

from handlers import admin, facts, help, home, notes, people, refusals, reviews, subscriptions  # noqa: A004 - its name
from handlers.feature import Feature

_FEATURES: tuple[Feature, ...] = (
    facts.FEATURE,
    subscriptions.FEATURE,
    reviews.FEATURE,
    notes.FEATURE,
    home.FEATURE,
    people.FEATURE,
    refusals.FEATURE,
    admin.FEATURE,
)
FEATURES: tuple[Feature, ...] = (*_FEATURES, help.feature(_FEATURES))
