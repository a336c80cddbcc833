"""Bring one Slack message to what it should show: post it once, edit it only if it differs."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, RowMapping

from bot.clients.slack import Slack
from bot.errors import Permanent, RetryLater
from bot.ledger.worker import Finish
from bot.models import Clock, Job, SlackMessage
from storage import evidence, jobs, messages
from storage.database import Database

# What Slack says when a channel does not take the bot's messages.
SHUT_OUT = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    }
)

# So far apart Slack's clock and ours may be.
_CLOCKS = timedelta(minutes=5)

# A draft waits for a person's decision, however quiet its thread is to be.
_NEVER_MUTED = frozenset({"draft"})

Renderer = Callable[[Connection, RowMapping, datetime], SlackMessage]


class Unwanted(Exception):
    """A renderer has nothing to show any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The message's row, its parent's, and what it should show; without `content`, `why` not.

    `at` is when the facts were read, `delivery_id` the latest delivery that had asked by then, and `error`
    what became of the attempt before.
    """

    row: RowMapping
    parent: RowMapping | None
    content: SlackMessage | None = None
    why: str = ""
    at: datetime | None = None
    delivery_id: int | None = None
    error: str | None = None


class Shower:
    """Answers the job `slack.show` for every kind of message that a feature renders."""

    def __init__(
        self, database: Database, slack: Slack, clock: Clock, renderers: Mapping[str, Renderer]
    ) -> None:
        self._database = database
        self._slack = slack
        self._clock = clock
        self._renderers = renderers

    async def show(self, job: Job, wanted: Wanted) -> Finish:
        """Show the message of this job; raises RetryLater and Permanent as the Slack client does.

        When the channel does not take it, a `slack.refused` job lets the subscriber know, once per reason.
        """
        now = self._clock.now()
        if wanted.content is None:
            return self._noted(job, wanted, Finish({"skipped": wanted.why}))
        try:
            return self._noted(job, wanted, await self._bring(job, wanted, wanted.content))
        except Permanent as error:
            code = error.code
            if code in SHUT_OUT:
                await self._database.write(lambda connection: _refused(connection, wanted.row, code, now))
            raise

    def _noted(self, job: Job, wanted: Wanted, finish: Finish) -> Finish:
        """Let what came of it be noted beside the outcome, which the next showing overwrites."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if finish.work:
                finish.work(connection)
            evidence.add_showing(
                connection,
                message_id=wanted.row["id"],
                delivery_id=wanted.delivery_id,
                looked_at=wanted.at or now,
                shown_at=now,
                did=next(iter(finish.outcome)),
                why=wanted.why or None,
                attempts=job.attempts,
                error=wanted.error,
            )

        return Finish(finish.outcome, work)

    async def _bring(self, job: Job, wanted: Wanted, content: SlackMessage) -> Finish:
        row, now = wanted.row, self._clock.now()
        digest = _digest(content)
        ts, did = row["ts"], "edited"
        if ts is None:
            try:
                ts, did = await self._post_once(job, wanted, content)
            except Permanent as error:
                if error.code != "thread_not_found" or wanted.parent is None:
                    raise
                return _gone(wanted.parent["id"])
        elif digest == row["shown"]:
            return Finish({"unchanged": True, "ts": ts})
        if did == "edited":
            try:
                await self._slack.edit(row["channel"], ts, content, key=row["key"])
            except Permanent as error:
                if error.code != "message_not_found":
                    raise
                return _gone(row["id"])

        def record(connection: Connection) -> None:
            messages.shown(connection, row["id"], ts=ts, digest=digest)
            if row["ts"] is None and wanted.parent is None:
                messages.revive_replies(connection, row["id"], now=now)

        return Finish({did: True, "ts": ts, "channel": row["channel"]}, record)

    def look(self, connection: Connection, job: Job) -> Wanted:
        """Find out what the message of this job should show; raises RetryLater and Permanent."""
        now = self._clock.now()
        wanted = self._wanted(connection, job, now)
        return replace(wanted, at=now, delivery_id=job.delivery_id, error=job.error)

    def _wanted(self, connection: Connection, job: Job, now: datetime) -> Wanted:
        row = messages.get(connection, job.payload["message_id"])
        if row is None:
            raise Permanent("the message is no longer wanted")
        parent = messages.get(connection, row["parent_id"]) if row["parent_id"] else None
        if row["gone"]:
            return Wanted(row, parent, why="deleted in Slack")
        if parent and parent["gone"]:
            return Wanted(row, parent, why="its card was deleted in Slack")
        if parent and parent["muted_by"] and row["ts"] is None and row["kind"] not in _NEVER_MUTED:
            return Wanted(row, parent, why="muted")
        if parent and parent["ts"] is None:
            if messages.is_stopped(connection, parent["id"]):
                raise Permanent("its card could not be posted")
            raise RetryLater("its card is not posted yet", after=2, counts=False)
        try:
            content = self._renderers[row["kind"]](connection, row, now)
        except Unwanted as reason:
            return Wanted(row, parent, why=str(reason))
        return Wanted(row, parent, content)

    async def _post_once(self, job: Job, wanted: Wanted, content: SlackMessage) -> tuple[str, str]:
        """Post, unless an earlier attempt may have: then look for its key first."""
        row, thread = wanted.row, wanted.parent["ts"] if wanted.parent else None
        if job.suspect:
            found = await self._slack.find(
                row["channel"], row["key"], since=row["created_at"] - _CLOCKS, thread_ts=thread
            )
            if found:
                return found, "edited"
        return await self._slack.post(row["channel"], content, key=row["key"], thread_ts=thread), "posted"


def _gone(message_id: int) -> Finish:
    return Finish({"gone": True}, lambda connection: messages.gone(connection, message_id))


def _refused(connection: Connection, row: RowMapping, code: str, now: datetime) -> None:
    jobs.enqueue(
        connection,
        "slack.refused",
        f"refused:{row['channel']}:{code}",
        payload={"channel": row["channel"], "code": code, "pull_id": row["pull_id"]},
        now=now,
    )


def _digest(content: SlackMessage) -> str:
    return hashlib.blake2b(msgspec.json.encode((content.text, content.blocks)), digest_size=16).hexdigest()
