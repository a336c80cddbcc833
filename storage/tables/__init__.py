"""The tables, as SQLAlchemy Core describes them; migrations/ must produce exactly these."""

from storage.tables.attention import (
    attention,
    configurations,
    groups,
    pasted,
    permissions,
    profiles,
    reminders,
    slas,
)
from storage.tables.base import Id, UtcDateTime, metadata
from storage.tables.github import (
    checks,
    codeowners,
    comments,
    pull_files,
    pulls,
    repositories,
    reviews,
    teams,
)
from storage.tables.ledger import compatibility, cursors, deliveries, envelopes, jobs, lanes
from storage.tables.missed import etags, hook_sweeps, redeliveries, watches
from storage.tables.notes import addresses, drafts, mail_choices, mails, sendings, suppressions
from storage.tables.slack import channels, homes, messages, people, showings, subscriptions
from storage.tables.waiting import asked, figures

__all__ = [
    "Id",
    "UtcDateTime",
    "addresses",
    "asked",
    "attention",
    "channels",
    "checks",
    "codeowners",
    "comments",
    "compatibility",
    "configurations",
    "cursors",
    "deliveries",
    "drafts",
    "envelopes",
    "etags",
    "figures",
    "groups",
    "homes",
    "hook_sweeps",
    "jobs",
    "lanes",
    "mail_choices",
    "mails",
    "messages",
    "metadata",
    "pasted",
    "people",
    "permissions",
    "profiles",
    "pull_files",
    "pulls",
    "redeliveries",
    "reminders",
    "repositories",
    "reviews",
    "sendings",
    "showings",
    "slas",
    "subscriptions",
    "suppressions",
    "teams",
    "watches",
]
