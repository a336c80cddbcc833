"""One person's own data: everything kept about them, and the forgetting of it.

Names are taken out of what others need to keep: that a note was approved stays, by whom does not.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Table, Text, and_, cast, delete, func, select, update

from bot.models import DraftState
from storage import messages
from storage import subscriptions as followed
from storage.people import login_of
from storage.tables import (
    addresses,
    attention,
    channels,
    comments,
    drafts,
    envelopes,
    groups,
    homes,
    jobs,
    mail_choices,
    people,
    permissions,
    profiles,
    pulls,
    reminders,
    repositories,
    reviews,
    showings,
    slas,
    subscriptions,
)
from storage.tables import messages as messages_table

NOBODY = "somebody"
"""Stands where a name has to be, and is forgotten."""

# What is a person's own, by the column that says whose; deleted with them.
_OWN: Mapping[str, tuple[Table, Column[Any]]] = {
    "your link to GitHub": (people, people.c.slack_user),
    "your profile": (profiles, profiles.c.slack_user),
    "what you snoozed, muted or took on": (attention, attention.c.slack_user),
    "your reminders": (reminders, reminders.c.place),
    "your App Home": (homes, homes.c.slack_user),
    "your e-mail address": (addresses, addresses.c.owner),
    "what you get by e-mail": (mail_choices, mail_choices.c.slack_user),
}
# Where a person is named in what belongs to others, and what stands there afterwards.
_NAMED: tuple[tuple[Column[Any], str | None], ...] = (
    (people.c.linked_by, None),
    (groups.c.set_by, None),
    (slas.c.set_by, None),
    (channels.c.changed_by, None),
    (permissions.c.allowed_by, NOBODY),
    (addresses.c.set_by, NOBODY),
    (subscriptions.c.created_by, NOBODY),
    (reminders.c.created_by, NOBODY),
    (messages_table.c.muted_by, NOBODY),
    (drafts.c.changed_by, None),
    (drafts.c.decided_by, None),
)


def export(connection: Connection, slack_user: str) -> dict[str, Any]:
    """Return everything that is kept about a person, as plain values."""
    found: dict[str, Any] = {"slack_user": slack_user}
    found |= {table.name: _rows(connection, table, owner == slack_user) for table, owner in _OWN.values()}
    found["direct_messages"] = _rows(connection, messages_table, _direct(slack_user))
    found["named_in"] = {
        f"{column.table.name}.{column.name}": named
        for column, _ in _NAMED
        if (named := _rows(connection, column.table, column == slack_user))
    }
    if wrote := [row["id"] for row in _written_by(connection, slack_user)]:
        found["author_of_release_notes"] = wrote
    login = login_of(connection, slack_user)
    if login:
        found["on_github"] = _on_github(connection, login)
    return found


def forget(connection: Connection, slack_user: str, *, now: datetime) -> list[str]:
    """Forget a person, and return the kinds of things that were there; a second time there are none.

    What shows their name in Slack is shown anew.
    """
    _show_anew(connection, slack_user, now)
    followed.forgetting(connection, slack_user)
    found = []
    for name, (table, owner) in _OWN.items():
        if connection.execute(delete(table).where(owner == slack_user)).rowcount:
            found.append(name)
    direct = select(messages_table.c.id).where(_direct(slack_user))
    connection.execute(delete(showings).where(showings.c.message_id.in_(direct)))
    if connection.execute(delete(messages_table).where(_direct(slack_user))).rowcount:
        found.append("what I wrote to you")
    named = 0
    for column, after in _NAMED:
        statement = update(column.table).where(column == slack_user).values({column.name: after})
        named += connection.execute(statement).rowcount
    named += _forget_author(connection, slack_user)
    # What is left of finished work about nobody else; of two rows with one number, others name the higher.
    newest = select(func.max(jobs.c.id)).scalar_subquery()
    theirs = jobs.c.key.endswith(f":{slack_user}") | jobs.c.key.contains(f":{slack_user}:")
    connection.execute(delete(jobs).where(theirs, jobs.c.finished_at.is_not(None), jobs.c.id < newest))
    connection.execute(update(envelopes).where(_tells_of(slack_user)).values(answer=None))
    return [*found, *(["your name elsewhere"] if named else [])]


def _show_anew(connection: Connection, slack_user: str, now: datetime) -> None:
    """Ask for every message that names the person to be shown as it will be without them."""
    decided = select(drafts.c.pull_id).where(
        (drafts.c.decided_by == slack_user) | (drafts.c.changed_by == slack_user)
    )
    wanted = (messages_table.c.muted_by == slack_user) | and_(
        messages_table.c.kind == "draft", messages_table.c.pull_id.in_(decided)
    )
    for row in connection.execute(select(messages_table).where(wanted)).mappings().all():
        messages.mark_stale(connection, row, now=now)


def _written_by(connection: Connection, slack_user: str) -> list[RowMapping]:
    """Return the drafts of changes that the person wrote, by the evidence: it tells who may not approve."""
    told = cast(drafts.c.evidence, Text).contains(slack_user)
    rows = connection.execute(select(drafts.c.id, drafts.c.state, drafts.c.evidence).where(told)).mappings()
    return [row for row in rows if slack_user in row["evidence"]["extra"].get("people", ())]


def _forget_author(connection: Connection, slack_user: str) -> int:
    """Take the person out of the evidence of notes that are approved; until then it keeps them from that."""
    done = [row for row in _written_by(connection, slack_user) if row["state"] == DraftState.APPROVED]
    for row in done:
        extra = row["evidence"]["extra"]
        kept = {**extra, "people": [one for one in extra["people"] if one != slack_user]}
        evidence = {**row["evidence"], "extra": kept}
        connection.execute(update(drafts).where(drafts.c.id == row["id"]).values(evidence=evidence))
    return len(done)


def _direct(slack_user: str) -> Any:
    return and_(messages_table.c.kind == "dm", messages_table.c.key.startswith(f"dm:{slack_user}:"))


def _tells_of(slack_user: str) -> Any:
    """Return the condition that an answer mentions the person."""
    return envelopes.c.answer.is_not(None) & cast(envelopes.c.answer, Text).contains(slack_user)


def _rows(connection: Connection, table: Any, condition: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(condition)).mappings()
    return [{name: _plain(value) for name, value in row.items() if value is not None} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _on_github(connection: Connection, login: str) -> dict[str, Any]:
    """Return what is known of a login from GitHub: its own pull requests, and how much it said of others."""
    mine = func.lower(pulls.c.author) == login.lower()
    opened = connection.execute(
        select(repositories.c.full_name, pulls.c.number)
        .join(repositories, repositories.c.id == pulls.c.repo_id)
        .where(mine)
        .order_by(pulls.c.id)
    )
    counted = {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(func.lower(table.c.login) == login.lower())
        ).scalar_one()
        for table in (reviews, comments)
    }
    return {"login": login, "pull_requests": [f"{repo}#{number}" for repo, number in opened], **counted}
