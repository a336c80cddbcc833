"""A person's own data: all of it in a direct message, and the forgetting of it."""

import msgspec
from sqlalchemy import Connection

from blocks import ids
from blocks import people as blocks
from bot.context import Context
from bot.errors import Permanent, UserError
from bot.ledger.worker import Finish
from bot.models import Job, SlackMessage
from handlers.feature import Click, CommandCall, Reply
from handlers.people import anew, device
from handlers.people.telling import tell
from storage import homes, jobs, people, privacy


async def run(context: Context, call: CommandCall) -> Reply:
    """Hand out a person's own data, or ask whether it is to be forgotten."""
    word = call.text.strip().lower()
    if word == "export":
        return await _export(context, call.user)
    if word == "forget":
        return blocks.ask_to_forget(call.user)
    raise UserError(
        "Type `/patchforge privacy export` to get everything I keep about you, or `/patchforge privacy "
        "forget` to have it forgotten."
    )


async def forget(context: Context, click: Click) -> Reply:
    """Forget the person who pressed the button; pressing it again changes nothing more."""
    if ids.decode(ids.UserRef, click.value).user != click.user:
        raise UserError(
            "That button is for somebody else; type `/patchforge privacy forget` for your own data."
        )
    now = context.clock.now()

    def record(connection: Connection) -> SlackMessage:
        device.give_up(connection, click.user, now)
        login = people.login_of(connection, click.user)
        had_home = homes.get(connection, click.user) is not None
        found = privacy.forget(connection, click.user, now=now)
        if had_home:
            jobs.enqueue(
                connection,
                "people.blank",
                f"blank:{click.user}",
                payload={"user": click.user},
                now=now,
                priority=jobs.PERSON,
                again=True,
            )
        anew.show(connection, logins=[login], now=now)
        return blocks.forgotten(found)

    return await context.database.write(record)


async def blank(context: Context, job: Job) -> Finish:
    """Empty the Home of somebody who was forgotten, unless they opened it again."""
    user = job.payload["user"]
    if await context.database.read(lambda connection: homes.get(connection, user)):
        return Finish({"skipped": "opened again"})
    try:
        await context.slack.publish_home(user, blocks.blank_home())
    except Permanent as error:
        return Finish({"skipped": error.code})
    return Finish({"published": True})


async def _export(context: Context, slack_user: str) -> Reply:
    now = context.clock.now()

    def record(connection: Connection) -> SlackMessage:
        kept = privacy.export(connection, slack_user)
        text = msgspec.json.format(msgspec.json.encode(kept), indent=2).decode()
        pages = blocks.pages(text)
        for number, page in enumerate(pages):
            tell(connection, slack_user, page, why="export", now=now, part=number)
        return blocks.exported(len(pages))

    return await context.database.write(record)
