"""The shapes that values may have: each checks a node, makes its value, and writes its own JSON Schema."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from bot.configuration.nodes import Broken, Items, Mapping, Node, Scalar, kind
from bot.configuration.problems import TOO_MANY, Mark, Report, advice, below
from bot.errors import UserError
from bot.filters.words import shown


class Shape(Protocol):
    """What a value must look like."""

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report whatever is wrong with the node."""
        ...

    def made(self, node: Node) -> Any:
        """Return the value of a node in which `check` found nothing wrong."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema that takes what `check` takes, as far as JSON Schema can tell."""
        ...


def _is_text(node: Node, path: str, report: Report, example: str) -> str | None:
    """Return the text of a node; None, and a problem, if it is something else."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value
    if isinstance(node, Broken):
        return None
    what = kind(node)
    message = f"Expected text, such as `{example}`, and found {what}."
    if isinstance(node, Scalar):
        if node.value is None:
            message += " What follows a `#` is a comment unless it stands in quotes."
        else:
            message = f"Put {shown(node.text)} in quotes; as it stands it is {what}."
    report.problem(node.at, path, message)
    return None


def _none(_: str) -> int:
    return 0


@lru_cache(maxsize=1024)
def _parsed(parse: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """Return what the text means, or what is wrong with it; a file is looked at more than once."""
    try:
        return parse(text), ""
    except UserError as error:
        return None, error.sentence


@dataclass(frozen=True, slots=True)
class Text:
    """Text that fits a pattern, if there is one; `parse` then raises UserError or returns what is kept.

    Patterns stay within what Python and JavaScript read alike. `what` names it in a sentence, `expressions`
    says how many regular expressions may be in it.
    """

    what: str
    example: str
    pattern: str
    longest: int
    parse: Callable[[str], Any] = str
    expressions: Callable[[str], int] = _none

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report text that is too long, does not fit, or cannot be parsed."""
        text = _is_text(node, path, report, self.example)
        if text is None:
            return
        if self.pattern and (len(text) > self.longest or not re.fullmatch(self.pattern, text)):
            report.problem(
                node.at, path, f"{shown(text)} is not {self.what}; write it like `{self.example}`."
            )
        elif len(text) > self.longest:
            report.problem(
                node.at, path, f"At most {self.longest} characters fit here; this has {len(text)}."
            )
        elif not report.affords(self.expressions(text)):
            report.problem(node.at, path, TOO_MANY)
        elif not report.full:
            wrong = self.read(text)[1]
            if wrong:
                report.problem(node.at, path, wrong)
                if self.expressions(text):
                    report.wasted()

    def read(self, text: str) -> tuple[Any, str]:
        """Return what the text was parsed to, or what is wrong with it; the same text is parsed once."""
        return _parsed(self.parse, text)

    def made(self, node: Node) -> Any:
        """Return what the text was parsed to."""
        return self.read(node.text)[0] if isinstance(node, Scalar) else None

    def schema(self) -> dict[str, Any]:
        """Return the pattern and the length."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", **pattern, "maxLength": self.longest, "examples": [self.example]}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report anything else, with the word that was probably meant."""
        text = _is_text(node, path, report, self.options[0])
        if text is not None and text not in self.options:
            report.problem(node.at, path, f"I don't know {shown(text)}; {advice(text, self.options)}")

    def made(self, node: Node) -> str:
        """Return the word."""
        return node.text if isinstance(node, Scalar) else ""

    def schema(self) -> dict[str, Any]:
        """Return the words."""
        return {"enum": list(self.options)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two others, both included."""

    least: int
    most: int

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report what is no whole number, or too small or large."""
        if isinstance(node, Broken):
            return
        value = node.value if isinstance(node, Scalar) else None
        # As JSON Schema has it, 8.0 is a whole number.
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        if not whole or not isinstance(value, int | float) or not self.least <= value <= self.most:
            said = shown(node.text) if isinstance(node, Scalar) and node.text else kind(node)
            report.problem(
                node.at,
                path,
                f"Expected a whole number from {self.least} to {self.most:,} and found {said}.",
            )

    def made(self, node: Node) -> int:
        """Return the number."""
        value = node.value if isinstance(node, Scalar) else None
        return int(value) if isinstance(value, int | float) else self.least

    def schema(self) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class ListOf:
    """Entries of one shape, each once."""

    shape: Shape
    most: int

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report what is no list, is empty or too long, repeats itself, or has entries that are wrong."""
        if isinstance(node, Broken):
            return
        if not isinstance(node, Items):
            hint = f"; write `[{shown(node.text)[1:-1]}]`" if isinstance(node, Scalar) and node.text else ""
            report.problem(node.at, path, f"Expected a list and found {kind(node)}{hint}.")
            return
        if not 1 <= len(node.items) <= self.most:
            said = "The list is empty; give it an entry, or delete the key."
            long = f"At most {self.most} entries fit here; this list has {len(node.items)}."
            report.problem(node.at, path, long if node.items else said)
            return
        seen: set[str] = set()
        for number, item in enumerate(node.items, 1):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                if item.text in seen:
                    report.problem(item.at, below(path, number), f"{shown(item.text)} is listed twice.")
                    continue
                seen.add(item.text)
            self.shape.check(item, below(path, number), report)

    def made(self, node: Node) -> tuple[Any, ...]:
        """Return the entries."""
        return tuple(self.shape.made(item) for item in node.items) if isinstance(node, Items) else ()

    def schema(self) -> dict[str, Any]:
        """Return the shape of the entries and their number."""
        unique = {} if isinstance(self.shape, Table) else {"uniqueItems": True}
        return {
            "type": "array",
            "minItems": 1,
            "maxItems": self.most,
            **unique,
            "items": self.shape.schema(),
        }


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its shape, what it is for, and whether it must be there."""

    name: str
    shape: Shape
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with known keys; `make` is called with those that are there."""

    keys: tuple[Key, ...]
    make: Callable[..., Any]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(key.name for key in self.keys))

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report unknown and missing keys, and values that are wrong."""
        found = _mapping(node, path, report, f"`{self.names[0]}: …`")
        if found is None:
            return
        for name, (key, _) in found.entries.items():
            if name not in self.names:
                said = "" if report.full else advice(name, self.names)
                report.problem(key.at, below(path, name), f"I don't know the key {shown(name)}; {said}")
        for key_ in self.keys:
            if key_.name in found.entries:
                key_.shape.check(found.entries[key_.name][1], below(path, key_.name), report)
            elif key_.required:
                report.problem(found.at, below(path, key_.name), f"The key `{key_.name}` is missing here.")

    def made(self, node: Node) -> Any:
        """Return what `make` makes of the keys."""
        entries = node.entries if isinstance(node, Mapping) else {}
        return self.make(
            **{key.name: key.shape.made(entries[key.name][1]) for key in self.keys if key.name in entries}
        )

    def schema(self) -> dict[str, Any]:
        """Return the keys with what they are for."""
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [key.name for key in self.keys if key.required],
            "properties": {key.name: {"description": key.about, **key.shape.schema()} for key in self.keys},
        }


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping whose keys are names of a pattern, with values of one shape."""

    name: Text
    shape: Shape
    most: int

    def check(self, node: Node, path: str, report: Report) -> None:
        """Report names and values that are wrong, and names that differ in capitals only."""
        found = _mapping(node, path, report, f"`{self.name.example}: …`")
        if found is None:
            return
        if len(found.entries) > self.most:
            count = len(found.entries)
            report.problem(found.at, path, f"At most {self.most} entries fit here; there are {count}.")
            return
        seen: dict[str, Mark] = {}
        for name, (key, value) in found.entries.items():
            where = below(path, name)
            self.name.check(Scalar(key.at, name, name), where, report)
            first = seen.setdefault(name.casefold(), key.at)
            if first is not key.at:
                report.problem(
                    key.at, where, f"{shown(name)} stands here twice, first in line {first.line}; keep one."
                )
            self.shape.check(value, where, report)

    def made(self, node: Node) -> dict[str, Any]:
        """Return the values by their names in lower case."""
        entries = node.entries if isinstance(node, Mapping) else {}
        return {name.lower(): self.shape.made(value) for name, (_, value) in entries.items()}

    def schema(self) -> dict[str, Any]:
        """Return the pattern of the names and the shape of the values."""
        names = self.name.schema()
        return {
            "type": "object",
            "minProperties": 0,
            "maxProperties": self.most,
            "propertyNames": {key: names[key] for key in ("pattern", "maxLength")},
            "additionalProperties": self.shape.schema(),
        }


def _mapping(node: Node, path: str, report: Report, example: str) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    if not isinstance(node, Broken):
        report.problem(node.at, path, f"Expected keys, such as {example}, and found {kind(node)}.")
    return None


def marks(node: Node, path: str = "") -> dict[str, Mark]:
    """Return where each key and entry of a file stands, by its path."""
    found = {path: node.at}
    if isinstance(node, Mapping):
        for name, (key, value) in node.entries.items():
            found |= marks(value, below(path, name)) | {below(path, name): key.at}
    if isinstance(node, Items):
        for number, item in enumerate(node.items, 1):
            found |= marks(item, below(path, number))
    return found
