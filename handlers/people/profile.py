"""When I work, and how I hear of things: what a person chooses, and what Slack tells of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from blocks import people as blocks
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job
from bot.people.away import away_until
from bot.people.choices import format_days, format_hours, parse_choice
from bot.people.working import calendar
from handlers.feature import CommandCall, Reply
from handlers.people import anew
from storage import homes, people, profiles
from storage.profiles import FOREVER, Profile


async def me(context: Context, call: CommandCall) -> Reply:
    """Show or change when a person works and how they hear of things."""
    now = context.clock.now()
    if call.text.strip():
        chosen = parse_choice(call.text)

        def record(connection: Connection) -> Reply:
            profiles.ask(connection, call.user, now=now)
            return blocks.me(_words(profiles.choose(connection, call.user, **chosen), now))

        return await context.database.write(record)
    known = await context.database.read(lambda connection: profiles.get(connection, call.user))
    if known.is_stale(now):
        known = await _read(context, call.user) or known
    return blocks.me(_words(known, now))


async def changed(context: Context, event: Mapping[str, Any]) -> None:
    """Take in that a person changed their status or time zone, or left."""
    user, now = event["user"], context.clock.now()
    # Slack tells of everybody, most of whom are nobody's business here.

    def record(connection: Connection) -> None:
        if profiles.is_known(connection, user["id"]):
            _heard(connection, user, now)

    await context.database.write(record)


async def read(context: Context, job: Job) -> Finish:
    """Ask Slack about one person."""
    found = await _read(context, job.payload["user"])
    return Finish({"known": found is not None})


async def _read(context: Context, slack_user: str) -> Profile | None:
    """Ask Slack about a person and keep what it tells; None for one whom it does not know."""
    now = context.clock.now()
    try:
        user = await context.slack.user(slack_user)
    except Permanent as error:
        if error.code not in {"user_not_found", "user_not_visible", "users_not_found"}:
            raise
        # Not visible is a stranger from a channel that was shared once.
        user = {"id": slack_user, "deleted": True}
    return await context.database.write(lambda connection: _heard(connection, user, now))


def _heard(connection: Connection, user: Mapping[str, Any], now: datetime) -> Profile:
    profile = user.get("profile") or {}
    slack_user = str(user["id"])
    before = profiles.get(connection, slack_user)
    known = profiles.heard(
        connection,
        slack_user,
        zone=str(user.get("tz") or "") or None,
        away_until=away_until(
            str(profile.get("status_emoji") or ""),
            str(profile.get("status_text") or ""),
            int(profile.get("status_expiration") or 0),
            now,
        ),
        deleted=bool(user.get("deleted")),
        now=now,
    )
    if known.deleted and not before.deleted:
        homes.forget(connection, slack_user)
    if known.deleted != before.deleted:
        anew.show(connection, logins=[people.login_of(connection, slack_user)], now=now)
    return known


def _words(known: Profile, now: datetime) -> blocks.Me:
    works = calendar(known)
    starts, ends = (works.starts, works.ends)
    away = known.away_until if known.is_away(now) else None
    return blocks.Me(
        hours=format_hours(starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute),
        days=format_days(works.days),
        zone=known.zone or "",
        country=known.country or "",
        dms=known.dms,
        away_until=None if away is None or away >= FOREVER else away,
        endless=away is not None and away >= FOREVER,
    )
