"""Who is who: Slack user and GitHub login, one to one."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.sql import insert
from storage.tables import people


def link(connection: Connection, slack_user: str, login: str, *, now: datetime) -> str | None:
    """Link the two and return None, or return the Slack user whose the login is already."""
    taken: str | None = connection.execute(
        select(people.c.slack_user).where(
            func.lower(people.c.login) == login.lower(), people.c.slack_user != slack_user
        )
    ).scalar()
    if taken:
        return taken
    statement = insert(connection, people).values(slack_user=slack_user, login=login, created_at=now)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[people.c.slack_user], set_={"login": statement.excluded.login}
        )
    )
    return None


def unlink(connection: Connection, slack_user: str) -> bool:
    """Forget a person's link; False if there was none."""
    return bool(connection.execute(delete(people).where(people.c.slack_user == slack_user)).rowcount)


def login_of(connection: Connection, slack_user: str) -> str | None:
    """Return a Slack user's GitHub login."""
    found: str | None = connection.execute(
        select(people.c.login).where(people.c.slack_user == slack_user)
    ).scalar()
    return found


def slack_users(connection: Connection, logins: Collection[str]) -> dict[str, str]:
    """Return the Slack users of those logins that are linked, by the login as it was given."""
    if not logins:
        return {}
    wanted = {login.lower(): login for login in logins}
    rows = connection.execute(
        select(people.c.login, people.c.slack_user).where(func.lower(people.c.login).in_(wanted))
    )
    return {wanted[login.lower()]: user for login, user in rows}
