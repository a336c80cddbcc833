"""What people know a job by: the GUID of the delivery that asked for it, and the pull request."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from bot.models import Job
from storage.tables import deliveries, drafts, mails, messages, pulls, repositories

_PULL = select(repositories.c.full_name, pulls.c.number).join(
    repositories, repositories.c.id == pulls.c.repo_id
)


def of_job(connection: Connection, job: Job) -> dict[str, str]:
    """Return the `delivery` and the `pull` of a job, as far as it has them."""
    guid = None
    if job.delivery_id is not None:
        query = select(deliveries.c.guid).where(deliveries.c.id == job.delivery_id)
        guid = connection.execute(query).scalar()
    found = {"delivery": guid, "pull": _pull(connection, job.payload)}
    return {name: value for name, value in found.items() if value}


def of_pulls(connection: Connection, ids: Collection[int]) -> list[str]:
    """Return pull requests by their repository and number, such as `acme/web#12`."""
    return [_spelt(*row) for row in connection.execute(_PULL.where(pulls.c.id.in_(ids)).order_by(pulls.c.id))]


def _pull(connection: Connection, payload: Mapping[str, Any]) -> str | None:
    """Find the pull request by whatever the payload names of it."""
    number = payload.get("number")
    if number is not None and payload.get("repo"):
        return _spelt(payload["repo"], number)
    row = connection.execute(query).first() if (query := _query(payload)) is not None else None
    return _spelt(*row) if row else None


def _query(payload: Mapping[str, Any]) -> Select[str, int] | None:
    if "pull_id" in payload:
        return _PULL.where(pulls.c.id == payload["pull_id"])
    if "message_id" in payload:
        return _PULL.join(messages, messages.c.pull_id == pulls.c.id).where(
            messages.c.id == payload["message_id"]
        )
    of_draft = _PULL.join(drafts, drafts.c.pull_id == pulls.c.id)
    if "draft_id" in payload:
        return of_draft.where(drafts.c.id == payload["draft_id"])
    if "mail_id" in payload:
        return of_draft.join(mails, mails.c.draft_id == drafts.c.id).where(mails.c.id == payload["mail_id"])
    if "repo_id" in payload and "number" in payload:
        return _PULL.where(pulls.c.repo_id == payload["repo_id"], pulls.c.number == payload["number"])
    return None


def _spelt(repo: str, number: int) -> str:
    return f"{repo}#{number}"
