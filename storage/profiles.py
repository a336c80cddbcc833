"""What Slack tells of a person, and what they chose: when they work, and how they want to hear of things."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from storage import jobs
from storage.sql import insert
from storage.tables import homes, people, profiles

# Stands for an absence whose end nobody knows.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
# Slack tells of changes as they happen; this is for those that were missed.
_FRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Profile:
    """One person; what nobody told or chose is None.

    `days` of the week count from Monday, 0; `starts` and `ends` are minutes after midnight. The last absence
    was or is from `away_since` to `away_until`, which may be FOREVER. `deleted` people left the workspace.
    """

    slack_user: str
    zone: str | None = None
    country: str | None = None
    days: tuple[int, ...] | None = None
    starts: int | None = None
    ends: int | None = None
    dms: bool = True
    dm_channel: str | None = None
    away_since: datetime | None = None
    away_until: datetime | None = None
    deleted: bool = False
    read_at: datetime | None = None

    def is_away(self, now: datetime) -> bool:
        """Tell whether the person is away at this moment."""
        return self.away_until is not None and now < self.away_until

    def is_stale(self, now: datetime) -> bool:
        """Tell whether Slack should be asked again."""
        return self.read_at is None or self.read_at + _FRESH <= now


def get(connection: Connection, slack_user: str) -> Profile:
    """Return a person's profile; an empty one if nothing is known."""
    return several(connection, [slack_user])[slack_user]


def several(connection: Connection, slack_users: Collection[str]) -> dict[str, Profile]:
    """Return the profiles of all of these people."""
    found = {user: Profile(user) for user in slack_users}
    if found:
        query = select(profiles).where(profiles.c.slack_user.in_(list(found)))
        found |= {row["slack_user"]: _profile(row) for row in connection.execute(query).mappings()}
    return found


def is_known(connection: Connection, slack_user: str) -> bool:
    """Tell whether the person matters here: they are linked, opened Home, or have a profile."""
    return any(
        connection.execute(select(table.c.slack_user).where(table.c.slack_user == slack_user)).first()
        for table in (profiles, people, homes)
    )


def heard(
    connection: Connection,
    slack_user: str,
    *,
    zone: str | None,
    away_until: datetime | None,
    deleted: bool,
    now: datetime,
) -> Profile:
    """Record what Slack tells of a person now, and return all that is known.

    An absence keeps its beginning as long as it lasts; one that ended stays known with its end.
    """
    before = get(connection, slack_user)
    since, until = before.away_since, before.away_until
    if away_until is not None and away_until > now:
        since, until = (since if before.is_away(now) else now), away_until
    elif before.is_away(now):
        until = now
    heard = {"away_since": since, "away_until": until, "deleted": deleted, "read_at": now}
    _put(connection, slack_user, {**heard, "zone": zone or before.zone})
    return get(connection, slack_user)


def choose(connection: Connection, slack_user: str, **chosen: Any) -> Profile:
    """Record what a person chose, by the fields of Profile, and return all that is known."""
    _put(connection, slack_user, chosen)
    return get(connection, slack_user)


def forget(connection: Connection, slack_user: str) -> bool:
    """Forget a person's profile; False if there was none."""
    return bool(connection.execute(delete(profiles).where(profiles.c.slack_user == slack_user)).rowcount)


def shut(connection: Connection, slack_user: str) -> None:
    """Forget in which channel the bot writes to the person."""
    connection.execute(update(profiles).where(profiles.c.slack_user == slack_user).values(dm_channel=None))


def ask(connection: Connection, slack_user: str, *, now: datetime, priority: int = jobs.HOUSEKEEPING) -> None:
    """Ask for Slack to be asked about a person, unless that was done lately."""
    if get(connection, slack_user).is_stale(now):
        jobs.enqueue(
            connection,
            "people.profile",
            f"profile:{slack_user}",
            payload={"user": slack_user},
            now=now,
            priority=priority,
            again=True,
        )


def _put(connection: Connection, slack_user: str, values: Mapping[str, Any]) -> None:
    connection.execute(
        insert(connection, profiles)
        .values(slack_user=slack_user, **values)
        .on_conflict_do_update(index_elements=[profiles.c.slack_user], set_=dict(values))
    )


def _profile(row: RowMapping) -> Profile:
    days = row["days"]
    return Profile(**{**row, "days": None if days is None else tuple(days)})
