"""What Slack shows of configuration files: what is in force and by whom, and what is wrong with one."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks import evidence, kit, pulls
from blocks.evidence import Part
from blocks.kit import Block, Markup
from bot.models import SlackMessage

# Characters: of a section, of a message's blocks as JSON, and what a group always gets.
_SECTION, _ROOM, _LEAST = 2_800, 10_000, 400

_ABOUT = (
    "What channels hear, when reviews are due and who is who can stand in a file, `.patchforge.yml`, in the "
    "root of a repository; that of an organisation stands in its repository `.patchforge`. A file speaks "
    "only for channels that allow it: `/patchforge config allow owner/repo`, or `owner/*` for the "
    "organisation's. What is set in Slack prevails."
)
_EXAMPLE = """\
version: 1
subscriptions:
  - channel: "#payments"
    filter: "draft:no -label:wip"
    broadcast: [merged]
sla:
  hours: 4
reminders:
  - channel: "#payments"
    schedule: weekdays 10:00"""


@dataclass(frozen=True, slots=True)
class Row:
    """One value in words, and where it came from."""

    what: tuple[Part, ...]
    source: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Values under a heading; `none` is what is said when there are none."""

    title: str
    rows: tuple[Row, ...]
    none: str


@dataclass(frozen=True, slots=True)
class InForce:
    """All that is in force for a repository; `left_out` is asked for by a file and not in force, and why."""

    repo: str
    groups: tuple[Group, ...]
    left_out: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of a file, with the address of its line."""

    line: int
    path: str
    message: str
    url: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A file that is not right; `title` names it with its commit, `instead` what holds meanwhile."""

    title: tuple[Part, ...]
    instead: tuple[Part, ...]
    faults: tuple[Fault, ...]
    more: bool = False


def in_force(view: InForce, faulty: Sequence[Faulty] = ()) -> SlackMessage:
    """Say what is in force for a repository, value by value; files that are not right come first."""
    head = kit.join("What is in force for ", kit.bold(kit.cut(view.repo, 200)))
    blocks = [kit.section(head)]
    blocks += [_faulty(file, _SECTION // len(faulty)) for file in faulty]
    asked = Group("⚠️ Asked for by a file, and not in force", view.left_out, "")
    groups = [*view.groups, *([asked] if view.left_out else [])]
    room = _ROOM - sum(len(str(block)) for block in blocks)
    for number, group in enumerate(groups):
        # Each has its share of what the ones before have left.
        block = _group(group, max(room // (len(groups) - number), _LEAST))
        room -= len(str(block))
        blocks.append(block)
    hint = kit.prose("Files: `.patchforge.yml`. Who may set what: `/patchforge help config`.")
    return kit.message(kit.join("What is in force for ", view.repo), blocks, [kit.context(hint)])


def explained(channel: str, allowed: Sequence[str]) -> SlackMessage:
    """Explain configuration files with an example, and say which may speak for this channel."""
    told = [kit.code(source) for source in allowed] or [kit.prose("none")]
    whose = kit.join("Files that may speak for ", kit.channel(channel), ": ", kit.join(*_parted(told)))
    return kit.message(
        "Configuration as code",
        [
            kit.section(kit.prose(_ABOUT)),
            kit.section(kit.fixed(_EXAMPLE)),
            *([] if channel.startswith("D") else [kit.section(whose)]),
        ],
        [kit.context(kit.prose("`/patchforge config owner/repo` shows what is in force and who said so."))],
    )


def allowed(channel: str, source: str, *, people: bool) -> SlackMessage:
    """Confirm that a file may speak for a channel, or say who is who."""
    said = (
        kit.join("From now on the file of ", kit.code(source), " may say who is who in this workspace.")
        if people
        else kit.join(
            "From now on the file of ", kit.code(source), " may speak for ", kit.channel(channel), "."
        )
    )
    hint = f"I am reading it now; `/patchforge config {source}` shows what comes of it."
    return kit.message("It is allowed from now on", [kit.section(said)], [kit.context(kit.prose(hint))])


def disallowed(channel: str, source: str, *, people: bool, was: bool) -> SlackMessage:
    """Confirm that a file may no longer do that."""
    if not was:
        return kit.message(
            "Nothing changed", [kit.section(kit.prose("It was not allowed, so nothing changed."))]
        )
    said = (
        kit.join("The file of ", kit.code(source), " no longer says who is who; its links end.")
        if people
        else kit.join(
            "The file of ",
            kit.code(source),
            " no longer speaks for ",
            kit.channel(channel),
            "; what it asked for ended.",
        )
    )
    return kit.message("It is no longer allowed", [kit.section(said)])


def problems(file: Faulty) -> SlackMessage:
    """Tell an admin that a file is not right, line by line."""
    return kit.message(f"⚠️ {evidence.plain(file.title)} is not right", [_faulty(file)])


def _parted(parts: Sequence[Markup]) -> list[Markup | str]:
    return [piece for part in parts for piece in (", ", part)][1:]


def _faulty(file: Faulty, room: int = _SECTION) -> Block:
    many = f"more than {len(file.faults)} problems" if file.more else pulls.count(len(file.faults), "problem")
    head = kit.join("⚠️ ", evidence.words(file.title), f" has {many}. ", evidence.words(file.instead))
    rows = [_fault(fault) for fault in file.faults]
    return kit.section(kit.lines([head, *_fitting(rows, room - len(head), more=file.more)]))


def _fault(fault: Fault) -> Markup:
    line = kit.link(fault.url, f"line {fault.line}")
    return kit.join("• ", line, ": ", kit.prose(kit.clean(fault.message), 400))


def _group(group: Group, room: int) -> Block:
    rows = [kit.join("• ", evidence.words(row.what), " — ", evidence.words(row.source)) for row in group.rows]
    shown = _fitting(rows, min(room, _SECTION)) if rows else [kit.prose(group.none)]
    return kit.section(kit.lines([kit.bold(group.title), *shown]))


def _fitting(rows: Sequence[Markup], room: int, *, more: bool = False) -> list[Markup]:
    """Return as many rows as there is room for, at least one, and say how many are not shown."""
    shown: list[Markup] = []
    for row in rows:
        room -= kit.size(row) + 1
        if shown and room < 0:
            break
        shown.append(row)
    hidden = len(rows) - len(shown)
    if hidden or more:
        shown.append(Markup(f"_and {hidden:,} more_" if hidden and not more else "_and more_"))
    return shown
