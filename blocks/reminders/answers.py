"""What answers `/patchforge remind`: when the next one comes, what is set, what was ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup
from bot.models import SlackMessage

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LISTED = 20
# What Slack takes as a button's value.
_BUTTON = 2000
_WHY: Mapping[str, str] = {
    "is_archived": "the channel is archived",
    "channel_not_found": "I am no longer in it, or it is gone",
    "not_in_channel": "I am not in it; `/invite @PatchForge` lets me in",
}


@dataclass(frozen=True, slots=True)
class ReminderView:
    """One reminder: its `words` as one would type them, and when it comes next in which zone.

    `place` is a channel or a person; without `next_at` it is paused.
    """

    place: str
    words: str
    zone: str
    next_at: datetime | None
    created_by: str


def place(where: str) -> Markup:
    """Name a channel, or the person who reads it."""
    return Markup("you") if where[:1] in {"U", "W"} else kit.channel(where)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment by the clock of a zone, as in "Mon 23 Nov 09:30 Europe/Berlin"."""
    local = at.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M} {zone.key}"


def reminder_set(
    view: ReminderView, number: int, *, changed: bool = False, notes: Sequence[str] = ()
) -> SlackMessage:
    """Say what was set, and when it comes next; `number` is its place in the list."""
    verb = "sets anew" if changed else "is set"
    head = kit.join("⏰ A reminder for ", place(view.place), f" {verb}: ", kit.code(view.words), ".")
    command = f"/patchforge remind{' me' if place(view.place) == 'you' else ''}"
    hint = (
        f"`{command} list` shows all, `{command} off {number}` ends it, `{command} now {number}` shows it to "
        "you alone."
    )
    return kit.message(
        kit.join("Reminder set; next: ", _next(view)),
        [
            kit.section(kit.lines([head, kit.join("Next: ", kit.bold(_next(view)))])),
            *(kit.section(note) for note in notes),
            kit.context(kit.prose(hint)),
        ],
    )


def reminder_list(where: str, found: Sequence[ReminderView]) -> SlackMessage:
    """List the reminders of a place with their numbers."""
    if not found:
        head = kit.join("No reminder is set for ", place(where), ".")
        me = "me " if place(where) == "you" else ""
        hint = kit.prose(f"Set one with `/patchforge remind {me}weekdays 09:30`.")
        return kit.message(head, [kit.section(head), kit.context(hint)])
    head = kit.join(f"{pulls.count(len(found), 'reminder')} for ", place(where))
    rows = [
        kit.join(
            f"{number}. ",
            kit.code(view.words),
            kit.DOT,
            "next: " if view.next_at else "",
            _next(view),
            kit.DOT,
            "set by ",
            kit.mention(view.created_by),
        )
        for number, view in enumerate(found[:_LISTED], 1)
    ]
    rest = [kit.more(len(found) - _LISTED)] if len(found) > _LISTED else []
    return kit.message(head, [kit.section(kit.bold(head)), *(kit.section(row) for row in rows), *rest])


def reminder_ended(ended: ids.EndedRef) -> SlackMessage:
    """Say that a reminder was ended, with a button to undo that."""
    head = kit.join("The reminder ", kit.code(ended.words), " for ", place(ended.place), " is ended.")
    value = ids.encode(ended)
    last: Block = (
        kit.actions(kit.button("Undo", ids.REMINDER_UNDO, value))
        if kit.size(value) <= _BUTTON
        else kit.context("Its filter is too long for a button that would undo that.")
    )
    return kit.message(head, [kit.section(head), last])


def reminder_paused(where: str, words: str, code: str) -> SlackMessage:
    """Tell whoever set a reminder that it comes no more, why, and how to have it back."""
    why = _WHY.get(code, f"Slack refuses messages there ({kit.clean(code)[:60]})")
    head = kit.join(
        "⏸️ The reminder ", kit.code(words), " for ", kit.channel(where), " is paused: ", kit.prose(why), "."
    )
    hint = kit.join(
        "Once that is settled, set it again there: ", kit.code(f"/patchforge remind {words}"), "."
    )
    return kit.message(head, [kit.section(head), kit.context(hint)])


def nothing_waits(where: str) -> SlackMessage:
    """Say that a reminder would be silent now."""
    text = kit.join("Nothing waits for ", place(where), " right now, so the reminder would be silent.")
    return kit.message(text, [kit.section(text)])


def preview(pages: Sequence[SlackMessage]) -> SlackMessage:
    """Show one person the first page of a digest."""
    rest = len(pages) - 1
    more = f" {pulls.count(rest, 'more page')} would follow in its thread." if rest else ""
    return kit.message(pages[0].text, pages[0].blocks, [kit.context(f"Only you see this preview.{more}")])


def whereabouts(zone: str | None, country: str | None) -> SlackMessage:
    """Say by which clock and holidays a channel goes now."""
    clock = kit.join("Reminders and deadlines here go by the clock of ", kit.bold(zone or "whoever set them"))
    silent = kit.join(" and leave out the public holidays of ", kit.bold(country)) if country else ""
    head = kit.join("🕘 ", clock, silent, ".")
    return kit.message(head, [kit.section(head)])


def deadlines(
    repo: str, ladder: tuple[int, int, int] | None, *, removed: bool = False, calendar: str = ""
) -> SlackMessage:
    """Say what the deadlines of a repository are now; None is none."""
    name = kit.bold(kit.cut(repo, 200))
    if ladder is None:
        head = kit.join(name, " has no deadlines any more." if removed else " has no deadlines.")
        hint = kit.join("Set them with ", kit.code(f"/patchforge remind sla {repo} 8h"), ".")
        return kit.message(head, [kit.section(head), kit.context(hint)])
    first, second, third = ladder
    head = kit.join("⏳ A review in ", name, f" is due within {pulls.count(first, 'working hour')}.")
    rows = [
        f"After {pulls.count(first, 'hour')} whoever is waited for is mentioned in the card's thread.",
        f"After {pulls.count(second, 'hour')} the author hears of it there.",
        f"After {pulls.count(third, 'hour')} the channel does.",
    ]
    return kit.message(
        head,
        [
            kit.section(kit.lines([head, *(kit.join(Markup("• "), row) for row in rows)])),
            kit.context(calendar),
        ],
    )


def _next(view: ReminderView) -> str:
    return moment(view.next_at, ZoneInfo(view.zone)) if view.next_at else "paused"
