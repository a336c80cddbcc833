"""Stale pull requests: who hears of them step by step, once for each time that it becomes somebody's turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from blocks.reminders import NudgeView, nudge, settled
from bot.context import Context
from bot.errors import Permanent
from bot.facts.project import Change
from bot.ledger.worker import Finish
from bot.messages.show import Unwanted
from bot.models import Job, PullState, SlackMessage
from bot.reminders.deadlines import calendar_of, ladder_of
from bot.reminders.sla import Step, due
from bot.reminders.working import NOTHING, Calendar
from bot.reviews.turn import Action, Turn
from handlers.feature import Render
from handlers.reminders.gathering import Waiting, mentions, waiting_for
from storage import attention, channels, facts, messages, nudges, people, profiles, slas
from storage.nudges import NUDGE
from storage.open_pulls import known, open_pulls
from storage.slas import Sla


@dataclass(frozen=True, slots=True)
class Nudge:
    """What one nudge is about: its step, and the turn that it speaks of by the second in which it began."""

    step: Step
    since: int

    def __str__(self) -> str:
        return f"{self.step} {self.since}"

    @classmethod
    def of(cls, row: RowMapping) -> "Nudge":
        """Read what a message's row is about."""
        step, since = str(row["subject"]).split(" ")
        return cls(Step(step), int(since))


async def sweep(context: Context, job: Job) -> Finish:
    """Look which pull requests of repositories with deadlines have waited for too long."""
    del job
    now = context.clock.now()
    return Finish({}, lambda connection: _sweep(connection, now))


def _sweep(connection: Connection, now: datetime) -> None:
    deadlines = {sla.repo: sla for sla in slas.every(connection)}
    if not deadlines:
        return
    found = waiting_for(connection, open_pulls(connection, deadlines), now)
    late = [one for one in found if _may_wait(one.turn)]
    by_pull = {one.open.facts.pull.id: one for one in late}
    for card in nudges.cards(connection, list(by_pull)):
        one = by_pull[card["pull_id"]]
        sla = deadlines[one.open.facts.pull.repo.lower()]
        if card["ts"] and not card["muted_by"] and (step := _step(connection, one, sla, card, now)):
            _ask(connection, one, step, card, now)


def _may_wait(turn: Turn | None) -> bool:
    """Tell whether somebody is waited for who keeps others waiting; a draft keeps nobody."""
    return turn is not None and bool(turn.who) and turn.action is not Action.MARK_READY


def _step(connection: Connection, one: Waiting, sla: Sla, card: RowMapping, now: datetime) -> Step | None:
    """Return the step that is due in the card's channel, unless it has nobody to tell anything new."""
    begun = max(one.since, sla.set_at)
    step = due(ladder_of(sla), begun, now, _calendar(connection, sla, card["channel"])).step
    if step is Step.AUTHOR and _is_author(one):
        return None
    return step if step and _waited_for(connection, one, now) else None


def _ask(connection: Connection, one: Waiting, step: Step, card: RowMapping, now: datetime) -> None:
    about = Nudge(step, int(one.since.timestamp()))
    key = f"nudge:{card['id']}:{about}".replace(" ", ":")
    if messages.by_key(connection, key) is not None:
        return
    row = messages.ensure(
        connection,
        key,
        kind=NUDGE,
        channel=card["channel"],
        pull_id=card["pull_id"],
        subject=str(about),
        parent_id=None if step is Step.CHANNEL else card["id"],
        now=now,
    )
    messages.mark_stale(connection, row, now=now)


def on_change(connection: Connection, change: Change) -> None:
    """Let nudges say when they are no longer needed."""
    for pull_id in change.known:
        for row in nudges.of_pull(connection, pull_id):
            messages.mark_stale(connection, row, now=change.now, delivery_id=change.delivery_id)


def show(render: Render) -> SlackMessage:
    """Show a nudge as long as the turn lasts that it speaks of; raises Unwanted if it ended before."""
    row, now, connection = render.message, render.now, render.connection
    pull = facts.pull(connection, row["pull_id"])
    if pull is None:
        raise Permanent("its pull request is unknown")
    (one,) = waiting_for(connection, known(connection, [pull]), now)
    about, sla = Nudge.of(row), slas.of_repo(connection, pull.repo)
    stands = (
        pull.state is PullState.OPEN and int(one.since.timestamp()) == about.since and _may_wait(one.turn)
    )
    if row["ts"] is None:
        _require_wanted(render, one, sla, stands=stands)
    view = NudgeView(
        facts=one.open.facts,
        turn=one.turn,
        waited=_waited(connection, one, sla, row) if stands else NOTHING,
        web_url=render.context.settings.github_web_url,
        people=_pinged(connection, one, now) if stands else {},
        author=about.step is Step.AUTHOR,
        channel=about.step is Step.CHANNEL,
    )
    return nudge(view) if stands else settled(view)


def _require_wanted(render: Render, one: Waiting, sla: Sla | None, *, stands: bool) -> None:
    """Raise Unwanted for what nobody needs to hear any more."""
    if not stands or sla is None:
        raise Unwanted("it was done in time")
    if not _waited_for(render.connection, one, render.now):
        raise Unwanted("whoever it waits for has put it off")
    cards = nudges.cards(render.connection, [one.open.facts.pull.id])
    if any(card["muted_by"] for card in cards if card["channel"] == render.message["channel"]):
        raise Unwanted("muted")


def _waited(connection: Connection, one: Waiting, sla: Sla | None, row: RowMapping) -> timedelta:
    """Return for how much working time it had waited when the nudge was made: that does not change."""
    return _calendar(connection, sla, row["channel"]).working_time_between(one.since, row["created_at"])


def _calendar(connection: Connection, sla: Sla | None, channel: str) -> Calendar:
    """Return when time counts for what waits in a channel; without a zone by whoever set the hours."""
    zone, country = channels.where(connection, channel)
    if zone is None and sla is not None and sla.set_by is not None:
        zone = profiles.get(connection, sla.set_by).zone
    return calendar_of(sla, zone=zone, country=country)


def _waited_for(connection: Connection, one: Waiting, now: datetime) -> Sequence[str]:
    """Return those of the waited for who have not put it off."""
    assert one.turn  # noqa: S101 - _may_wait() looked
    known_people = people.slack_users(connection, one.turn.who)
    said = attention.of_pull(connection, one.open.facts.pull.id)
    return [name for name in one.turn.who if not _is_off(said.get(known_people.get(name, "")), now)]


def _is_off(said: attention.Attention | None, now: datetime) -> bool:
    return said is not None and (said.muted or said.is_snoozed(now))


def _pinged(connection: Connection, one: Waiting, now: datetime) -> dict[str, str]:
    """Return whom the nudge mentions: who is away or has put it off is named only."""
    found = mentions(connection, [one], now)
    author = one.open.facts.pull.author
    if author:
        found |= _present(connection, author, now)
    said = attention.of_pull(connection, one.open.facts.pull.id)
    return {name: slack for name, slack in found.items() if not _is_off(said.get(slack), now)}


def _present(connection: Connection, login: str, now: datetime) -> dict[str, str]:
    found = people.slack_users(connection, [login])
    return {name: slack for name, slack in found.items() if not profiles.get(connection, slack).is_away(now)}


def _is_author(one: Waiting) -> bool:
    """Tell whether the author is who is waited for, or an app that nobody can ask."""
    pull = one.open.facts.pull
    author = (pull.author or "").lower()
    return pull.author_is_bot or not author or author in _lower(one.turn)


def _lower(turn: Turn | None) -> Iterator[str]:
    yield from (who.lower() for who in (turn.who if turn else ()))
