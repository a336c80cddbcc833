"""Reminders: digests at regular times, nudges for what waits for too long, and the weekly figures."""

from datetime import timedelta

from sqlalchemy import Connection

from blocks import ids
from bot.facts import payloads
from bot.facts.project import Change
from bot.facts.text import clean
from bot.ledger.policy import GUARDED, TICK, USUAL
from handlers.feature import Command, Feature, Schedule
from handlers.reminders import commands, counting, nudging, sending
from storage import open_pulls
from storage.nudges import NUDGE

__all__ = ["FEATURE"]


def _on_change(connection: Connection, change: Change) -> None:
    """Note when a review was asked of whom, and let nudges say when they are no longer needed."""
    event = change.payload
    if isinstance(event, payloads.PullRequestEvent) and event.action == "review_requested":
        asked = event.requested_reviewer.login if event.requested_reviewer else None
        name = asked or (event.requested_team.slug if event.requested_team else None)
        for pull_id in change.pulls if name else ():
            open_pulls.put_asked(connection, pull_id, clean(name or ""), event.pull_request.updated_at)
    nudging.on_change(connection, change)


FEATURE = Feature(
    name="reminders",
    commands=(
        Command(
            "remind",
            "remind [me] days time|list|off|now|sla",
            "Be reminded, you alone or this channel, of open pull requests at regular times.",
            commands.remind,
            "`/patchforge remind weekdays 09:30` tells this channel what waits for whom; add "
            "`ignore-approved`, `holidays:DE`, a zone such as `Europe/Berlin`, or a filter.\n"
            "`/patchforge remind me mon,thu 9:00` tells you alone what waits for you; in a direct message "
            "`me` may be left out.\n"
            "`/patchforge remind list` shows what is set, `remind off 2` ends the second, and `remind now` "
            "shows you what it would say.\n"
            "`/patchforge remind sla owner/repo 8h` lets reviewers hear after 8 working hours, the author "
            "after 16, the channel after 24; `off` ends that.\n"
            "`/patchforge remind zone Europe/Berlin country DE` says by which clock and holidays this "
            "channel goes, with its deadlines.",
        ),
    ),
    actions={ids.REMINDER_UNDO: commands.undo},
    on_change=_on_change,
    messages={NUDGE: nudging.show},
    jobs={
        "reminders.tick": sending.tick,
        "reminder.send": sending.send,
        "reminder.paused": sending.paused,
        "nudges.sweep": nudging.sweep,
        "figures.count": counting.count,
    },
    policies={
        "reminders.tick": TICK,
        "reminder.send": GUARDED,
        "reminder.paused": USUAL,
        "nudges.sweep": TICK,
        "figures.count": TICK,
    },
    schedules=(
        Schedule("reminders.tick", timedelta(seconds=30)),
        Schedule("nudges.sweep", timedelta(minutes=2)),
        Schedule("figures.count", counting.EVERY, at_start=True),
    ),
)
