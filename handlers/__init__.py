"""The features, one file each, and the two doors they are reached through."""

from handlers import (
    admin,
    configuration,
    direct,
    evidence,
    facts,
    filters,
    help,  # noqa: A004 - its name
    home,
    knowledge,
    mails,
    missed,
    notes,
    pasted,
    people,
    refusals,
    reminders,
    retention,
    reviews,
    subscriptions,
)
from handlers.feature import Feature

_FEATURES: tuple[Feature, ...] = (
    facts.FEATURE,
    knowledge.FEATURE,
    missed.FEATURE,
    subscriptions.FEATURE,
    configuration.FEATURE,
    reviews.FEATURE,
    reminders.FEATURE,
    notes.FEATURE,
    mails.FEATURE,
    pasted.FEATURE,
    home.FEATURE,
    people.FEATURE,
    direct.FEATURE,
    refusals.FEATURE,
    admin.FEATURE,
    evidence.FEATURE,
    filters.FEATURE,
)
FEATURES: tuple[Feature, ...] = (*_FEATURES, retention.feature(_FEATURES), help.feature(_FEATURES))
