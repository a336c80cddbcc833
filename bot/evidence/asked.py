"""Read what a person asks about: a pull request, a delivery, or a page of the list."""

import re
from dataclasses import dataclass

from bot.errors import UserError
from bot.filters.words import shown
from bot.subscriptions.repository import parse_repository

_GUID = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
_PULL = re.compile(
    r"(?:https?://[^/\s]+/)?([^/\s#]+/[^/\s#]+)(?:#|/(?:pull|issues)/)(\d{1,9})(?:[/?#]\S*)?", re.IGNORECASE
)
_HOW = (
    "Name a pull request or a delivery: `/patchforge why octocat/hello-world#7`, its address, or an id from "
    "`/patchforge deliveries`."
)
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class PullAsked:
    """A pull request by its repository (lower case) and number."""

    repo: str
    number: int


@dataclass(frozen=True, slots=True)
class DeliveryAsked:
    """A delivery by its GUID."""

    guid: str


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A page of the list, the first being 1; `failed` leaves out what went well."""

    failed: bool = False
    page: int = 1


def parse_why(text: str) -> PullAsked | DeliveryAsked:
    """Read a pull request's address, `owner/repo#7` or a delivery's id; raises UserError."""
    typed = _bare(text)
    if not typed:
        raise UserError(_HOW)
    found = _PULL.fullmatch(typed)
    if found:
        return PullAsked(parse_repository(found[1]), int(found[2]))
    if "/" in typed or not _GUID.fullmatch(typed):
        raise UserError(f"{shown(typed)} is neither. {_HOW}")
    return DeliveryAsked(typed)


def parse_tried(text: str) -> tuple[PullAsked, str]:
    """Read a pull request's address or `owner/repo#7`, and return what stands behind it; raises UserError."""
    first, _, rest = text.strip().partition(" ")
    found = _PULL.fullmatch(first.strip("<>`\"'“”"))
    if found is None:
        raise UserError(
            "Name a pull request and a filter: `/patchforge test-filter octocat/hello-world#7 draft:no`; "
            "without a filter it is this channel's own."
        )
    return PullAsked(parse_repository(found[1]), int(found[2])), rest.strip()


def parse_delivery(text: str) -> str:
    """Read a delivery's id; raises UserError."""
    typed = _bare(text)
    if not _GUID.fullmatch(typed):
        raise UserError("Name a delivery by its id; `/patchforge deliveries` lists the latest with theirs.")
    return typed


def parse_list(text: str) -> ListAsked:
    """Read `[failed] [page]`, in any order; raises UserError."""
    failed, page = False, 1
    for word in text.lower().split():
        if word == "failed":
            failed = True
        elif word.isascii() and word.isdigit() and 0 < int(word[:9]) <= _MOST_PAGES:
            page = int(word[:9])
        else:
            raise UserError(
                f"I can't read {shown(word)}; type `/patchforge deliveries`, or behind it `failed`, a page's "
                "number, or both."
            )
    return ListAsked(failed, page)


def _bare(text: str) -> str:
    return text.strip().strip("<>`\"'“”").strip()
