"""Put what an owner's files say in force: channels and user groups are looked up in Slack first."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.configuration.plan import Wishes, plan
from bot.context import Context
from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job
from handlers.configuration import belonging
from handlers.configuration.knowing import Known, known
from handlers.configuration.putting import put


async def apply(context: Context, job: Job) -> Finish:
    """Make what the files of an owner ask for what is in force."""
    owner, now = job.payload["owner"], context.clock.now()
    channels = await context.slack.own_channels()
    found, trusted = await context.database.read(
        lambda connection: (known(connection, owner), belonging.trusted(connection))
    )
    wishes, wanted = await asyncio.to_thread(lambda: (_plan(found, channels), belonging.wanted(trusted)))
    usergroups = await _usergroups(context, wishes)

    def record(connection: Connection) -> None:
        put(connection, owner, wishes, usergroups, now=now)
        belonging.link_all(connection, wanted, now=now)

    return Finish({"subscriptions": len(wishes.subscriptions), "reminders": len(wishes.reminders)}, record)


def _plan(found: Known, channels: Sequence[tuple[str, str]]) -> Wishes:
    workspace = found.workspace(channels, {})
    return plan(found.owner, found.files(), workspace, found.repos, found.settled.keys())


async def _usergroups(context: Context, wishes: Wishes) -> dict[str, str]:
    """Return the ids of user groups by handle, if any is asked for by that; none if Slack does not tell."""
    if not any((named or "").startswith("@") for named, _ in wishes.teams.values()):
        return {}
    try:
        alive = await context.slack.user_groups()
    except Permanent:
        return {}
    return {str(one["handle"]).lower(): str(one["id"]) for one in alive}
