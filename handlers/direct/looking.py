"""A look at whom a pull request concerns now: who is asked of a team, who gets a message, whose is edited."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.context import Context
from bot.errors import Permanent
from bot.facts import payloads
from bot.facts.project import Change
from bot.ledger.worker import Finish
from bot.models import Job, PullFacts
from bot.reviews.around import Missing, around, ask
from bot.reviews.turn import Reason, Turn, turn
from bot.subscriptions import listening
from handlers.direct import routes
from handlers.direct.moments import look_at, next_moment
from handlers.direct.routes import Choice
from handlers.direct.scene import DM, Person, key_of, persons
from storage import attention, facts, homes, messages, people, profiles

DONE = "done: "
"""Stands before what a direct message asked, once it asks that no more."""

# Whoever was mentioned in a channel they are in has so long to see that.
_MENTIONED = timedelta(minutes=10)
# To learn whether somebody never seen before is away.
_ACQUAINTED = timedelta(seconds=2)
# What is told in channels with a mention.
_TOLD = {Reason.REVIEW_REQUESTED, Reason.RE_REQUESTED}
# What Slack says of somebody who cannot be written to.
_GONE = {"user_disabled", "user_not_found", "users_not_found", "user_not_visible", "cannot_dm_bot"}


@dataclass(frozen=True, slots=True)
class _Look:
    """What there is to see; `followed` tells whether some channel listens to the repository."""

    facts: PullFacts
    turn: Turn | None
    people: list[Person]
    choices: list[Choice]
    missing: Missing
    cards: Collection[str]
    followed: bool


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where to write to those who have no message yet, whom a channel has told, and who has left Slack."""

    rooms: dict[str, str]
    told: set[str]
    gone: set[str]


def on_change(connection: Connection, change: Change) -> None:
    """Ask for a look at whom the change concerns, if anybody could be told."""
    if not change.pulls or not attention.anyone(connection):
        return
    event = change.payload
    if isinstance(event, payloads.PullRequestEvent) and event.action == "review_requested":
        _self_requested(connection, event, change.now)
    for pull_id in change.pulls:
        attention.ask_look(connection, pull_id, now=change.now, delivery_id=change.delivery_id)


async def look(context: Context, job: Job) -> Finish:
    """Find out whom the pull request concerns, and bring their messages up to date."""
    pull_id, now = job.payload["pull_id"], context.clock.now()
    found = await context.database.read(lambda connection: _look(connection, pull_id, now))
    if found is None:
        return Finish({"skipped": "the pull request is unknown, or no channel follows its repository"})
    reached = await _reach(context, found)

    def record(connection: Connection) -> None:
        for user in reached.gone:
            profiles.heard(connection, user, zone=None, away_until=None, deleted=True, now=now)
        for card in messages.cards_of(connection, [pull_id]) if reached.gone else ():
            messages.mark_stale(connection, card, now=now)  # it names them by login from now on
        if found.followed and context.github is not None:
            ask(connection, found.facts.pull, found.missing, now=now)
        routes.record(connection, pull_id, found.choices, now=now)
        for one in found.people:
            if one.user not in reached.gone:
                _bring(connection, one, job, reached, now)

    asked = sum(1 for one in found.people if one.asked)
    return Finish({"asked": asked, "new": len(reached.rooms)}, record)


async def _reach(context: Context, found: _Look) -> _Reached:
    """Ask Slack what is to be known of those who are to be written to; raises RetryLater."""
    reached = _Reached({}, set(), set())
    for one in found.people:
        if not _wants(one) or not _is_news(one):
            continue
        if one.row is None:
            try:
                reached.rooms[one.user] = one.profile.dm_channel or await context.slack.open_direct(one.user)
            except Permanent as error:
                if error.code not in _GONE:
                    raise
                reached.gone.add(one.user)
                continue
        if await _mentioned(context, found, one):
            reached.told.add(one.user)
    return reached


async def wake(context: Context, job: Job) -> Finish:
    """Ask for a look now that somebody's snooze is over."""
    pull_id, now = job.payload["pull_id"], context.clock.now()
    return Finish({}, lambda connection: attention.ask_look(connection, pull_id, now=now))


async def sweep(context: Context, job: Job) -> Finish:
    """Ask for a look at what somebody was chosen for who is away by now."""
    del job
    now = context.clock.now()

    def record(connection: Connection) -> None:
        for pull_id in attention.away_but_asked(connection, now=now):
            attention.ask_look(connection, pull_id, now=now)

    return Finish({}, record)


def _self_requested(connection: Connection, event: payloads.PullRequestEvent, now: datetime) -> None:
    """Note that somebody who asked themselves for a review is on it: nobody hears of their own doing."""
    sender, asked = event.sender, event.requested_reviewer
    if sender is None or asked is None or not asked.login or sender.login != asked.login:
        return
    for user in people.slack_users(connection, [asked.login]).values():
        attention.put(connection, user, event.pull_request.id, now=now, on_it_at=now)


def _look(connection: Connection, pull_id: int, now: datetime) -> _Look | None:
    known = facts.facts(connection, pull_id)
    if known is None:
        return None
    followed = bool(listening.of_repo(connection, known.pull.repo))
    seen = around(connection, known, now=now)
    surroundings, choices = seen.around, list[Choice]()
    if followed:
        surroundings, choices = routes.choose(connection, known, seen.around, now=now)
    concerned = persons(connection, known, surroundings)
    return _Look(
        facts=known,
        turn=turn(known, surroundings),
        # What nobody follows brings nothing new.
        people=[one for one in concerned if followed or one.row is not None],
        choices=choices,
        missing=seen.missing,
        cards=[row["channel"] for row in messages.cards_of(connection, [pull_id])],
        followed=followed,
    )


def _wants(one: Person) -> bool:
    """Tell whether the person is to be written to about what is asked of them."""
    if not one.asked or not one.profile.dms or one.profile.deleted or one.said.muted:
        return False
    return one.said.on_it_at is None or one.asked != Reason.REVIEW_REQUESTED


def _is_news(one: Person) -> bool:
    """Tell whether their message, posted or not, does not ask this yet."""
    return one.row is None or one.row["subject"] != one.asked


async def _mentioned(context: Context, found: _Look, one: Person) -> bool:
    """Tell whether a channel that the person is in was told of this with a mention of them."""
    if not found.cards or one.mine is None or one.mine.reason not in _TOLD:
        return False
    if found.turn is None or one.login not in found.turn.who:
        return False
    home = await context.database.read(lambda connection: homes.get(connection, one.user))
    theirs = home["channels"] if home else await context.slack.channels_of(one.user)
    return not set(theirs).isdisjoint(found.cards)


def _bring(connection: Connection, one: Person, job: Job, reached: _Reached, now: datetime) -> None:
    """Add the person's message, or let it be edited; something new is said once in its thread."""
    row, pull_id = one.row, one.said.pull_id
    if row is None:
        room = reached.rooms.get(one.user)
        if room is None:
            return
        if one.profile.dm_channel != room:
            profiles.choose(connection, one.user, dm_channel=room)
        row = messages.ensure(
            connection,
            key_of(one.user, pull_id),
            kind=DM,
            channel=room,
            pull_id=pull_id,
            subject=one.asked,
            now=now,
        )
    before = row["subject"]
    after = one.asked or (before if before.startswith(DONE) else DONE + before)
    if before != after:
        messages.set_subject(connection, row["id"], after)
    woken = bool(one.said.snoozed_until) and not one.said.is_snoozed(now)
    if woken:
        attention.put(connection, one.user, pull_id, now=now, snoozed_until=None)
    due = _due(connection, one, now, told=one.user in reached.told)
    if row["ts"] is None:
        if _wants(one):
            messages.mark_stale(connection, row, now=now, delivery_id=job.delivery_id, run_at=due)
        return
    messages.mark_stale(connection, row, now=now, delivery_id=job.delivery_id)
    new = before != after and one.mine is not None and bool(one.mine.who)
    if _wants(one) and (new or woken) and not one.said.is_snoozed(now):
        nudge = messages.ensure(
            connection,
            f"dm_again:{row['id']}:{int(now.timestamp() * 1000)}",
            kind="dm_again",
            channel=row["channel"],
            pull_id=pull_id,
            subject=one.asked,
            parent_id=row["id"],
            now=now,
        )
        messages.mark_stale(connection, nudge, now=now, delivery_id=job.delivery_id, run_at=due)


def _due(connection: Connection, one: Person, now: datetime, *, told: bool) -> datetime:
    """Return when to write to the person, or to look whether that may be."""
    due = look_at(next_moment(one.profile, one.said, now), now)
    if one.profile.is_stale(now):
        profiles.ask(connection, one.user, now=now)
        due = max(due, now + _ACQUAINTED) if one.profile.read_at is None else due
    return max(due, now + _MENTIONED) if told else due
