"""CODEOWNERS files as they were read, each parsed once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from bot.owners.owners import Owners
from bot.owners.parsing import parse
from storage import knowledge
from storage.knowledge import OwnersHead


@dataclass(frozen=True, slots=True)
class _File:
    """A CODEOWNERS file as it was read at one moment; `text` fetches it."""

    repo_id: int
    branch: str
    read_at: datetime
    text: Callable[[], str] = field(compare=False)


@lru_cache(maxsize=64)
def _file(file: _File) -> Owners:
    return parse(file.text())


def parsed(connection: Connection, head: OwnersHead) -> Owners:
    """Return what the file says that was read last for a branch."""

    def text() -> str:
        found = knowledge.owners(connection, head.repo_id, head.branch)
        return found.text if found else ""

    return _file(_File(head.repo_id, head.branch, head.read_at, text))
