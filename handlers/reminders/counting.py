"""The weekly figures: counted now and then for all repositories, so that a Home only reads them."""

from collections.abc import Collection, Mapping
from datetime import timedelta

import msgspec
from sqlalchemy import Connection

from blocks.reminders import Week
from bot.context import Context
from bot.ledger.worker import Finish
from bot.models import Job
from bot.reminders.deadlines import calendar_of
from bot.reminders.figures import WEEKS, Course, weekly
from storage import figures, slas, subscriptions

EVERY = timedelta(minutes=10)


async def count(context: Context, job: Job) -> Finish:
    """Count the figures of the repositories that are followed; the next look at each Home shows them."""
    del job
    now = context.clock.now()

    def look(connection: Connection) -> dict[str, tuple[Week, ...]]:
        repos = subscriptions.repos(connection)
        if not repos:
            return {}
        found = figures.courses(connection, repos, since=now - timedelta(weeks=WEEKS + 1))
        courses = [
            Course(row["repo"], row["created_at"], row["ready_at"], row["first_review_at"], row["merged_at"])
            for row in found
        ]
        calendars = {sla.repo: calendar_of(sla, zone=None, country=None) for sla in slas.every(connection)}
        return weekly(courses, now, calendars)

    counted = await context.database.read(look)

    def record(connection: Connection) -> None:
        for repo, weeks in counted.items():
            figures.put(connection, repo, msgspec.to_builtins(weeks), now=now)

    return Finish({"repositories": len(counted)}, record)


def of_repos(connection: Connection, repos: Collection[str]) -> Mapping[str, tuple[Week, ...]]:
    """Return the figures of repositories that have any, those with most to tell first."""
    found = {
        repo: msgspec.convert(weeks, tuple[Week, ...])
        for repo, weeks in figures.of_repos(connection, repos).items()
    }
    told = {
        repo: sum(week.review.count + week.merge.count for week in weeks) for repo, weeks in found.items()
    }
    return {repo: found[repo] for repo in sorted(found, key=lambda repo: (-told[repo], repo)) if told[repo]}
