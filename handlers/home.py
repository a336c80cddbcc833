"""App Home: what waits for me, published again when it would show something else."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from blocks import home as blocks
from blocks import pulls
from blocks.notes import DraftView
from blocks.subscriptions import SubscriptionView
from bot.context import Context
from bot.errors import Permanent
from bot.facts.project import Change
from bot.filters.language import explain, stored_filter
from bot.health import Report, look
from bot.ledger.policy import PERSON, TICK
from bot.ledger.worker import Finish
from bot.models import Job
from bot.reminders.personal import Line, turns_of
from bot.subscriptions import listening
from handlers.feature import Feature, Schedule
from handlers.notes.showing import draft_view
from handlers.reminders import counting
from storage import facts, homes, jobs, notes, people, subscriptions

# Who has not looked for so long is served when they look again.
_REMEMBERED = timedelta(days=14)


def on_change(connection: Connection, change: Change) -> None:
    """Ask for a look at the open Homes."""
    if change.pulls:
        homes.mark_stale(connection, now=change.now)


async def _opened(context: Context, event: Mapping[str, Any]) -> None:
    """Ask for the page of the person who looks; without `view` Slack has none to show them."""
    if event.get("tab") != "home":
        return
    user, now = str(event["user"]), context.clock.now()
    await context.database.write(
        lambda connection: jobs.enqueue(
            connection,
            "home.open",
            f"home.open:{user}",
            ordering=f"home:{user}",
            payload={"user": user, "blank": not event.get("view")},
            now=now,
            priority=jobs.PERSON,
            again=True,
        )
    )


async def _left(context: Context, event: Mapping[str, Any]) -> None:
    """Show a person who left a channel no more of it."""
    user, channel, now = str(event["user"]), str(event["channel"]), context.clock.now()

    def record(connection: Connection) -> None:
        if homes.left(connection, user, channel):
            homes.ask_show(connection, user, now=now, priority=jobs.PERSON)

    await context.database.write(record)


async def _open(context: Context, job: Job) -> Finish:
    """Read anew which channels the person shares with the bot, and ask for their page."""
    user, now = job.payload["user"], context.clock.now()
    channels = await context.slack.channels_of(user)

    def record(connection: Connection) -> None:
        homes.opened(connection, user, channels, blank=job.payload["blank"], now=now)
        homes.ask_show(connection, user, now=now, priority=jobs.PERSON)

    return Finish({"channels": len(channels)}, record)


async def _sweep(context: Context, job: Job) -> Finish:
    """Ask for every Home that was opened lately to be looked at."""
    del job
    now = context.clock.now()

    def record(connection: Connection) -> None:
        for user in homes.open_since(connection, now - _REMEMBERED):
            homes.ask_show(connection, user, now=now, priority=jobs.HOUSEKEEPING)

    return Finish({}, record)


async def _show(context: Context, job: Job) -> Finish:
    """Publish the Home of one person if it would show something else."""
    user = job.payload["user"]
    view, shown = await context.database.read(lambda connection: _look(context, connection, user))
    # The moment of the look is no change.
    digest = hashlib.blake2b(msgspec.json.encode(view.blocks_without_time), digest_size=16).hexdigest()
    if digest == shown:
        return Finish({"unchanged": True})
    await context.slack.publish_home(user, view.blocks)
    return Finish({"published": True}, lambda connection: homes.shown(connection, user, digest))


class _Page:
    """A rendered Home, with the moment in it and without."""

    def __init__(self, view: blocks.HomeView, epoch: blocks.HomeView) -> None:
        self.blocks = blocks.home(view)
        self.blocks_without_time = blocks.home(epoch)


def _look(context: Context, connection: Connection, user: str) -> tuple[_Page, str | None]:
    row = homes.get(connection, user)
    if row is None:
        raise Permanent("the person never opened Home")
    login, now = people.login_of(connection, user), context.clock.now()
    followed = subscriptions.of_channels(connection, row["channels"])
    by_channel: dict[str, list[SubscriptionView]] = defaultdict(list)
    for found in followed:
        words = explain(stored_filter(found.filter))
        by_channel[found.channel].append(SubscriptionView(found, words))
    mine, waiting = _pulls(connection, login, listening.repos_of(connection, followed), now)
    noted = listening.repos_of(connection, [found for found in followed if "notes" in found.features])
    lines = (*mine[: blocks.SHOWN], *waiting[: blocks.SHOWN])
    awaited = [(line.facts.pull, line.waiting.who) for line in lines if line.waiting]
    values: dict[str, Any] = {
        "web_url": context.settings.github_web_url,
        "login": login,
        "waiting_for_me": waiting,
        "my_pulls": mine,
        "drafts_to_approve": _drafts(context, connection, login, noted),
        "subscriptions": by_channel,
        "health": health_line(look(connection, now=now)),
        "figures": counting.of_repos(connection, listening.repos_of(connection, followed)),
        "people": people.named_in(connection, awaited),
    }
    view = blocks.HomeView(**values, updated=now)
    still = blocks.HomeView(**values, updated=datetime.fromtimestamp(0, now.tzinfo))
    return _Page(view, still), row["shown"]


def _pulls(
    connection: Connection, login: str | None, repos: set[str], now: datetime
) -> tuple[tuple[blocks.PullLine, ...], tuple[blocks.PullLine, ...]]:
    """Return the person's open pull requests that wait for others, and all that wait for the person."""
    if login is None:
        return (), ()
    waiting, own = turns_of(connection, login, repos, now=now)
    return tuple(map(_line, own)), tuple(map(_line, waiting))


def _line(found: Line) -> blocks.PullLine:
    return blocks.PullLine(found.facts, found.turn, found.mine.action if found.mine else "")


def _drafts(
    context: Context, connection: Connection, login: str | None, repos: set[str]
) -> tuple[DraftView, ...]:
    """Return the open drafts that this person may approve: known, and not their author."""
    if login is None:
        return ()
    found = []
    for row in notes.open_drafts(connection, repos):
        authors = {author.lower() for author in row["evidence"]["extra"].get("authors", ())}
        pull = facts.pull(connection, row["pull_id"])
        if pull is not None and login.lower() not in authors:
            found.append(draft_view(context, connection, row, pull))
    return tuple(found)


def health_line(report: Report) -> str:
    """Say in one line how PatchForge is doing, without numbers that change while nothing else does."""
    lost = report.parked + report.failed
    if report.problems:
        return "Running late; see /patchforge status"
    if lost:
        return f"Running, but {pulls.count(lost, 'thing')} could not be done; see /patchforge status"
    return "Everything works"


FEATURE = Feature(
    name="home",
    slack_events={"app_home_opened": _opened, "member_left_channel": _left},
    on_change=on_change,
    jobs={"home.open": _open, "home.sweep": _sweep, "home.show": _show},
    policies={"home.open": PERSON, "home.sweep": TICK, "home.show": PERSON},
    schedules=(Schedule("home.sweep", timedelta(minutes=5)),),
)
