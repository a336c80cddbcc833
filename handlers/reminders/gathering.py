"""What a digest is made of: the open pull requests of a place, whose turn each is, and since when."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from blocks.reminders import DigestLine, DigestView
from bot.filters.judging import judge
from bot.filters.language import stored_filter
from bot.filters.seen import Answer, Seen
from bot.models import Pull, Subscription
from bot.reminders.digest import Wanted, for_channel, for_person
from bot.reminders.request import Reminder
from bot.reminders.since import Moments, since
from bot.reviews.around import around_all
from bot.reviews.standing import Around
from bot.reviews.turn import Turn, turn
from bot.subscriptions.matching import look
from bot.subscriptions.routes import Routes
from storage import attention, nudges, people, profiles, subscriptions
from storage.open_pulls import Open, open_pulls


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a digest is for: a channel, or a person with the channels they share with the bot."""

    id: str
    personal: bool = False
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glance:
    """The moment at which a digest looks, and the address of GitHub's pages."""

    now: datetime
    web_url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open pull request with whose turn it is and since when, and what that was judged by."""

    open: Open
    around: Around
    turn: Turn | None
    since: datetime


def gather(connection: Connection, place: Place, wanted: Reminder, glance: Glance) -> DigestView | None:
    """Return what the digest says now; None when it has nothing to say."""
    followed = subscriptions.of_channels(connection, place.channels if place.personal else [place.id])
    me = place.id if place.personal else ""
    found = [
        one
        for one in _followed(connection, followed, place)
        if _passes(connection, wanted.filter, one.facts.pull, me)
    ]
    waiting = waiting_for(connection, found, glance.now)
    lines = [DigestLine(one.open.facts, one.turn, one.since) for one in waiting]
    names = mentions(connection, waiting, glance.now)
    if not place.personal:
        cards = nudges.cards(connection, [one.facts.pull.id for one in found])
        muted = {row["pull_id"] for row in cards if row["channel"] == place.id and row["muted_by"]}
        leaving = Wanted(ignore_approved=wanted.ignore_approved, muted=muted)
        return for_channel(lines, glance.now, leaving, web_url=glance.web_url, people=names)
    login = people.login_of(connection, place.id)
    if login is None:
        return None
    snoozed, muted = attention.quiet(connection, place.id, now=glance.now)
    leaving = Wanted(ignore_approved=wanted.ignore_approved, snoozed=snoozed, muted=muted)
    teams = _teams_of(login, waiting)
    return for_person(lines, login, teams, glance.now, leaving, web_url=glance.web_url, people=names)


def waiting_for(connection: Connection, found: Sequence[Open], now: datetime) -> list[Waiting]:
    """Tell of open pull requests whose turn each is, and since when."""
    comments = {one.facts.pull.id: one.comments for one in found}
    known = around_all(connection, [one.facts for one in found], comments, now=now)
    return [_waiting(one, known[one.facts.pull.id].around) for one in found]


def mentions(connection: Connection, waiting: Iterable[Waiting], now: datetime) -> dict[str, str]:
    """Return whom to mention for those who are waited for; who is away is named only."""
    known = people.named_in(connection, [(one.open.facts.pull, one.turn.who) for one in waiting if one.turn])
    profile = profiles.several(connection, set(known.values()))
    return {name: slack for name, slack in known.items() if not profile[slack].is_away(now)}


def _waiting(one: Open, around: Around) -> Waiting:
    whose = turn(one.facts, around)
    moments = Moments(one.asked, one.failed_at)
    begun = since(one.facts, whose, around, moments) if whose else one.facts.pull.updated_at
    return Waiting(one, around, whose, begun)


def _teams_of(login: str, waiting: Iterable[Waiting]) -> Collection[str]:
    """Return the teams that a person is in, as they may be named where they are waited for."""
    mine = {
        team
        for one in waiting
        for team, members in one.around.members.items()
        if login.lower() in {member.lower() for member in members}
    }
    return {*mine, *(team.rsplit("/", 1)[-1] for team in mine)}


def _followed(connection: Connection, followed: Sequence[Subscription], place: Place) -> list[Open]:
    """Return what the place follows; a channel's own filters hold for what it is told."""
    routes = Routes(followed)
    found = []
    for one in open_pulls(connection, {subscription.repo for subscription in followed}):
        pull = one.facts.pull
        heard = list(routes.candidates(pull.repo))
        if any(
            place.personal or _passes(connection, hears.filter, pull, hears.created_by) for hears in heard
        ):
            found.append(one)
    return found


def _passes(connection: Connection, text: str, pull: Pull, me: str) -> bool:
    """Tell whether a pull request surely passes a filter; only what that takes is read."""
    wanted = stored_filter(text).of_pulls()
    first = judge(wanted, Seen(pull, me))
    if first is Answer.UNKNOWN:
        return judge(wanted, look(connection, wanted, pull, me=me).seen) is Answer.YES
    return first is Answer.YES
