"""What waits for one person, and what they wait for: all open pull requests, by whose turn it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.models import PullFacts
from bot.reminders.since import Moments, since
from bot.reviews.around import around_all, concerning
from bot.reviews.turn import Turn, my_turn, turn
from storage.open_pulls import known, open_in


@dataclass(frozen=True, slots=True)
class Line:
    """One open pull request: whose turn it is, the person's own part if they have one, and since when."""

    facts: PullFacts
    turn: Turn | None
    mine: Turn | None
    since: datetime


def turns_of(
    connection: Connection, login: str, repos: Collection[str], *, now: datetime
) -> tuple[list[Line], list[Line]]:
    """Return what the person must act on, and their own pull requests that wait for others.

    Of both, those that have waited longest come first.
    """
    opened = known(connection, concerning(connection, open_in(connection, repos), login))
    comments = {one.facts.pull.id: one.comments for one in opened}
    seen = around_all(connection, [one.facts for one in opened], comments, now=now)
    waiting: list[Line] = []
    own: list[Line] = []
    for one in opened:
        facts, around = one.facts, seen[one.facts.pull.id].around
        mine = my_turn(facts, login, (), around)
        if mine is not None and mine.who:
            begun = since(facts, mine, around, Moments(one.asked, one.failed_at))
            waiting.append(Line(facts, turn(facts, around), mine, begun))
        elif (facts.pull.author or "").lower() == login.lower():
            own.append(Line(facts, turn(facts, around), None, facts.pull.created_at))
    return sorted(waiting, key=_age), sorted(own, key=_age)


def _age(line: Line) -> tuple[datetime, int]:
    return line.since, line.facts.pull.id
