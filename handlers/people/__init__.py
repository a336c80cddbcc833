"""Who is who on GitHub and in Slack: links and their proofs, teams, profiles, and a person's own data."""

from datetime import timedelta

from blocks import ids
from bot.ledger.policy import GUARDED, PERSON, REFRESH, TICK, USUAL
from handlers.feature import Command, Feature, Schedule
from handlers.people import (
    accounts,
    admins,
    device,
    importing,
    linking,
    privacy,
    profile,
    teams,
    telling,
)

__all__ = ["FEATURE"]

FEATURE = Feature(
    name="people",
    commands=(
        Command(
            "link",
            "link [your-login|prove]",
            "Tell me who you are on GitHub.",
            linking.link,
            "I use it to show what waits for you in App Home, to mention you when your review is wanted, "
            "and so that nobody approves the release note of their own change. Where GitHub or your e-mail "
            "address can prove it, I ask them; a proof counts for more than a word. `prove` lets GitHub "
            "confirm it.",
        ),
        Command("unlink", "unlink", "Let me forget who you are on GitHub.", linking.unlink),
        Command(
            "me",
            "me [hours|days|country|dms value]",
            "Show or change when you work and how you hear of things.",
            profile.me,
            "`me hours 09:00-17:00`, `me days mon-fri`, `me country DE` for its public holidays, `me dms off`"
            "; `none` behind one forgets it. Your time zone and whether you are away come from Slack.",
        ),
        Command(
            "people",
            "people [link|unlink|import|team|teams]",
            "See and change who is who. For admins of the workspace.",
            admins.run,
            "`people` lists who is linked, how that is known, and who is not. `people link @mona octocat` "
            "and `people unlink @mona` change one, `people import` takes a list. `people team acme/backend "
            "@backend [whole|round-robin|fewest]` lets a user group stand for a team; `people teams` lists "
            "those.",
        ),
        Command(
            "privacy",
            "privacy export|forget",
            "Get everything kept about you, or have it forgotten.",
            privacy.run,
        ),
    ),
    actions={
        ids.PERSON_CONFIRM: linking.confirm,
        ids.PERSON_DECLINE: linking.decline,
        ids.PEOPLE_CHECK: importing.check,
        ids.PRIVACY_FORGET: privacy.forget,
    },
    views={ids.PEOPLE_IMPORT_VIEW: importing.take},
    slack_events={"user_change": profile.changed},
    jobs={
        device.KIND: device.poll,
        "people.tell": telling.send,
        "people.profile": profile.read,
        "people.blank": privacy.blank,
        "people.sweep": accounts.sweep,
        "people.account": accounts.look,
        "people.groups": teams.sweep,
    },
    policies={
        device.KIND: GUARDED,
        "people.tell": USUAL,
        "people.profile": REFRESH,
        "people.blank": PERSON,
        "people.sweep": TICK,
        "people.account": REFRESH,
        "people.groups": TICK,
    },
    schedules=(Schedule("people.sweep", timedelta(days=1)), Schedule("people.groups", timedelta(hours=1))),
)
