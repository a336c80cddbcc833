"""Which cards nudges may stand under, and which nudges there are."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, RowMapping, bindparam, select

from storage.sql import one_of, rows
from storage.tables import messages

NUDGE, _CARD = "nudge", "card"

_CARDS = select(messages).where(
    one_of(messages.c.pull_id, "pulls"), messages.c.kind == _CARD, messages.c.gone.is_(False)
)
_NUDGES = (
    select(messages)
    .where(messages.c.pull_id == bindparam("pull"), messages.c.kind == NUDGE)
    .order_by(messages.c.id)
)


def cards(connection: Connection, pull_ids: Collection[int]) -> Sequence[RowMapping]:
    """Return the cards of the pull requests, in every channel that has one."""
    return rows(connection, _CARDS, {"pulls": list(pull_ids)})


def of_pull(connection: Connection, pull_id: int) -> Sequence[RowMapping]:
    """Return the nudges about a pull request, the earliest first."""
    return rows(connection, _NUDGES, {"pull": pull_id})
