"""What a projection is given: the transaction, the delivery, the moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.models import Pull


@dataclass(slots=True)
class Scope:
    """One delivery's transaction.

    `repo` is the repository's name by now, `new` the pull request that nobody has told of before.
    """

    connection: Connection
    action: str | None
    delivery_id: int
    now: datetime
    repo: str = ""
    new: Pull | None = None
