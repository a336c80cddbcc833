"""What shows people is shown anew once it is known who they are, or no longer."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from storage import homes, messages


def show(
    connection: Connection,
    *,
    logins: Iterable[str | None] = (),
    team: str | None = None,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Ask for the Homes, and for the open cards that wait for these logins or this team `owner/slug`.

    The Home of the `actor`, who looks at the screen, comes first.
    """
    homes.mark_stale(connection, now=now, actor=actor)
    for row in messages.cards_asking(connection, [login for login in logins if login], team):
        messages.mark_stale(connection, row, now=now)
