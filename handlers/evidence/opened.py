"""A delivery with its body read."""

from dataclasses import dataclass

from sqlalchemy import RowMapping

from bot.evidence.subject import Subject, read
from bot.facts import payloads
from storage.bodies import unpacked

CHECKS = frozenset({"check_run", "check_suite", "workflow_run", "status"})
"""The events that tell of a commit's checks."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A delivery with what its body says; `event` is None if PatchForge cannot or does not act on it."""

    row: RowMapping
    subject: Subject
    event: payloads.Event | None
    is_pruned: bool


def open_up(row: RowMapping) -> Opened:
    """Read a delivery's body, which takes a while if it is large."""
    body = unpacked(row["body"]) if row["body"] else b""
    event = None
    if body and row["event"] in payloads.EVENTS:
        try:
            event = payloads.decode(payloads.EVENTS[row["event"]], body)
        except ValueError:
            event = None
    return Opened(row, read(body), event, is_pruned=not body)
