"""What one person said about one pull request, who of a team was asked for it, and the looks that follow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from storage import jobs
from storage.sql import first, insert, one_of, rows
from storage.tables import attention, messages, people, profiles, pulls

# Events come in bursts, and GitHub's own follow each other within moments.
_GATHER = timedelta(seconds=1)
_ANYONE = select(people.c.slack_user).limit(1)
_OF_PULL = select(attention).where(one_of(attention.c.pull_id, "ids"))
_ASKED = (
    select(attention.c.pull_id, attention.c.asked_for, people.c.login)
    .join(people, people.c.slack_user == attention.c.slack_user)
    .where(one_of(attention.c.pull_id, "ids"), attention.c.asked_for.is_not(None))
    .order_by(attention.c.changed_at)
)


@dataclass(frozen=True, slots=True)
class Attention:
    """One person's word: `asked_for` are the teams for which they were chosen, `declined` those they refused.

    Teams are "owner/slug" in lower case.
    """

    slack_user: str
    pull_id: int
    snoozed_until: datetime | None = None
    muted: bool = False
    on_it_at: datetime | None = None
    asked_for: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    changed_at: datetime | None = None

    def is_snoozed(self, now: datetime) -> bool:
        """Tell whether they put it off until later than this moment."""
        return self.snoozed_until is not None and now < self.snoozed_until


def of_pull(connection: Connection, pull_id: int) -> dict[str, Attention]:
    """Return what people said about a pull request, by Slack user."""
    return {row["slack_user"]: _attention(row) for row in rows(connection, _OF_PULL, {"ids": [pull_id]})}


def get(connection: Connection, slack_user: str, pull_id: int) -> Attention:
    """Return what one person said about a pull request."""
    return of_pull(connection, pull_id).get(slack_user) or Attention(slack_user, pull_id)


def put(connection: Connection, slack_user: str, pull_id: int, *, now: datetime, **said: Any) -> None:
    """Record what a person said, by the fields of Attention."""
    lists = {name: list(value) or None for name, value in said.items() if isinstance(value, tuple)}
    values = {**said, **lists, "changed_at": now}
    connection.execute(
        insert(connection, attention)
        .values(slack_user=slack_user, pull_id=pull_id, **values)
        .on_conflict_do_update(index_elements=[attention.c.slack_user, attention.c.pull_id], set_=values)
    )


def quiet(connection: Connection, slack_user: str, *, now: datetime) -> tuple[set[int], set[int]]:
    """Return the pull requests that a person put off and still does, and those that they muted."""
    query = select(attention).where(attention.c.slack_user == slack_user)
    found = [_attention(row) for row in connection.execute(query).mappings()]
    snoozed = {one.pull_id for one in found if one.is_snoozed(now)}
    return snoozed, {one.pull_id for one in found if one.muted}


def asked(connection: Connection, pull_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Return who is asked instead of a whole team: pull request, then team, then login."""
    found: dict[int, dict[str, str]] = {}
    for row in rows(connection, _ASKED, {"ids": list(pull_ids)}):
        for team in row["asked_for"]:
            found.setdefault(row["pull_id"], {})[team] = row["login"]
    return found


def away_but_asked(connection: Connection, *, now: datetime) -> list[int]:
    """Return the open pull requests for which somebody was chosen who is away now, or has left."""
    query = (
        select(attention.c.pull_id)
        .join(profiles, profiles.c.slack_user == attention.c.slack_user)
        .join(pulls, pulls.c.id == attention.c.pull_id)
        .where(
            attention.c.asked_for.is_not(None),
            pulls.c.state == "open",
            (profiles.c.away_until > now) | profiles.c.deleted,
        )
        .distinct()
    )
    return list(connection.execute(query).scalars())


def open_reviews(connection: Connection) -> dict[str, int]:
    """Return how many open pull requests wait for each login's review, in lower case."""
    found: dict[str, int] = {}
    query = select(pulls.c.id, pulls.c.reviewers).where(pulls.c.state == "open", pulls.c.draft.is_(False))
    waiting = {
        row["id"]: {login.lower() for login in row["reviewers"]} for row in rows(connection, query, {})
    }
    for pull_id, given in asked(connection, list(waiting)).items():
        waiting[pull_id] |= {login.lower() for login in given.values()}
    for logins in waiting.values():
        for login in logins:
            found[login] = found.get(login, 0) + 1
    return found


def anyone(connection: Connection) -> bool:
    """Tell whether anybody is linked, who could be written to."""
    return first(connection, _ANYONE, {}) is not None


def ask_look(connection: Connection, pull_id: int, *, now: datetime, delivery_id: int | None = None) -> None:
    """Ask for a look at whom a pull request concerns now; many asks are one look."""
    jobs.enqueue(
        connection,
        "direct.look",
        f"direct:{pull_id}",
        payload={"pull_id": pull_id},
        now=now,
        run_at=now + _GATHER,
        delivery_id=delivery_id,
        again=True,
    )


def ask_wake(connection: Connection, slack_user: str, pull_id: int, *, at: datetime, now: datetime) -> None:
    """Ask for a look at the moment until which a person put a pull request off."""
    jobs.enqueue(
        connection,
        "direct.wake",
        f"wake:{slack_user}:{pull_id}:{int(at.timestamp())}",
        payload={"pull_id": pull_id},
        now=now,
        run_at=at,
    )


def dms_of(connection: Connection, slack_user: str) -> list[int]:
    """Return the open pull requests of which a person has a direct message."""
    query = (
        select(messages.c.pull_id)
        .join(pulls, pulls.c.id == messages.c.pull_id)
        .where(messages.c.kind == "dm", messages.c.key.like(f"dm:{slack_user}:%"), pulls.c.state == "open")
    )
    return list(connection.execute(query).scalars())


def _attention(row: RowMapping) -> Attention:
    lists = {name: tuple(row[name] or ()) for name in ("asked_for", "declined")}
    return Attention(**{**row, **lists})
