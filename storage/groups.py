"""Which user group in Slack stands for a team on GitHub, and whom of the team to ask."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select, update

from storage.sql import insert
from storage.tables import groups


@dataclass(frozen=True, slots=True)
class Group:
    """One team `owner/slug` in lower case; `routing` is a value of bot.reviews.routing.Mode.

    Without `usergroup` the team is only routed; `last_given` is the login that was asked last.
    """

    team: str
    usergroup: str | None
    routing: str = "whole"
    last_given: str | None = None
    set_by: str | None = None
    set_at: datetime | None = None


def get(connection: Connection, team: str) -> Group | None:
    """Return what was set for the team `owner/slug`."""
    return named(connection, [team]).get(team.lower())


def named(connection: Connection, teams: Collection[str]) -> dict[str, Group]:
    """Return those of the teams `owner/slug` for which something was set, by lower case name."""
    if not teams:
        return {}
    query = select(groups).where(groups.c.team.in_([team.lower() for team in teams]))
    return {row["team"]: _group(row) for row in connection.execute(query).mappings()}


def every(connection: Connection) -> list[Group]:
    """Return all teams for which something was set, by name."""
    return [_group(row) for row in connection.execute(select(groups).order_by(groups.c.team)).mappings()]


def put(
    connection: Connection,
    team: str,
    *,
    usergroup: str | None,
    routing: str,
    user: str | None,
    now: datetime,
) -> None:
    """Record the user group and the routing of a team, and who said so; whose turn it was stays known."""
    values = {"usergroup": usergroup, "routing": routing, "set_by": user, "set_at": now}
    connection.execute(
        insert(connection, groups)
        .values(team=team.lower(), **values)
        .on_conflict_do_update(index_elements=[groups.c.team], set_=values)
    )


def gone(connection: Connection, usergroups: Collection[str]) -> list[Group]:
    """Let go of user groups that Slack no longer has, and return the teams that had them; routing stays."""
    lost = [one for one in every(connection) if one.usergroup in usergroups]
    for one in lost:
        connection.execute(update(groups).where(groups.c.team == one.team).values(usergroup=None))
    return lost


def given(connection: Connection, team: str, login: str) -> None:
    """Record who of a team was asked last."""
    connection.execute(update(groups).where(groups.c.team == team.lower()).values(last_given=login))


def remove(connection: Connection, team: str) -> bool:
    """Forget what was set for a team; False if nothing was."""
    return bool(connection.execute(delete(groups).where(groups.c.team == team.lower())).rowcount)


def slack_groups(connection: Connection, teams: Collection[str]) -> dict[str, str]:
    """Return the user groups of those of the teams `owner/slug` that have one, by lower case name."""
    found = named(connection, teams)
    return {team: group.usergroup for team, group in found.items() if group.usergroup}


def teams_of(connection: Connection, usergroups: Collection[str]) -> dict[str, list[str]]:
    """Return the teams that these user groups stand for, by the group's id; the others lack."""
    found = dict[str, list[str]]()
    if usergroups:
        query = select(groups.c.usergroup, groups.c.team).where(groups.c.usergroup.in_(usergroups))
        for usergroup, team in connection.execute(query.order_by(groups.c.team)):
            found.setdefault(usergroup, []).append(team)
    return found


def _group(row: RowMapping) -> Group:
    return Group(**row)
