"""A digest as messages: every pull request in one line, as many messages as that takes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from blocks import kit, pulls
from blocks.kit import Block, Markup
from blocks.reminders.views import Band, DigestGroup, DigestLine, DigestView, Whose
from bot.models import GHOST, SlackMessage

# Slack takes 50 blocks of 3,000 characters and, of a whole message, what kit knows; head and foot need room.
_BLOCKS = 46
_JSON = 10_000
_SECTION = 2_000
_HEADING = 700
# As many as GitHub lets one ask.
_NAMED = 15
_LINE = _SECTION - 100
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def digest(view: DigestView) -> list[SlackMessage]:
    """Render a digest; what one message cannot hold goes on in further ones, and nothing is left out."""
    pages = _Pages()
    for group in view.groups:
        _fill(pages, view, group)
    total = len(pages.done)
    return [_message(view, blocks, number, total) for number, blocks in enumerate(pages.done, 1)]


def span(waited: timedelta) -> str:
    """Say in a few characters how long something takes."""
    if waited < _HOUR:
        return f"{max(waited // timedelta(minutes=1), 0)} min"
    if waited < _DAY:
        return f"{waited // _HOUR} h"
    days = waited // _DAY
    if days < 14:
        return f"{days} d"
    return f"{days // 7} w" if days < 365 else f"{days // 365} y"


@dataclass(slots=True)
class _Pages:
    """Blocks, page by page, each within what one message holds."""

    done: list[list[Block]] = field(default_factory=lambda: [[]])
    room: int = _JSON

    def add(self, lines: list[Markup], again: Markup) -> None:
        """Add one section of lines; on a new page, `again` says first what they belong to."""
        block = kit.section(kit.lines(lines))
        if self.done[-1] and (self._cost(block) > self.room or len(self.done[-1]) >= _BLOCKS):
            self.done.append([])
            self.room = _JSON
            block = kit.section(kit.lines([again, *lines] if again else lines))
        self.done[-1].append(block)
        self.room -= self._cost(block)

    @staticmethod
    def _cost(block: Block) -> int:
        return len(msgspec.json.encode(block).decode()) + 1


def _fill(pages: _Pages, view: DigestView, group: DigestGroup) -> None:
    """Add a group's lines to the pages, a section at a time."""
    heading = _heading(view, group)
    held, again = [kit.join(heading, f" · {group.size}")], Markup()
    for line in _lines(view, group):
        if kit.size(kit.lines([*held, line])) > _SECTION:
            pages.add(held, again)
            held, again = [], kit.join(heading, " (continued)")
        held.append(line)
    pages.add(held, again)


def _heading(view: DigestView, group: DigestGroup) -> Markup:
    if group.whose is Whose.YOU:
        return Markup("👉 *Your turn*")
    if group.whose is Whose.OTHERS:
        return Markup("💤 *Yours, waiting for others*")
    if group.whose is Whose.NOBODY:
        return Markup("🤷 *Nobody in particular*")
    names = pulls.listed([pulls.person(login, view.people) for login in group.who[:_NAMED]], len(group.who))
    return kit.fit(kit.join("👉 ", kit.bold(names)), _HEADING)


def _lines(view: DigestView, group: DigestGroup) -> Iterator[Markup]:
    for band, found in group.bands:
        label = Markup(f"_{band.value.capitalize()}_" if len(group.bands) > 1 else "")
        for line in found:
            yield kit.lines([label, kit.fit(_line(view, group, line, aged=band is Band.WEEK), _LINE)])
            label = Markup()


def _line(view: DigestView, group: DigestGroup, line: DigestLine, *, aged: bool) -> Markup:
    """Say what a pull request is and needs; who is waited for only where the heading does not."""
    pull = line.facts.pull
    waited = span(view.at - line.since) if view.at - line.since >= timedelta(minutes=1) else "just now"
    turn = line.turn
    if group.whose is Whose.OTHERS:
        need = pulls.waiting(turn, {})
    else:
        need = kit.esc(kit.cut(pulls.one_line(turn.why), 150)) if turn else Markup()
    theirs = (pull.author or GHOST) in group.who
    return kit.join(
        kit.join(pulls.EMOJI[pulls.stage(line.facts)], " ", pulls.title(view.web_url, pull, 100)),
        kit.bold(waited) if aged else waited,
        pulls.reference(pull),
        "" if theirs else kit.join("by ", pulls.person(pull.author, {})),
        need,
        sep=kit.DOT,
    )


def _message(view: DigestView, blocks: list[Block], number: int, total: int) -> SlackMessage:
    head = _summary(view)
    page = f"{number} of {total}" if total > 1 else ""
    footer = [kit.context(page, "The rest is in the thread." if number == 1 else "")] if page else []
    if number == total:
        personal = any(group.whose is Whose.YOU for group in view.groups)
        end = "`/patchforge remind me off`" if personal else "`/patchforge remind off`"
        footer.append(kit.context(kit.prose(f"{end} ends this reminder.")))
    first = [kit.section("☀️ ", kit.bold(head))] if number == 1 else []
    return kit.message(f"{head} ({page})" if page else head, [*first, *blocks], footer)


def _summary(view: DigestView) -> str:
    """Say how many wait, and how many of them for long."""
    waiting = [group for group in view.groups if group.whose is not Whose.OTHERS]
    count = sum(group.size for group in waiting)
    old = sum(len(lines) for group in waiting for band, lines in group.bands if band is Band.WEEK)
    verb = "waits" if count == 1 else "wait"
    whom = " for you" if any(group.whose is Whose.YOU for group in waiting) else ""
    head = f"{pulls.count(count, 'pull request')} {verb}{whom}"
    return f"{head}, {old:,} for a week or longer" if old else head
