"""What a projection is given: the transaction, the delivery, the moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Scope:
    """One delivery's transaction."""

    connection: Connection
    action: str | None
    delivery_id: int
    now: datetime
