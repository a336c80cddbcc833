"""What a person chose for themselves, and what Slack tells of them."""

from dataclasses import dataclass
from datetime import datetime

from blocks import kit
from bot.models import SlackMessage


@dataclass(frozen=True, slots=True)
class Me:
    """One person's settings in words; while they are away `away_until` is set, or `endless`."""

    hours: str
    days: str
    zone: str
    country: str
    dms: bool
    away_until: datetime | None = None
    endless: bool = False


def me(view: Me) -> SlackMessage:
    """Show when somebody works and how they hear of things, with how to change each."""
    rows = [
        kit.join("Working hours: ", kit.bold(view.hours)),
        kit.join("Working days: ", kit.bold(view.days)),
        kit.join("Time zone: ", kit.bold(view.zone or "unknown, so UTC"), ", as in Slack"),
        kit.join("Public holidays: ", kit.bold(view.country or "none")),
        kit.join("Direct messages: ", kit.bold("on" if view.dms else "off")),
    ]
    if view.endless:
        rows.append(kit.join("Away, by your status in Slack"))
    elif view.away_until is not None:
        rows.append(kit.join("Away until ", kit.when(view.away_until), ", by your status in Slack"))
    hint = kit.prose(
        "Change one with `/patchforge me hours 09:00-17:00`, `days mon-fri`, `country DE` or `dms off`; "
        "`none` behind one forgets it."
    )
    return kit.message("When you work", [kit.section(kit.lines(rows)), kit.context(hint)])
