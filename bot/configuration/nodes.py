"""What the reader makes of YAML: plain nodes that know where they stand."""

import math
import re
from dataclasses import dataclass

from bot.configuration.problems import Mark

Value = str | int | float | bool | None

# YAML 1.2's core schema: what editors and JSON Schema understand. `yes`, `on`, dates and `1:30` stay text.
_WORDS: dict[str, Value] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_BASES = {"0o": 8, "0x": 16}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
# Python refuses to read very long integers; nothing here needs more than this.
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `text` is as written, without quotes."""

    at: Mark
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    at: Mark
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file; a key is its text."""

    at: Mark
    entries: dict[str, tuple[Scalar, "Node"]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where a problem was reported already."""

    at: Mark


Node = Scalar | Items | Mapping | Broken


def resolved(text: str) -> Value:
    """Return the value of a scalar without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _DIGITS:
        return math.inf if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) else text
    if _INTEGER.fullmatch(text):
        return int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return math.inf if _INFINITE.fullmatch(text) else text


def plain(node: Node) -> object:
    """Return the node as dicts, lists and values, as any other reader of YAML 1.2 would."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, (_, value) in node.entries.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


def broken(node: Node) -> bool:
    """Tell whether something in the node was reported already, so that it has no value."""
    if isinstance(node, Mapping):
        return any(broken(value) for _, value in node.entries.values())
    return any(map(broken, node.items)) if isinstance(node, Items) else isinstance(node, Broken)


def kind(node: Node) -> str:
    """Name what kind of value it is."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Items):
        return "a list"
    value = node.value if isinstance(node, Scalar) else None
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "a number"
