"""What became of a delivery or a pull request, told in sections; and the list of deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks import kit, pulls
from blocks.kit import Block, Markup
from bot.models import SlackMessage

DONE, WAITING, NOT, WRONG = "✓", "…", "–", "✗"  # noqa: RUF001 - a dash is meant
"""How a line of the evidence begins: it happened, it will, it was not to, it went wrong."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page with its name."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A Slack channel by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class Member:
    """A Slack member by their id."""

    id: str


Part = str | datetime | Link | Channel | Member
"""A piece of a sentence: words of ours (what stands in `backticks` is quoted), or what they point at."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, how it begins, and the address of what it speaks of, if that can be opened."""

    mark: str
    parts: tuple[Part, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What is told: what it is about, its fate in one line, and how it came to that."""

    title: tuple[Part, ...]
    fate: Line
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery of a list."""

    at: datetime
    event: str
    about: tuple[Part, ...]
    fate: Line
    guid: str


_LINES_IN_A_SECTION = 15


def story(told: Story, lead: str = "") -> SlackMessage:
    """Tell a story; `lead` is a sentence that comes before it."""
    title, fate = words(told.title), _line(told.fate)
    blocks: list[Block] = [kit.section(kit.prose(lead))] if lead else []
    blocks.append(kit.section(kit.lines([kit.join(_bold(title)), fate])))
    for section in told.sections:
        shown = [_line(line) for line in section.lines[:_LINES_IN_A_SECTION]]
        rest = len(section.lines) - len(shown)
        if rest:
            shown.append(Markup(f"_and {rest:,} more_"))
        blocks.append(kit.section(kit.lines([kit.bold(section.title), *shown])))
    return kit.message(f"{told.fate.mark} {plain(told.fate.parts)}", blocks)


def deliveries(rows: Sequence[Row], *, title: str, more: str = "", none: str = "") -> SlackMessage:
    """List deliveries, the latest first; `more` says how to see the others, `none` why there are none."""
    blocks = [kit.section(kit.bold(title))]
    blocks += [
        kit.section(
            kit.lines(
                [
                    kit.join(
                        kit.bold(pulls.one_line(row.event)),
                        kit.DOT,
                        words(row.about),
                        kit.DOT,
                        kit.when(row.at),
                    ),
                    _line(row.fate),
                    kit.code(row.guid),
                ]
            )
        )
        for row in rows
    ]
    if not rows:
        blocks.append(kit.section(kit.prose(none)))
    footer = [kit.context(kit.prose(more))] if more else []
    return kit.message(title, blocks, footer)


def words(parts: Sequence[Part]) -> Markup:
    """Put the pieces of a sentence together for Slack."""
    return kit.join(*(_part(part) for part in parts))


def plain(parts: Sequence[Part]) -> str:
    """Put the pieces of a sentence together for a terminal or a notification."""
    return "".join(_plain(part) for part in parts)


def _line(line: Line) -> Markup:
    opened = kit.join(kit.DOT, kit.link(line.url, "open")) if line.url else ""
    return kit.join(f"{line.mark} ", words(line.parts), opened)


def _bold(text: Markup) -> Markup:
    return Markup(f"*{text}*" if text.strip() else "")


def _part(part: Part) -> Markup:
    if isinstance(part, datetime):
        return kit.when(part)
    if isinstance(part, Link):
        return kit.link(part.url, part.label)
    if isinstance(part, Channel):
        return kit.channel(part.id)
    if isinstance(part, Member):
        return kit.mention(part.id)
    return kit.naming(kit.clean(part), 700)


def _plain(part: Part) -> str:
    if isinstance(part, datetime):
        return part.strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(part, Link):
        return part.label
    if isinstance(part, Channel | Member):
        return part.id
    return kit.clean(part)
