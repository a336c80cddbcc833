"""What a limit check found, and the collector the checks write into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["ERROR", "WARN", "LINT"]
Surface = Literal["message", "modal", "home"]

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:\S+\Z")
_DANGEROUS = ("javascript:", "data:", "file:", "vbscript:")
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "list": (list,),
    "num": (int, float),
    "dict": (dict,),
}


@dataclass(frozen=True)
class Violation:
    """One broken rule: ERROR is refused by Slack, WARN is a soft limit, LINT merely shows badly."""

    level: Level
    pointer: str
    rule: str
    message: str
    source: str = ""

    def __str__(self) -> str:
        where = f"{self.source} " if self.source else ""
        return f"{self.level} {where}{self.pointer} [{self.rule}] {self.message}"


class Report:
    """Collects violations of one payload, with what must be unique across it."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.found: list[Violation] = []
        self.block_ids: dict[str, str] = {}
        self.focused: list[str] = []

    def error(self, pointer: str, rule: str, message: str) -> None:
        """Record what Slack refuses."""
        self.found.append(Violation("ERROR", pointer or "/", rule, message))

    def warn(self, pointer: str, rule: str, message: str) -> None:
        """Record what passes today but is discouraged or uncertain."""
        self.found.append(Violation("WARN", pointer or "/", rule, message))

    def lint(self, pointer: str, rule: str, message: str) -> None:
        """Record what Slack accepts and shows badly."""
        self.found.append(Violation("LINT", pointer or "/", rule, message))

    def length(self, value: Any, pointer: str, most: int, least: int = 0, *, rule: str = "length") -> None:
        """Check a string's length in code points; UTF-16 units over the limit only warn."""
        if not isinstance(value, str):
            self.error(pointer, "type", f"must be a string, not {type(value).__name__}")
            return
        size = len(value)
        if size > most:
            self.error(pointer, rule, f"must be less than {most + 1} characters, has {size}")
        elif size * 2 > most and not value.isascii() and _utf16_units(value) > most:
            self.warn(pointer, rule, f"more than {most} UTF-16 units")
        if size < least:
            self.error(pointer, rule, f"must be more than {least - 1} characters")

    def count(self, items: Any, pointer: str, most: int, least: int = 1, *, rule: str = "count") -> list[Any]:
        """Check a list's size and return it; what is no list is reported and reads as empty."""
        if not isinstance(items, list):
            self.error(pointer, "type", f"must be an array, not {type(items).__name__}")
            return []
        if len(items) > most:
            self.error(pointer, rule, f"no more than {most} items allowed, has {len(items)}")
        if len(items) < least:
            self.error(pointer, rule, f"no less than {least} items allowed, has {len(items)}")
        return items

    def url(self, value: Any, pointer: str) -> None:
        """Check an absolute URL of at most 3,000 characters whose scheme cannot run code."""
        self.length(value, pointer, 3000, 1, rule="url_length")
        if not isinstance(value, str) or not value:
            return
        if not _URL.match(value):
            self.error(pointer, "url", f"not a valid URL: {value[:60]!r}")
        elif value.lower().startswith(_DANGEROUS):
            self.error(pointer, "url", f"scheme is not allowed: {value[:40]!r}")

    def kind(self, value: Any, pointer: str, kind: str) -> None:
        """Check one property against `str bool list num dict any` or an `a|b|c` enumeration."""
        if value is None:
            self.warn(pointer, "null_property", "is null; leave it out")
        if "|" in kind:
            if value not in kind.split("|"):
                self.error(pointer, "enum", f"{value!r} is none of {kind}")
        elif kind != "any" and value is not None:
            wrong = isinstance(value, bool) and kind == "num"
            if wrong or not isinstance(value, _PYTHON_TYPES[kind]):
                self.error(pointer, "type", f"must be {kind}, not {type(value).__name__}")


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
