"""What a person can do about a direct message: take it on, put it off, mute it, hand it on, or ask why."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from blocks import direct as blocks
from blocks import ids
from bot.context import Context
from bot.errors import UserError
from bot.people.working import calendar
from bot.reminders.snooze import parse_snooze
from bot.reviews.around import around, owner_lines
from bot.reviews.turn import rule_of
from handlers.direct.scene import DM, handed, person, team_of, user_of
from handlers.feature import Click, FieldErrors, Reply, Submission
from storage import attention, facts, jobs, messages, people, profiles

_GONE = "That message is too old to use; App Home shows what waits for you."


async def on_it(context: Context, click: Click) -> Reply:
    """Record that the person takes care of it, and tell the threads of its cards once."""
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        row = _own(connection, ids.decode(ids.DirectRef, click.value).message_id, click.user)
        login = people.login_of(connection, click.user)
        attention.put(connection, click.user, row["pull_id"], now=now, on_it_at=now)
        for card in messages.cards_of(connection, [row["pull_id"]]) if login else ():
            reply = messages.ensure(
                connection,
                f"on_it:{card['id']}:{click.user}",
                kind="on_it",
                channel=card["channel"],
                pull_id=row["pull_id"],
                subject=str(login),
                parent_id=card["id"],
                now=now,
            )
            messages.mark_stale(connection, reply, now=now)
        _show(connection, row, now)
        return None

    return await context.database.write(record)


async def snooze(context: Context, click: Click) -> Reply:
    """Put it off until the chosen day, or ask for one."""
    wanted = ids.decode(ids.SnoozeRef, click.value)
    if not wanted.until:
        await context.database.read(lambda connection: _own(connection, wanted.message_id, click.user))
        await context.slack.open_view(click.trigger_id, blocks.snooze_modal(wanted.message_id))
        return None
    return await _put_off(context, wanted.message_id, click.user, wanted.until)


async def snooze_until(context: Context, submission: Submission) -> Reply | FieldErrors:
    """Put it off until the day in the form."""
    wanted = ids.decode(ids.DirectRef, submission.metadata)
    day = str(submission.values.get(ids.FIELD_DATE) or "")
    if not day:
        return FieldErrors({ids.FIELD_DATE: "Choose a day."})
    try:
        return await _put_off(context, wanted.message_id, submission.user, day)
    except UserError as error:
        return FieldErrors({ids.FIELD_DATE: str(error)})


async def mute(context: Context, click: Click) -> Reply:
    """Write no more about this pull request to this person."""
    return await _say(context, click, muted=True)


async def unmute(context: Context, click: Click) -> Reply:
    """Write about it again."""
    return await _say(context, click, muted=False)


async def not_me(context: Context, click: Click) -> Reply:
    """Hand on what the person was chosen for instead of their team."""
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        row = _own(connection, ids.decode(ids.DirectRef, click.value).message_id, click.user)
        known = attention.get(connection, click.user, row["pull_id"])
        if not known.asked_for:
            raise UserError("You are no longer the one who is asked for your team, so nothing changed.")
        declined = tuple(dict.fromkeys([*known.declined, *known.asked_for]))
        attention.put(
            connection, click.user, row["pull_id"], now=now, declined=declined, asked_for=(), on_it_at=None
        )
        attention.ask_look(connection, row["pull_id"], now=now)
        return blocks.told("Handed on: the next of your team is asked.")

    return await context.database.write(record)


async def why(context: Context, click: Click) -> Reply:
    """Explain which rule, which subscription and which line of CODEOWNERS brought the message."""
    now = context.clock.now()

    def read(connection: Connection) -> Reply:
        row = _own(connection, ids.decode(ids.DirectRef, click.value).message_id, click.user)
        known = facts.facts(connection, row["pull_id"])
        if known is None:
            raise UserError(_GONE)
        seen = around(connection, known, now=now).around
        one, rule = person(connection, known, seen, row), rule_of(known, seen)
        teams = handed(seen, one.login or "")
        owned = [pattern for _, patterns in (one.mine.owned if one.mine else ()) for pattern in patterns]
        return blocks.reasons(
            blocks.Reasons(
                reference=f"{known.pull.repo}#{known.pull.number}",
                asked=one.asked,
                why=one.mine.why if one.mine else "",
                rule=f"when {rule.when}, it is {rule.whose}",
                channels=[card["channel"] for card in messages.cards_of(connection, [row["pull_id"]])],
                lines=[
                    f"{line.path}:{line.rule.line} {line.rule.pattern} {' '.join(line.rule.owners)}"
                    for line in owner_lines(connection, known.pull, owned)
                ],
                team=team_of(one.mine) or next(iter(teams), ""),
            )
        )

    return await context.database.read(read)


async def _put_off(context: Context, message_id: int, user: str, day: str) -> Reply:
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        row = _own(connection, message_id, user)
        until = parse_snooze(day, now, calendar(profiles.get(connection, user)))
        attention.put(connection, user, row["pull_id"], now=now, snoozed_until=until)
        attention.ask_wake(connection, user, row["pull_id"], at=until, now=now)
        _show(connection, row, now)
        return blocks.told("Snoozed until", until)

    return await context.database.write(record)


async def _say(context: Context, click: Click, **said: Any) -> Reply:
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        row = _own(connection, ids.decode(ids.DirectRef, click.value).message_id, click.user)
        attention.put(connection, click.user, row["pull_id"], now=now, **said)
        _show(connection, row, now)
        return None

    return await context.database.write(record)


def _own(connection: Connection, message_id: int, user: str) -> RowMapping:
    """Return the person's own message; raises UserError for one that is gone, or somebody else's."""
    row = messages.get(connection, message_id)
    if row is None or row["kind"] != DM or user_of(row) != user:
        raise UserError(_GONE)
    return row


def _show(connection: Connection, row: RowMapping, now: datetime) -> None:
    messages.mark_stale(connection, row, now=now, run_at=now + timedelta(), priority=jobs.PERSON)
