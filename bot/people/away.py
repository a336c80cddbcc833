"""Which statuses in Slack mean that somebody is away, and until when."""

import re
from datetime import UTC, datetime

from storage.profiles import FOREVER

# What people put beside such a status, Slack's own suggestions among them.
EMOJI = frozenset(
    {
        "airplane", "airplane_departure", "away", "baby", "beach_with_umbrella", "camping", "cruise_ship",
        "desert_island", "face_with_thermometer", "hospital", "island", "mask", "no_entry",
        "ooo", "out-of-office", "palm_tree", "parasol_on_ground", "pto", "sick", "ski", "snowboarder",
        "sneezing_face", "umbrella_on_ground", "vacation",
    }
)  # fmt: skip
# Of these the words decide: they stand beside work as often as beside leisure.
WORDS = (
    "abwesend", "afk", "annual leave", "away", "day off", "days off", "holiday", "holidays", "krank",
    "off sick", "off today", "off work", "on leave", "ooo", "out of office", "out of the office", "out sick",
    "parental leave", "pto", "sabbatical", "sick", "sick leave", "time off", "unwell", "urlaub", "vacation",
    "vacationing", "vacances",
)  # fmt: skip

_SAYS = rf"(?:{'|'.join(WORDS)})(?!\w)"
_AWAY = re.compile(rf"(?<!\w){_SAYS}")
# "Back from vacation", "planning my holidays", "not away": the word is there, and the person, too.
_DENIES = r"(?:after|back from|before|no longer|no more|not|planning|returned from)"
_HERE = re.compile(rf"(?<!\w){_DENIES}(?:\s+\w+){{0,2}}?\s+{_SAYS}")


def is_away(emoji: str, text: str) -> bool:
    """Tell whether a status, its emoji with or without colons, says that the person is away."""
    said = text.casefold()
    if _HERE.search(said):
        return False
    name = emoji.strip(":").partition("::")[0].casefold()
    return name in EMOJI or _AWAY.search(said) is not None


def away_until(emoji: str, text: str, expires: int, now: datetime) -> datetime | None:
    """Return until when a status means that the person is away: FOREVER if it does not say.

    None when it does not mean that, or is over; `expires` is in seconds since 1970, and 0 is never.
    """
    if not is_away(emoji, text):
        return None
    if expires <= 0:
        return FOREVER
    try:
        end = datetime.fromtimestamp(expires, UTC)
    except (ValueError, OverflowError, OSError):
        return FOREVER
    return end if end > now else None
