"""Put in force what files ask for, in one transaction; what people set themselves is never touched."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.configuration.document import Subscription as Wanted
from bot.configuration.plan import Deadlines, Wishes
from bot.models import Subscription
from bot.reminders.planning import first, stored, zone_for
from handlers.configuration.knowing import BY_FILE
from storage import groups, homes, permissions, reminders, slas, subscriptions
from storage.slas import Sla


def put(
    connection: Connection,
    owner: str,
    wishes: Wishes,
    usergroups: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, int]:
    """Make the wishes of an owner's files what is in force, and count what changed by kind.

    `usergroups` are the ids of Slack's user groups by handle.
    """
    allowed = {(one.source, one.channel): one.allowed_by for one in permissions.of_owner(connection, owner)}
    changed = {
        "subscriptions": _subscriptions(connection, owner, wishes, allowed, now),
        "reminders": _reminders(connection, owner, wishes, allowed, now),
        "deadlines": _deadlines(connection, owner, wishes, now),
        "teams": _teams(connection, owner, wishes, usergroups, now),
    }
    if changed["subscriptions"]:
        homes.mark_stale(connection, now=now)
    return changed


def withdraw(connection: Connection, channel: str, source: str, *, now: datetime) -> None:
    """End at once all that a file put in force in a channel."""
    for one in subscriptions.of_channel(connection, channel):
        if one.source == source:
            subscriptions.remove(connection, one.id)
    for reminder in reminders.of_place(connection, channel):
        if reminder.source == source:
            reminders.remove(connection, reminder.id)
    homes.mark_stale(connection, now=now)


def _subscriptions(
    connection: Connection,
    owner: str,
    wishes: Wishes,
    allowed: Mapping[tuple[str, str], str],
    now: datetime,
) -> int:
    changed = 0
    standing = {(one.channel, one.repo): one for one in subscriptions.of_owner(connection, owner)}
    standing |= {(one.channel, one.repo): one for one in subscriptions.of_source(connection, owner)}
    for (channel, repo), (source, wanted) in wishes.subscriptions.items():
        known = standing.get((channel, repo))
        user = allowed.get((source, channel))
        if user is None or (known and (known.source is None or _same(known, source, wanted))):
            continue
        subscriptions.put(
            connection,
            channel=channel,
            repo=repo,
            features=wanted.features,
            filter_text=wanted.filter,
            user=user,
            now=now,
            broadcast=wanted.broadcast,
            excluded=wanted.excluded,
            source=source,
        )
        changed += 1
    for place, one in standing.items():
        if one.source is not None and place not in wishes.subscriptions:
            subscriptions.remove(connection, one.id)
            changed += 1
    return changed


def _same(known: Subscription, source: str, wanted: Wanted) -> bool:
    return (known.source, known.features, known.filter, known.broadcast, known.excluded) == (
        source,
        wanted.features,
        wanted.filter,
        wanted.broadcast,
        wanted.excluded,
    )


def _reminders(
    connection: Connection,
    owner: str,
    wishes: Wishes,
    allowed: Mapping[tuple[str, str], str],
    now: datetime,
) -> int:
    changed = 0
    standing = {(one.place, one.schedule): one for one in reminders.of_source(connection, owner)}
    for place, one in standing.items():
        if wishes.reminders.get(place) != one.source:
            reminders.remove(connection, one.id)
            changed += 1
    for (channel, schedule), source in wishes.reminders.items():
        user, wanted = allowed.get((source, channel)), stored(schedule)
        known = standing.get((channel, schedule))
        own = [one for one in reminders.of_place(connection, channel) if one.source is None]
        if user is None or wanted is None or own or (known and known.source == source):
            continue
        zone = zone_for(connection, wanted, channel, user=user)
        reminders.add(
            connection,
            place=channel,
            schedule=schedule,
            zone=zone,
            user=user,
            now=now,
            next_at=first(connection, wanted, channel, zone, after=now),
            source=source,
        )
        changed += 1
    return changed


def _deadlines(connection: Connection, owner: str, wishes: Wishes, now: datetime) -> int:
    changed = 0
    standing = {one.repo: one for one in slas.every(connection)}
    for repo, (source, wanted) in wishes.deadlines.items():
        known = standing.get(repo)
        calendar = _calendar(wanted)
        same = known and (known.source, known.ladder, known.calendar) == (
            source,
            wanted.ladder.hours,
            calendar,
        )
        if not same and (known is None or known.source is not None):
            slas.put(connection, Sla(repo, wanted.ladder.hours, now, None, calendar, source))
            changed += 1
    for repo, one in standing.items():
        if (one.source or "").startswith(f"{owner}/") and repo not in wishes.deadlines:
            slas.remove(connection, repo)
            changed += 1
    return changed


def _calendar(wanted: Deadlines) -> dict[str, Any] | None:
    if wanted.calendar is None:
        return None
    starts, ends = wanted.calendar.starts, wanted.calendar.ends
    return {
        "zone": wanted.calendar.zone,
        "days": list(wanted.calendar.days),
        "starts": starts.hour * 60 + starts.minute,
        "ends": ends.hour * 60 + ends.minute,
        "country": wanted.calendar.country,
    }


def _teams(
    connection: Connection, owner: str, wishes: Wishes, usergroups: Mapping[str, str], now: datetime
) -> int:
    changed = 0
    standing = {one.team: one for one in groups.every(connection) if one.team.startswith(f"{owner}/")}
    for team, (named, routing) in wishes.teams.items():
        known = standing.get(team)
        usergroup = usergroups.get(named[1:].lower()) if named and named.startswith("@") else named
        same = known and (known.usergroup, known.routing) == (usergroup, routing)
        if not same and (known is None or known.set_by == BY_FILE):
            groups.put(connection, team, usergroup=usergroup, routing=routing, user=BY_FILE, now=now)
            changed += 1
    for team, one in standing.items():
        if one.set_by == BY_FILE and team not in wishes.teams:
            groups.remove(connection, team)
            changed += 1
    return changed
