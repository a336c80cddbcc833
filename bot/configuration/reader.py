"""Read YAML that anybody may have written: bounded, without tags or aliases, every node with its place.

Only the parser's events are read. Depth and number are checked as they come, so nothing is ever composed,
constructed or followed that the limits would refuse.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from bot.configuration.nodes import Broken, Items, Mapping, Node, Scalar, resolved
from bot.configuration.problems import Mark, Report, below
from bot.filters.words import shown

BYTES = 16 * 1024
DEPTH = 20
NODES = 4_000

# Control characters, what only YAML takes for a line break, what steers the reading direction, noncharacters.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
    "|\r(?!\n)"
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _Stop(Exception):
    """Nothing further can be read; the report says why."""


def read_yaml(body: bytes, report: Report) -> Node | None:
    """Return the file's only document; None when it cannot be read at all. Problems go to the report.

    Raises nothing, whatever the bytes are.
    """
    try:
        text = _decoded(body, report)
        return _Reading(_events(text, report), report).document()
    except _Stop:
        return None


def _decoded(body: bytes, report: Report) -> str:
    if len(body) > BYTES:
        _stop(report, Mark(), f"The file has {len(body):,} bytes; {BYTES:,} are the most.")
    if body.startswith(_UTF_16):
        _stop(report, Mark(), "The file is not in UTF-8 but in UTF-16; save it as UTF-8.")
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        _stop(report, _mark(before), "The file is not in UTF-8 from here on; save it as UTF-8.")
    odd = _REFUSED.search(text)
    if odd:
        where = _mark(text[: odd.start()])
        _stop(report, where, f"The character U+{ord(odd[0][0]):04X} may not stand in this file; delete it.")
    return text


def _mark(before: str) -> Mark:
    line = before.count("\n") + 1
    return Mark(line, len(before) - (before.rfind("\n") + 1) + 1)


def _stop(report: Report, at: Mark, message: str) -> None:
    report.problem(at, "", message)
    raise _Stop


def _events(text: str, report: Report) -> Iterator[yaml.Event]:
    parser = None
    try:
        # libyaml, which PyYAML's wheels carry: its own parser is too slow for what is hostile, and may raise.
        parser = yaml.CSafeLoader(text)
        while event := parser.get_event():
            yield event
    except yaml.MarkedYAMLError as error:
        _stop(report, _place(error.problem_mark or error.context_mark), _in_words(error, text))
    except yaml.YAMLError:
        _stop(report, Mark(), "This is not YAML.")
    finally:
        if parser is not None:
            parser.dispose()


def _place(mark: object) -> Mark:
    return Mark(getattr(mark, "line", 0) + 1, getattr(mark, "column", 0) + 1)


def _in_words(error: yaml.MarkedYAMLError, text: str) -> str:
    """Say what is wrong, with advice for the mistakes that people make most."""
    said = f"This is not valid YAML: {error.problem or 'it ends too early'}."
    mark = error.problem_mark
    rows = text.split("\n")
    row = rows[mark.line] if mark and mark.line < len(rows) else ""
    character = row[mark.column : mark.column + 1] if mark else ""
    if "\t" in row[: len(row) - len(row.lstrip())]:
        return f"{said} Indent with spaces, not with tabs."
    if character and character in "@`%*&!|>":
        return f"{said} Put text that begins with this character in quotes."
    if "mapping values" in said:
        return f"{said} Put text that holds a colon and a space in quotes."
    return said


@dataclass(slots=True)
class _Reading:
    """One pass over the events; recursive, as the depth is bounded."""

    events: Iterator[yaml.Event]
    report: Report
    nodes: int = 0

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    _stop(self.report, _place(event.start_mark), "A second document begins here; keep one.")
                if event.tags:
                    _stop(self.report, _place(event.start_mark), "Tags (`%TAG`) are not allowed.")
                found = self.node(next(self.events), "", 1)
        if found is None:
            self.report.problem(Mark(), "", "The file is empty; begin with `version: 1`.")
        return found

    def node(self, event: yaml.Event, path: str, depth: int) -> Node:
        at = _place(event.start_mark)
        self.nodes += 1
        if self.nodes > NODES:
            _stop(self.report, at, f"The file has more than {NODES:,} values; it is too much from here on.")
        if depth > DEPTH:
            _stop(self.report, at, f"This is nested more than {DEPTH} deep.")
        if isinstance(event, yaml.AliasEvent):
            self.report.problem(
                at, path, "Aliases (`*name`) are not allowed; write it out, or put text with a `*` in quotes."
            )
            return Broken(at)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self.bare(event, at, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(at, path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(at, path, depth)
        return self.scalar(event, at, path) if isinstance(event, yaml.ScalarEvent) else Broken(at)

    def bare(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, at: Mark, path: str) -> None:
        """Report what decorates a value."""
        if event.anchor is not None:
            self.report.problem(at, path, "Anchors (`&name`) are not allowed; delete it.")
        if event.tag is not None:
            self.report.problem(at, path, "Tags (`!name`) are not allowed; delete it.")

    def scalar(self, event: yaml.ScalarEvent, at: Mark, path: str) -> Node:
        # "\0" in double quotes becomes the character itself.
        odd = _REFUSED.search(event.value)
        if odd:
            self.report.problem(at, path, f"The character U+{ord(odd[0][0]):04X} may not stand here.")
            return Broken(at)
        bare = event.implicit[0] and not event.style
        return Scalar(at, resolved(event.value) if bare else event.value, event.value)

    def items(self, at: Mark, path: str, depth: int) -> Items:
        found: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self.node(event, below(path, len(found) + 1), depth + 1))
        return Items(at, tuple(found))

    def mapping(self, at: Mark, path: str, depth: int) -> Mapping:
        found: dict[str, tuple[Scalar, Node]] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, path, depth + 1)
            name = key.text if isinstance(key, Scalar) else ""
            value = self.node(next(self.events), below(path, name), depth + 1)
            if isinstance(key, Scalar):
                if self.usable(key, found, path, plainly=not getattr(event, "style", "")):
                    found[name] = (key, value)
            elif not isinstance(key, Broken):
                self.report.problem(key.at, path, "A key must be plain text.")
        return Mapping(at, found)

    def usable(self, key: Scalar, found: dict[str, tuple[Scalar, Node]], path: str, *, plainly: bool) -> bool:
        """Tell whether the key may stand here."""
        if key.text == "<<" and plainly:
            self.report.problem(key.at, path, "Merging (`<<`) is not allowed; write the keys out.")
            return False
        if key.text in found:
            line, again = found[key.text][0].at.line, below(path, key.text)
            self.report.problem(
                key.at, again, f"{shown(key.text)} stands here twice, first in line {line}; keep one."
            )
            return False
        return True
