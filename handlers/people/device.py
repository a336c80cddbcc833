"""GitHub's device flow: the person types a code on GitHub, a job asks whether they have."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from blocks import people as blocks
from bot.clients.github.device import Proven, Waiting
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.ledger.worker import Finish
from bot.models import Job, SlackMessage
from bot.sealing import seal, unseal
from handlers.people import anew
from handlers.people.telling import tell
from storage import jobs, people

KIND = "people.device"


async def start(context: Context, slack_user: str) -> SlackMessage:
    """Ask GitHub for a code, show it, and let a job ask from now on whether it was typed in."""
    assert context.device_flow is not None  # noqa: S101 - the callers looked
    try:
        code = await context.device_flow.start()
    except Permanent as error:
        return blocks.device_failed(error.code)
    except RetryLater:
        raise UserError("GitHub does not answer; please try again in a minute.") from None
    now = context.clock.now()
    payload = {
        "user": slack_user,
        "sealed": seal(context.settings, code.device_code),
        "interval": code.interval,
        "until": (now + timedelta(seconds=code.expires_in)).timestamp(),
    }

    def record(connection: Connection) -> SlackMessage:
        # A code that was asked for before is good for nothing once there is another.
        give_up(connection, slack_user, now)
        jobs.enqueue(
            connection,
            KIND,
            _key(slack_user),
            payload=payload,
            now=now,
            run_at=now + timedelta(seconds=code.interval),
            priority=jobs.PERSON,
            again=True,
        )
        return blocks.device_code(code.user_code, code.page, round(code.expires_in / 60))

    return await context.database.write(record)


def give_up(connection: Connection, slack_user: str, now: datetime) -> None:
    """Let the code that the person was shown lead to nothing."""
    jobs.cancel(connection, _key(slack_user), now=now)


async def poll(context: Context, job: Job) -> Finish:
    """Ask GitHub once; raises RetryLater for as long as nobody has typed the code in."""
    user, now = job.payload["user"], context.clock.now()
    if context.device_flow is None:
        return _failed(user, "device_flow_disabled", now)
    code = unseal(context.settings, job.payload["sealed"])
    if code is None or now >= datetime.fromtimestamp(job.payload["until"], UTC):
        return _failed(user, "expired_token", now)
    try:
        answer = await context.device_flow.ask(code)
    except RetryLater as silent:
        # It is not the person's fault: until the code expires there is time.
        raise RetryLater(str(silent), after=job.payload["interval"], counts=False) from silent
    except Permanent as error:
        return _failed(user, error.code, now)
    if isinstance(answer, Waiting):
        await _wait(context, job, answer.interval)
    assert isinstance(answer, Proven)  # noqa: S101 - waiting raises
    return Finish({"linked": answer.login}, lambda connection: _record(context, connection, user, answer))


async def _wait(context: Context, job: Job, slower: int | None) -> None:
    """Raise RetryLater for the next question; GitHub's wish to be asked more slowly outlives a restart."""
    interval = max(slower or 0, job.payload["interval"])
    if interval != job.payload["interval"]:
        await context.database.write(lambda connection: jobs.amend(connection, job, interval=interval))
    raise RetryLater("the code was not typed in yet", after=interval, counts=False)


def _record(context: Context, connection: Connection, user: str, proven: Proven) -> None:
    now, login = context.clock.now(), proven.login
    before = people.login_of(connection, user)
    done = people.link(connection, user, login, now=now, proof=people.GITHUB, github_id=proven.id)
    if done.taken_by:
        # Two members of the workspace share an account; the first keeps it.
        text = blocks.taken(login, done.taken_by, people.GITHUB, provable=False)
        tell(connection, user, blocks.plain(text), why="taken", now=now)
        return
    if done.lost_by:
        tell(connection, done.lost_by, blocks.displaced(login, user), why="displaced", now=now)
    tell(connection, user, blocks.linked(login, people.GITHUB), why="linked", now=now)
    anew.show(connection, logins=[before, login], now=now, actor=user)


def _failed(user: str, code: str, now: datetime) -> Finish:
    def work(connection: Connection) -> None:
        tell(connection, user, blocks.device_failed(code), why="failed", now=now)

    return Finish({"failed": code}, work)


def _key(slack_user: str) -> str:
    return f"device:{slack_user}"
