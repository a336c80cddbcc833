"""Tell admins of a file on the default branch that is not right, once for each version."""

from sqlalchemy import Connection

from blocks import configuration as blocks
from bot.configuration.effective import File
from bot.configuration.load import Reading
from bot.configuration.problems import MOST
from bot.configuration.words import faulty_in_words
from bot.context import Context
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.configuration.reading import problems_of
from storage import configurations, jobs, people, permissions
from storage.configurations import Kept


async def report(context: Context, job: Job) -> Finish:
    """Find out whom to tell: who allowed the file anything, and the linked admins of the workspace."""
    source, digest, now = job.payload["source"], job.payload["digest"], context.clock.now()

    def look(connection: Connection) -> tuple[set[str], set[str]]:
        owner = source.partition("/")[0]
        allowed = {one.allowed_by for one in permissions.of_owner(connection, owner) if one.source == source}
        return allowed, {one.slack_user for one in people.every(connection)}

    allowed, known = await context.database.read(look)
    if not allowed:
        return Finish({"skipped": "nobody has allowed this file anything"})
    admins = {
        str(one["id"])
        for one in await context.slack.users()
        if (one.get("is_admin") or one.get("is_owner")) and not one.get("deleted")
    }

    def record(connection: Connection) -> None:
        for user in sorted(allowed | (admins & known)):
            jobs.enqueue(
                connection,
                "configuration.tell",
                f"configuration-wrong:{digest}:{user}",
                payload={"source": source, "user": user},
                now=now,
            )

    return Finish({"told": len(allowed | (admins & known))}, record)


async def tell(context: Context, job: Job) -> Finish:
    """Send one admin what is wrong, unless it was mended; an attempt whose fate is unknown is repeated."""
    source, user = job.payload["source"], job.payload["user"]
    kept = await context.database.read(lambda connection: configurations.get(connection, source))
    if kept is None or not kept.problems:
        return Finish({"skipped": "it was mended"})
    message = blocks.problems(faulty_in_words(*faulty(kept, context.settings.github_web_url)))
    ts = await context.slack.post(user, message, key=job.key)
    return Finish({"told": user, "ts": ts})


def faulty(kept: Kept, web: str) -> tuple[File, str, File | None]:
    """Return the version that is not right, GitHub's address, and the version in force instead."""
    found = problems_of(kept)
    newest = File(kept.repo, kept.seen_commit or "HEAD", Reading(None, found, more=len(found) >= MOST))
    instead = File(kept.repo, kept.commit, Reading(None)) if kept.commit else None
    return newest, web, instead
