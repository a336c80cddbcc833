"""What a check found out."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `ok`, `note` (nothing is broken, but know it) or `fix`, which says what to do."""

    mark: Literal["ok", "note", "fix"]
    about: str
    says: str
