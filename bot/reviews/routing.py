"""Whom of a team to ask for a review: all of it, the next in turn, or whoever has least to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a team wants to be asked."""

    WHOLE = "whole"
    ROUND_ROBIN = "round_robin"
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True)
class Member:
    """One of a team: how many reviews wait for them, and whether they are at work now."""

    login: str
    open_reviews: int = 0
    at_work: bool = True
    away: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Who is asked, and why; more than one is the whole team, nobody means that it has no one to ask."""

    logins: tuple[str, ...]
    why: str


def route(
    members: Sequence[Member],
    mode: Mode,
    *,
    author: str | None,
    reviewed: Collection[str] = (),
    last_given: str | None = None,
) -> Route:
    """Choose whom to ask; the order of `members` does not matter, and neither does case.

    The author and those who have reviewed are never chosen. Whoever is at work comes before those who
    are not now; those who are away come never, unless all are: then the whole team is asked.
    """
    out = {login.lower() for login in reviewed} | ({author.lower()} if author else set())
    known = {member.login.lower(): member for member in members}
    able = [known[login] for login in sorted(known) if login not in out]
    if not able:
        return Route((), "nobody else is in the team")
    whole = tuple(member.login for member in able)
    if mode is Mode.WHOLE:
        return Route(whole, "the whole team is asked")
    here = [member for member in able if not member.away]
    if not here:
        return Route(whole, "all of the team are away")
    present = [member for member in here if member.at_work] or here
    order = _after(present, last_given)
    if mode is Mode.ROUND_ROBIN:
        return Route((order[0].login,), "next in turn")
    # Among equals the one whose turn was longest ago.
    return Route((min(order, key=lambda member: member.open_reviews).login,), "fewest open reviews")


def _after(members: list[Member], last_given: str | None) -> list[Member]:
    """Return the members from the one after whoever was asked last, even if that one has left."""
    last = (last_given or "").lower()
    at = next((at for at, member in enumerate(members) if member.login.lower() > last), 0)
    return members[at:] + members[:at]
