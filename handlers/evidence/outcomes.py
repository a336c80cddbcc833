"""What came of showing one message, and who may look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from blocks.evidence import DONE, NOT, WAITING, WRONG, Part
from bot.evidence.masks import masked
from storage import evidence

Outcome = tuple[str, tuple[Part, ...]]
"""How the line begins, and what follows the message's name in it."""

_WHY_NOT = {"muted": "the card's thread is muted"}


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: everything, or what concerns one channel; with what links to GitHub and Slack begin.

    Without `workspace_url` there are no links to Slack.
    """

    channel: str
    everything: bool
    web_url: str
    workspace_url: str

    def may_see(self, channel: str) -> bool:
        """Tell whether something of this channel may be shown."""
        return self.everything or channel == self.channel


def address(eyes: Eyes, message: RowMapping, card: RowMapping | None = None) -> str:
    """Return the address of a message that Slack shows, as Slack itself makes it; "" if there is none.

    `card` is the head of its thread.
    """
    if message["ts"] is None or message["gone"] or not eyes.workspace_url:
        return ""
    found = f"{eyes.workspace_url}/archives/{message['channel']}/p{message['ts'].replace('.', '')}"
    if card is None or not card["ts"] or card["id"] == message["id"]:
        return found
    return f"{found}?thread_ts={card['ts']}&cid={message['channel']}"


def outcome(
    connection: Connection, message: RowMapping, *, since: datetime | None = None, delivery_id: int = 0
) -> Outcome:
    """Say what came of showing a message: first after `since`, for this delivery, or lately."""
    message_id = message["id"]
    showing = (
        evidence.showing_since(connection, message_id, since)
        if since
        else evidence.last_showing(connection, message_id)
    )
    if showing is not None:
        return _of_showing(showing, delivery_id)
    job = evidence.job_by_key(connection, f"show:{message_id}")
    if job is None:
        return (DONE, ("stands as it was",)) if message["ts"] else (NOT, ("is not shown",))
    return job_outcome(job, since)


def job_outcome(job: RowMapping, since: datetime | None = None) -> Outcome:
    """Say where a job stands."""
    error = masked(job["error"] or "")
    if job["finished_at"] is None:
        if job["state"] == "running":
            return WAITING, ("is being sent now",)
        if error:
            return WAITING, (f"waits for attempt {job['attempts'] + 1}, after “{error}”, ", job["run_at"])
        return WAITING, ("waits to be sent, ", job["run_at"])
    if job["state"] in evidence.STOPPED:
        return WRONG, ("could not be sent, and was given up ", job["finished_at"], f": {error}")
    if since and job["finished_at"] < since:
        return DONE, ("showed it already",)
    return DONE, ("was brought up to date ", job["finished_at"])


def _of_showing(showing: RowMapping, delivery_id: int) -> Outcome:
    when: Any = showing["shown_at"]
    with_later = bool(delivery_id and showing["delivery_id"] and showing["delivery_id"] > delivery_id)
    tail: tuple[Part, ...] = (", together with later events",) if with_later else ()
    if showing["attempts"]:
        error = masked(showing["error"] or "no answer")
        tail = (*tail, f", at attempt {showing['attempts'] + 1}, after “{error}”")
    if showing["did"] == "skipped":
        why = showing["why"] or ""
        return NOT, (f"was not shown: {_WHY_NOT.get(why, why)}, ", when)
    if showing["did"] == "gone":
        return NOT, ("was deleted in Slack by a person, so it is not shown again, ", when)
    if showing["did"] == "unchanged":
        return DONE, ("showed it already, ", when, *tail)
    return DONE, (f"was {showing['did']} ", when, *tail)
