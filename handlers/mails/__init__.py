"""Release notes by e-mail: whose address, who wants which, and what comes back of them."""

from datetime import timedelta

from bot.ledger.policy import MAIL, REFRESH, TICK
from handlers.feature import Command, Feature, Schedule
from handlers.mails import asking, choosing, leaving

__all__ = ["FEATURE"]

FEATURE = Feature(
    name="mails",
    commands=(
        Command(
            "email",
            "email [on|off owner/repo|address|forget|team]",
            "Get release notes by e-mail, or none.",
            choosing.email,
            "`email on owner/repo` sends you each approved release note of a repository that a channel of "
            "yours follows, `email off owner/repo` none, `email off` none at all; `email on` undoes that. "
            "`email you@example.org` says where to; nothing goes there before you confirm it by the link "
            "that I mail. `email forget` forgets it. For admins: `email team owner/repo team@example.org` "
            "adds a list, `email allow address` lets me write again where mail came back.",
        ),
    ),
    jobs={asking.KIND: asking.ask, leaving.SWEEP: leaving.sweep, leaving.LOOK: leaving.look},
    policies={asking.KIND: MAIL, leaving.SWEEP: TICK, leaving.LOOK: REFRESH},
    schedules=(Schedule(leaving.SWEEP, timedelta(days=1)),),
)
