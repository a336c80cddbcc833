"""Accounts that were renamed or deleted on GitHub: looked at once a day, followed by their number."""

from datetime import timedelta

from sqlalchemy import Connection

from blocks import people as blocks
from bot.clients.github.people import Profile
from bot.context import Context
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.people import anew
from handlers.people.proofs import nearby
from handlers.people.telling import tell
from storage import jobs, people

# What was linked just now need not be looked at.
_YOUNG = timedelta(days=1)


async def sweep(context: Context, job: Job) -> Finish:
    """Ask for every link that is not of today to be looked at."""
    del job
    now = context.clock.now()
    if context.github is None:
        return Finish({"skipped": "no GitHub token is configured"})

    def record(connection: Connection) -> None:
        for one in people.every(connection):
            if one.created_at + _YOUNG <= now:
                jobs.enqueue(
                    connection,
                    "people.account",
                    f"account:{one.slack_user}",
                    payload={"user": one.slack_user},
                    now=now,
                    priority=jobs.HOUSEKEEPING,
                    again=True,
                )

    return Finish({}, record)


async def look(context: Context, job: Job) -> Finish:
    """Follow one account to its present login; end the link of one that GitHub no longer knows."""
    user = job.payload["user"]

    def known(connection: Connection) -> tuple[people.Person | None, str]:
        return people.of_user(connection, user), nearby(connection)

    person, near = await context.database.read(known)
    if person is None or context.github is None:
        return Finish({"skipped": "not linked"})
    accounts = context.github.people
    found = (
        await accounts.numbered(person.github_id, near)
        if person.github_id is not None
        else await accounts.named(person.login, near)
    )

    def record(connection: Connection) -> None:
        if people.of_user(connection, user) == person:
            _settle(context, connection, person, found)

    return Finish({"login": found.login if found else None}, record)


def _settle(context: Context, connection: Connection, person: people.Person, found: Profile | None) -> None:
    now, user = context.clock.now(), person.slack_user
    if found is None:
        people.unlink(connection, user)
        tell(connection, user, blocks.account_gone(person.login), why="gone", now=now)
    elif found.login == person.login:
        people.numbered(connection, user, found.id)
        return
    elif people.renamed(connection, user, found.login):
        people.numbered(connection, user, found.id)
        if found.login.lower() != person.login.lower():
            tell(connection, user, blocks.renamed(person.login, found.login), why="renamed", now=now)
    anew.show(connection, logins=[person.login, found.login if found else None], now=now, actor=user)
