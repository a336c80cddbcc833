"""The features, one file each, and the two doors they are reached through."""

from handlers import (
    admin,
    evidence,
    facts,
    help,  # noqa: A004 - its name
    home,
    missed,
    notes,
    people,
    refusals,
    retention,
    reviews,
    subscriptions,
)
from handlers.feature import Feature

_FEATURES: tuple[Feature, ...] = (
    facts.FEATURE,
    missed.FEATURE,
    subscriptions.FEATURE,
    reviews.FEATURE,
    notes.FEATURE,
    home.FEATURE,
    people.FEATURE,
    refusals.FEATURE,
    admin.FEATURE,
    evidence.FEATURE,
)
FEATURES: tuple[Feature, ...] = (*_FEATURES, retention.feature(_FEATURES), help.feature(_FEATURES))
