"""Reminders at their moments: the clock's tick asks for each digest once, and a job posts its pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from blocks.reminders import digest, reminder_paused
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.messages.show import SHUT_OUT
from bot.models import Job, SlackMessage
from bot.reminders import planning
from handlers.reminders.gathering import Glance, Place, gather
from storage import jobs, profiles, reminders
from storage.reminders import Reminder

# A digest that is later than this helps nobody any more: the next one comes.
LATEST = timedelta(hours=4)
# Slack is asked so long before whether the person is away, and in which zone.
_BEFORE = timedelta(minutes=30)
# What Slack says of people who cannot be written to any more.
_LEFT = frozenset({"user_not_found", "user_disabled", "account_inactive", "channel_not_found"})


async def tick(context: Context, job: Job) -> Finish:
    """Ask for every digest whose moment has come, and plan its next one in the same transaction."""
    del job
    now = context.clock.now()
    return Finish({}, lambda connection: due(connection, now))


def due(connection: Connection, now: datetime) -> None:
    """Ask for the digests whose moment has come, and plan the next one of each."""
    for reminder, zone in reminders.moved(connection):
        moment = planning.moved(connection, reminder, zone, after=now)
        if reminder.next_at is not None and reminder.next_at > now:
            reminders.plan(connection, reminder.id, moment, zone=zone)
    for reminder in reminders.due(connection, now + _BEFORE):
        moment = reminder.next_at
        if moment is None or moment > now:
            if reminder.personal:
                profiles.ask(connection, reminder.place, now=now)
            continue
        moment, following = _last(connection, reminder, moment, now)
        if now - moment <= LATEST:
            jobs.enqueue(
                connection,
                "reminder.send",
                f"reminder:{reminder.id}:{moment:%Y%m%dT%H%M}",
                lane=None if reminder.personal else reminder.place,
                payload={"reminder": reminder.id, "at": moment.isoformat()},
                now=now,
            )
        reminders.plan(connection, reminder.id, following)


def _last(
    connection: Connection, reminder: Reminder, moment: datetime, now: datetime
) -> tuple[datetime, datetime | None]:
    """Return the last of the moments that were missed from this one on, and the one to come."""
    following = planning.following(connection, reminder, after=moment)
    while following is not None and following <= now:
        moment, following = following, planning.following(connection, reminder, after=following)
    return moment, following


async def send(context: Context, job: Job) -> Finish:
    """Post the digest, each page once: later pages stand in the thread of the first."""
    now = context.clock.now()
    reminder = await context.database.read(
        lambda connection: reminders.get(connection, job.payload["reminder"])
    )
    if reminder is None:
        return Finish({"skipped": "the reminder was ended"})
    if now - datetime.fromisoformat(job.payload["at"]) > LATEST:
        return Finish({"skipped": "it would come too late"})
    try:
        return await (_send_person if reminder.personal else _send_channel)(context, job, reminder)
    except Permanent as refused:
        if reminder.personal and refused.code in _LEFT:
            place = reminder.place
            return Finish({"ended": refused.code}, lambda connection: _end(connection, place))
        if not reminder.personal and refused.code in SHUT_OUT:
            return _pause(reminder, job, refused.code, now)
        raise


async def _send_channel(context: Context, job: Job, reminder: Reminder) -> Finish:
    pages = await render(context, reminder.schedule, Place(reminder.place))
    return await _post(context, job, reminder.place, pages) if pages else Finish({"silent": True})


async def _send_person(context: Context, job: Job, reminder: Reminder) -> Finish:
    user, now = reminder.place, context.clock.now()
    profile = await context.database.read(lambda connection: profiles.get(connection, user))
    if profile.deleted:
        return Finish({"ended": "the person left"}, lambda connection: _end(connection, user))
    if profile.is_away(now):
        return Finish({"skipped": "the person is away"})
    channels = await context.slack.channels_of(user)
    pages = await render(context, reminder.schedule, Place(user, personal=True, channels=tuple(channels)))
    if not pages:
        return Finish({"silent": True})
    return await _post(context, job, await context.slack.open_direct(user), pages)


async def render(context: Context, words: str, place: Place) -> list[SlackMessage]:
    """Return the pages of a reminder's digest as it would be now; none when it is silent."""
    wanted = planning.stored(words)
    if wanted is None:
        return []
    glance = Glance(context.clock.now(), context.settings.github_web_url)
    view = await context.database.read(lambda connection: gather(connection, place, wanted, glance))
    return digest(view) if view else []


async def _post(context: Context, job: Job, channel: str, pages: Sequence[SlackMessage]) -> Finish:
    """Post what is not posted yet; what an attempt before this one may have posted is looked up."""
    posted: list[str] = list(job.payload.get("posted", ()))
    suspect = job.suspect
    for number in range(len(posted), len(pages)):
        key, thread = f"{job.key}:{number + 1}", posted[0] if posted else None
        found = await context.slack.find(channel, key, thread_ts=thread) if suspect else None
        ts = found or await context.slack.post(channel, pages[number], key=key, thread_ts=thread)
        suspect = False
        posted.append(ts)
        if number + 1 < len(pages):
            await _remember(context, job, posted)
    return Finish({"posted": len(pages), "ts": posted[0], "channel": channel})


async def _remember(context: Context, job: Job, posted: list[str]) -> None:
    done = list(posted)
    await context.database.write(lambda connection: jobs.amend(connection, job, posted=done))


def _pause(reminder: Reminder, job: Job, code: str, now: datetime) -> Finish:
    """Let a reminder rest whose channel takes nothing, and let whoever set it know."""

    def work(connection: Connection) -> None:
        reminders.plan(connection, reminder.id, None)
        jobs.enqueue(
            connection,
            "reminder.paused",
            f"{job.key}:paused",
            payload={
                "user": reminder.created_by,
                "place": reminder.place,
                "words": reminder.schedule,
                "code": code,
            },
            now=now,
        )

    return Finish({"paused": code}, work)


async def paused(context: Context, job: Job) -> Finish:
    """Tell whoever set a reminder that it is paused."""
    told = job.payload
    message = reminder_paused(told["place"], told["words"], told["code"])
    channel = await context.slack.open_direct(told["user"])
    found = await context.slack.find(channel, job.key) if job.suspect else None
    ts = found or await context.slack.post(channel, message, key=job.key)
    return Finish({"told": told["user"], "ts": ts})


def _end(connection: Connection, user: str) -> None:
    reminders.end(connection, user)
