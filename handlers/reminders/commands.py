"""`/patchforge remind`: set, list, end and preview reminders, and set the deadlines of repositories."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from blocks import ids
from blocks import reminders as blocks
from blocks.reminders import ReminderView
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.filters.language import explain, parse_filter
from bot.filters.words import shown
from bot.reminders import planning
from bot.reminders.request import (
    WHEREABOUTS,
    Action,
    Order,
    Reminder,
    format_remind,
    parse_remind,
    parse_whereabouts,
)
from bot.reminders.sla import parse_ladder
from bot.reminders.zones import is_zone, zone_of
from bot.subscriptions.repository import parse_repository
from bot.subscriptions.routes import Routes
from handlers.admin import require_owner
from handlers.feature import Click, CommandCall, Reply
from handlers.reminders.gathering import Place
from handlers.reminders.sending import render
from storage import channels, configurations, people, permissions, profiles, reminders, slas, subscriptions
from storage.slas import Sla

# In seconds; Slack takes an answer for three only.
_SLACK_WITHIN = 1.0
_MOST = 20

_CALENDAR = (
    "Working time is Monday to Friday, 9 to 17, in the channel's zone, unless the repository's file says "
    "otherwise."
)
_UNLINKED = (
    "I don't know yet who you are on GitHub; type `/patchforge link your-login` first, then set it again."
)
_GONE = "That button belongs to another place; `/patchforge remind list` shows what is set there."


async def remind(context: Context, call: CommandCall) -> Reply:
    """Set a reminder for the channel or, with `me` or in a direct message, for the person; or order one."""
    text = call.text
    first, _, rest = text.strip().partition(" ")
    if first.lower() == "sla":
        return await _deadline(context, call, rest.strip())
    if first.lower() in WHEREABOUTS:
        return await _move(context, call, parse_whereabouts(text))
    request = parse_remind(text)
    personal = request.personal or call.channel.startswith("D")
    place = call.user if personal else call.channel
    if isinstance(request, Order):
        return await _ORDERS[request.action](context, call, place, request)
    return await _set(context, call, place, request)


async def undo(context: Context, click: Click) -> Reply:
    """Bring an ended reminder back."""
    ended = ids.decode(ids.EndedRef, click.value)
    wanted, now = planning.stored(ended.words), context.clock.now()
    if ended.place not in {click.channel, click.user} or wanted is None:
        raise UserError(_GONE)

    def work(connection: Connection) -> Reply:
        _require_room(connection, ended.place, ended.words)
        reminders.add(
            connection,
            place=ended.place,
            schedule=ended.words,
            zone=ended.zone,
            user=ended.created_by,
            now=ended.created_at,
            next_at=planning.first(connection, wanted, ended.place, ended.zone, after=now),
        )
        _let_files_follow(connection, ended.place, now)
        return _confirmation(connection, ended.place, ended.words)

    return await context.database.write(work)


async def _set(context: Context, call: CommandCall, place: str, request: Reminder) -> Reply:
    words = format_remind(request).removeprefix("me ")
    meaning = explain(parse_filter(request.filter)) if request.filter else ""
    told, now = await _zone_in_slack(context, call.user), context.clock.now()

    def work(connection: Connection) -> Reply:
        if reminders.is_person(place) and people.login_of(connection, place) is None:
            raise UserError(_UNLINKED)
        _require_room(connection, place, words)
        profiles.ask(connection, call.user, now=now)
        zone = planning.zone_for(connection, request, place, user=call.user, told=told)
        moment = planning.first(connection, request, place, zone, after=now)
        if moment is None:
            raise UserError("Within a year that would never come: there is a holiday on each of its days.")
        reminders.add(
            connection, place=place, schedule=words, zone=zone, user=call.user, now=now, next_at=moment
        )
        notes = [f"It is about {meaning}."] if meaning else []
        notes += _let_files_follow(connection, place, now)
        if not reminders.is_person(place) and not subscriptions.of_channel(connection, place):
            notes.append(
                "⚠️ This channel follows no repository yet, so there is nothing to remind of: "
                "/patchforge subscribe owner/repo changes that."
            )
        return _confirmation(connection, place, words, notes=notes)

    return await context.database.write(work)


async def _list(context: Context, call: CommandCall, place: str, order: Order) -> Reply:
    del call, order
    found = await context.database.read(lambda connection: reminders.of_place(connection, place))
    return blocks.reminder_list(place, [_view(one) for one in found])


async def _off(context: Context, call: CommandCall, place: str, order: Order) -> Reply:
    del call
    now = context.clock.now()

    def work(connection: Connection) -> Reply:
        found = _chosen(reminders.of_place(connection, place), order)
        if found.source is not None:
            raise UserError(
                f"The file {shown(found.source)} asks for that reminder; take it out there, or set one here, "
                "which prevails."
            )
        reminders.remove(connection, found.id)
        _let_files_follow(connection, place, now)
        return blocks.reminder_ended(
            ids.EndedRef(found.place, found.schedule, found.zone, found.created_by, found.created_at)
        )

    return await context.database.write(work)


async def _now(context: Context, call: CommandCall, place: str, order: Order) -> Reply:
    """Show the digest to this person alone; without any reminder as the plainest one would be."""
    found = await context.database.read(lambda connection: reminders.of_place(connection, place))
    words = _chosen(found, order).schedule if found or order.number else "daily 9:00"
    if not reminders.is_person(place):
        pages = await render(context, words, Place(place))
    else:
        if await context.database.read(lambda connection: people.login_of(connection, place)) is None:
            raise UserError(_UNLINKED)
        shared = await context.slack.channels_of(call.user)
        pages = await render(context, words, Place(place, personal=True, channels=tuple(shared)))
    return blocks.preview(pages) if pages else blocks.nothing_waits(place)


async def _deadline(context: Context, call: CommandCall, text: str) -> Reply:
    repo, _, hours = text.partition(" ")
    if not repo:
        raise UserError("Say for which repository, such as `/patchforge remind sla owner/repo 8h`, or `off`.")
    name, now = parse_repository(repo), context.clock.now()
    if hours.strip():
        await require_owner(context, call)
    return await context.database.write(
        lambda connection: _set_deadline(connection, call, name, hours.strip(), now)
    )


def _set_deadline(connection: Connection, call: CommandCall, repo: str, hours: str, now: datetime) -> Reply:
    if next(Routes(subscriptions.of_channel(connection, call.channel)).candidates(repo), None) is None:
        raise UserError(
            f"This channel does not follow {shown(repo)}; set its deadlines where it is followed, or "
            f"`/patchforge subscribe {repo}` first."
        )
    known = slas.of_repo(connection, repo)
    if not hours:
        return blocks.deadlines(repo, known.ladder if known else None, calendar=_CALENDAR)
    file = known.source if known else None
    if hours.lower() == "off":
        if file is not None:
            raise UserError(
                f"The file {shown(file)} sets the deadlines of {shown(repo)}; take them out there, or set "
                "others here, which prevail."
            )
        slas.remove(connection, repo)
        configurations.subscribed(connection, repo, now=now)
        return blocks.deadlines(repo, None, removed=known is not None)
    ladder = parse_ladder(hours)
    # When time counts, nobody has said anew.
    slas.put(connection, Sla(repo, ladder.hours, now, call.user, known.calendar if known else None))
    profiles.ask(connection, call.user, now=now)
    configurations.subscribed(connection, repo, now=now)
    prevails = f" This prevails over the file of {file}, until `off`." if file else ""
    return blocks.deadlines(repo, ladder.hours, calendar=_CALENDAR + prevails)


async def _move(context: Context, call: CommandCall, said: Mapping[str, str]) -> Reply:
    """Let the channel go by another clock or other holidays, and its reminders with it."""
    if call.channel.startswith("D"):
        raise UserError("Your own reminders go by your Slack profile; type this in the channel it is about.")
    now = context.clock.now()

    def work(connection: Connection) -> Reply:
        channels.set_where(connection, call.channel, said, user=call.user, now=now)
        zone, country = channels.where(connection, call.channel)
        for one in reminders.of_place(connection, call.channel):
            if one.next_at is None:
                continue
            if zone and one.zone:
                moment = planning.moved(connection, one, zone, after=now)
                reminders.plan(connection, one.id, moment, zone=zone)
            else:
                reminders.plan(connection, one.id, planning.following(connection, one, after=now))
        return blocks.whereabouts(zone, country)

    return await context.database.write(work)


def _let_files_follow(connection: Connection, place: str, now: datetime) -> list[str]:
    """Let the files that speak for a place give way to what is set by hand; say so of those that asked."""
    sources = [] if reminders.is_person(place) else permissions.of_channel(connection, place)
    for source in sources:
        configurations.ask_application(connection, source, now=now)
    files = dict.fromkeys(one.source for one in reminders.of_place(connection, place) if one.source)
    return [f"It replaces what the file of {file} asks for here, until it is ended." for file in files]


async def _zone_in_slack(context: Context, user: str) -> str | None:
    """Return the person's zone as Slack tells it now; None if it does not, or takes too long."""
    try:
        async with asyncio.timeout(_SLACK_WITHIN):
            zone = str((await context.slack.user(user)).get("tz") or "")
    except (TimeoutError, Permanent, RetryLater):
        return None
    return zone_of(zone).key if is_zone(zone) else None


def _chosen(found: Sequence[reminders.Reminder], order: Order) -> reminders.Reminder:
    """Return the reminder that is meant: the only one, or the one with the number."""
    if not found:
        raise UserError("No reminder is set here; `/patchforge remind weekdays 09:30` sets one.")
    if order.number is None and len(found) > 1:
        raise UserError(
            f"There are {len(found)} reminders here; write which, such as "
            f"`/patchforge remind {order.action} 1`. `/patchforge remind list` shows their numbers."
        )
    number = order.number or 1
    if number > len(found):
        raise UserError(f"There is no reminder {number} here; `/patchforge remind list` shows their numbers.")
    return found[number - 1]


def _require_room(connection: Connection, place: str, words: str) -> None:
    found = reminders.of_place(connection, place)
    if len(found) >= _MOST and all(one.schedule != words for one in found):
        raise UserError(
            f"There are {_MOST} reminders here already; end one first, with `/patchforge remind off 1`."
        )


def _confirmation(connection: Connection, place: str, words: str, *, notes: Sequence[str] = ()) -> Reply:
    found = reminders.of_place(connection, place)
    number = next(at for at, one in enumerate(found, 1) if one.schedule == words)
    return blocks.reminder_set(_view(found[number - 1]), number, notes=notes)


def _view(reminder: reminders.Reminder) -> ReminderView:
    wanted = planning.stored(reminder.schedule)
    zone = (wanted.schedule.zone if wanted else "") or reminder.zone
    return ReminderView(
        place=reminder.place,
        words=reminder.schedule,
        zone=zone_of(zone).key,
        next_at=reminder.next_at,
        created_by=reminder.created_by,
    )


_ORDERS = {Action.LIST: _list, Action.OFF: _off, Action.NOW: _now}
