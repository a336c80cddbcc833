"""What a pull request is told of its configuration file: a check run with a note on each line to mend.

Shapes and limits are those of GitHub's Checks API: at most 50 annotations a request, and further ones with
further requests; 65,535 characters of summary.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.configuration.document import PATH
from bot.configuration.load import Reading
from bot.configuration.problems import Problem

NAME = "PatchForge configuration"

_ANNOTATIONS = 50
_SUMMARY_BYTES = 60_000
_MESSAGE = 1_000
_MARKUP = re.compile(r"[\\*_{}\[\]()<>#|~!&]")


@dataclass(frozen=True, slots=True)
class CheckRun:
    """How the check ends, and the `output` of the request that makes it and of those that add to it."""

    conclusion: Literal["success", "failure"]
    outputs: tuple[dict[str, Any], ...]


def check_run(reading: Reading) -> CheckRun:
    """Return the check run of a file as it was read at a pull request's head."""
    problems, warnings = reading.problems, reading.warnings
    title = _title(reading)
    shared = {"title": title, "summary": _summary(reading)}
    annotations = [
        *(_annotation(problem, "failure") for problem in problems),
        *(_annotation(warning, "warning") for warning in warnings),
    ]
    outputs = [
        shared | {"annotations": annotations[first : first + _ANNOTATIONS]}
        for first in range(0, len(annotations), _ANNOTATIONS)
    ]
    return CheckRun("failure" if problems else "success", tuple(outputs) or (shared,))


def _title(reading: Reading) -> str:
    count = len(reading.problems)
    if count:
        first = reading.problems[0].line
        many = f"{'More than ' if reading.more else ''}{count} problems, the first in line {first}"
        return many if count > 1 else f"A problem in line {first}"
    noted = len(reading.warnings)
    return f"Right, with {_count(noted, 'note')}" if noted else "Right"


def _summary(reading: Reading) -> str:
    made = reading.configuration
    if made is None:
        lead = (
            "Until this is mended, the last good version of the default branch stays in force; nothing of "
            "this one is applied."
        )
    else:
        parts = [
            _count(len(made.subscriptions), "subscription"),
            _count(len(made.filters), "filter"),
            _count(len(made.teams), "team"),
            _count(len(made.people), "person", "people"),
            _count(len(made.reminders), "reminder"),
        ]
        lead = (
            f"The file has {', '.join(parts)}. It comes into force once it is on the default branch, as far "
            "as channels allow it."
        )
    return "\n\n".join(
        [lead, *_table("Problems", reading.problems, more=reading.more), *_table("Notes", reading.warnings)]
    )


def _table(heading: str, found: Sequence[Problem], *, more: bool = False) -> Iterable[str]:
    """Return a table with as many rows as there is room for, and whether there are more."""
    if not found:
        return []
    rows, room = ["| Line | Key | What is wrong |", "|---:|---|---|"], _SUMMARY_BYTES // 2
    for problem in found:
        row = f"| {problem.line} | {_code(problem.path)} | {_markdown(problem.message[:_MESSAGE])} |"
        room -= len(row.encode()) + 1
        if room < 0:
            break
        rows.append(row)
    more = more or len(rows) - 2 < len(found)
    return [f"### {heading}", "\n".join(rows), *(["And more."] if more else [])]


def _annotation(problem: Problem, level: str) -> dict[str, Any]:
    return {
        "path": PATH,
        "start_line": problem.line,
        "end_line": problem.line,
        "start_column": problem.column,
        "end_column": problem.column,
        "annotation_level": level,
        "title": _one_line(problem.path)[:255] or PATH,
        "message": _one_line(problem.message)[:_MESSAGE],
    }


def _markdown(text: str) -> str:
    """Return a sentence that quotes the file in `backticks`, with nothing in it that GitHub would act on."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces = [text.replace("`", "'")]
    shown = [_code(piece) if at % 2 else _plain(piece) for at, piece in enumerate(pieces)]
    return "".join(shown)


def _plain(text: str) -> str:
    escaped = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split("\n")))
    # An entity would still be a mention once it is shown; this is not.
    return escaped.replace("@", "@\u200b")


def _code(text: str) -> str:
    inner = _one_line(text).replace("`", "'").replace("|", "\\|")
    return f"`{inner}`" if inner else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
