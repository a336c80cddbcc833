"""Trouble on demand: what the REST API does wrong, and how often."""

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "500", "502", "503", "html", "401", "404", "primary", "secondary", "429", "hang", "reset", "cut"
]


@dataclass
class Fault:
    """One planned failure; `pattern` is a path prefix or a regular expression found in the path."""

    pattern: str
    kind: Kind
    times: int
    retry_after: int | None = 1

    def matches(self, path: str) -> bool:
        """Tell whether this fault concerns a path."""
        return path.startswith(self.pattern) or re.search(self.pattern, path) is not None


@dataclass
class Faults:
    """The planned failures, first planned first used.

    Kinds: `500 502 503` with a JSON message, `html` a 502 page, `401`, `404`, `primary` (403, no requests
    left), `secondary` (403) and `429` with Retry-After unless it is None, `hang` never answers, `reset` drops
    the connection unanswered, `cut` drops it in the middle of the body.
    """

    planned: list[Fault] = field(default_factory=list)

    def add(self, pattern: str, kind: Kind, times: int = 1, retry_after: int | None = 1) -> Fault:
        """Plan a failure for the next `times` requests to matching paths."""
        fault = Fault(pattern, kind, times, retry_after)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every planned failure."""
        self.planned.clear()

    def take(self, path: str) -> Fault | None:
        """Use up one planned failure for a request, if there is any."""
        for fault in self.planned:
            if fault.matches(path):
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None
