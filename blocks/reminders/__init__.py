"""What Slack shows of reminders: digests of open pull requests, and the weekly figures."""

from blocks.reminders.answers import (
    ReminderView,
    deadlines,
    moment,
    nothing_waits,
    preview,
    reminder_ended,
    reminder_list,
    reminder_paused,
    reminder_set,
    whereabouts,
)
from blocks.reminders.chart import Measure, chart, hours
from blocks.reminders.digest import digest, span
from blocks.reminders.nudges import NudgeView, nudge, settled
from blocks.reminders.views import Band, DigestGroup, DigestLine, DigestView, Figure, Week, Whose

__all__ = [
    "Band",
    "DigestGroup",
    "DigestLine",
    "DigestView",
    "Figure",
    "Measure",
    "NudgeView",
    "ReminderView",
    "Week",
    "Whose",
    "chart",
    "deadlines",
    "digest",
    "hours",
    "moment",
    "nothing_waits",
    "nudge",
    "preview",
    "reminder_ended",
    "reminder_list",
    "reminder_paused",
    "reminder_set",
    "settled",
    "span",
    "whereabouts",
]
