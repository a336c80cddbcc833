"""Bring one Slack message to what it should show: post it once, edit it only if it differs."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, RowMapping

from bot.clients.slack import Slack
from bot.errors import Permanent, RetryLater
from bot.ledger.worker import Finish
from bot.models import Clock, Job, SlackMessage
from storage import messages
from storage.database import Database

Renderer = Callable[[Connection, RowMapping, datetime], SlackMessage]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The message's row, its parent's, and what it should show; `content` is None while it is muted."""

    row: RowMapping
    parent: RowMapping | None
    content: SlackMessage | None


class Shower:
    """Answers the job `slack.show` for every kind of message that a feature renders."""

    def __init__(
        self, database: Database, slack: Slack, clock: Clock, renderers: Mapping[str, Renderer]
    ) -> None:
        self._database = database
        self._slack = slack
        self._clock = clock
        self._renderers = renderers

    async def show(self, job: Job) -> Finish:
        """Show the message of this job; raises RetryLater and Permanent as the Slack client does."""
        now = self._clock.now()
        wanted = await self._database.read(lambda connection: self._look(connection, job, now))
        row, content = wanted.row, wanted.content
        if row["gone"] or content is None:
            return Finish({"skipped": "deleted in Slack" if row["gone"] else "muted"})
        if wanted.parent and wanted.parent["gone"]:
            return Finish({"skipped": "its card was deleted in Slack"})
        if wanted.parent and wanted.parent["ts"] is None:
            raise RetryLater("its card is not posted yet", after=2, counts=False)
        digest = _digest(content)
        ts, did = row["ts"], "edited"
        if ts is None:
            ts, did = await self._post_once(job, wanted, content)
        elif digest == row["shown"]:
            return Finish({"unchanged": True, "ts": ts})
        if did == "edited":
            try:
                await self._slack.edit(row["channel"], ts, content, key=row["key"])
            except Permanent as error:
                if error.code != "message_not_found":
                    raise
                return Finish({"gone": True}, lambda connection: messages.gone(connection, row["id"]))
        return Finish(
            {did: True, "ts": ts, "channel": row["channel"]},
            lambda connection: messages.shown(connection, row["id"], ts=ts, digest=digest),
        )

    def _look(self, connection: Connection, job: Job, now: datetime) -> _Wanted:
        row = messages.get(connection, job.payload["message_id"])
        if row is None:
            raise Permanent("the message is no longer wanted")
        parent = messages.get(connection, row["parent_id"]) if row["parent_id"] else None
        if parent and parent["muted_by"] and row["ts"] is None:
            return _Wanted(row, parent, None)
        return _Wanted(row, parent, self._renderers[row["kind"]](connection, row, now))

    async def _post_once(self, job: Job, wanted: _Wanted, content: SlackMessage) -> tuple[str, str]:
        """Post, unless an earlier attempt may have: then look for its key first."""
        row, thread = wanted.row, wanted.parent["ts"] if wanted.parent else None
        if job.suspect:
            found = await self._slack.find(row["channel"], row["key"], thread_ts=thread)
            if found:
                return found, "edited"
        return await self._slack.post(row["channel"], content, key=row["key"], thread_ts=thread), "posted"


def _digest(content: SlackMessage) -> str:
    return hashlib.blake2b(msgspec.json.encode((content.text, content.blocks)), digest_size=16).hexdigest()
